"""Edits that identity-bound-account-has-its-token finds. The platform's own pods have no tokens; what makes one a bound account's is a
binding, in the place of a NetworkPolicy of the same name.
"""

from tests.edits.body import at
from tests.edits.edit import Body, Edit


def _binding(body: Body) -> bool:
    name, namespace = at(body, "metadata", "name"), at(body, "metadata", "namespace")
    account = {"kind": "ServiceAccount", "name": name, "namespace": namespace}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
    metadata = {"name": name, "namespace": namespace}
    body.clear()
    body |= {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": metadata,
        "roleRef": role,
        "subjects": [account],
    }
    return "." not in str(name)


EDITS = (Edit(name="an account is bound", kinds=("NetworkPolicy",), change=_binding, said="no pod has its token", everywhere=True),)
