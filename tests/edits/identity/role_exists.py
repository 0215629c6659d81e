"""Edits that identity-role-exists finds. The platform's own charts bind nothing, so an account's manifest becomes a binding."""

from tests.edits.edit import Body, Edit


def _binding(body: Body, kind: str, name: str) -> bool:
    account = {"kind": "ServiceAccount", "name": body["metadata"]["name"], "namespace": body["metadata"]["namespace"]}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name}
    body |= {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "roleRef": role, "subjects": [account]}
    return True


def _no_role(body: Body) -> bool:
    return _binding(body, "Role", "reader")


def _no_cluster_role(body: Body) -> bool:
    return _binding(body, "ClusterRole", "viewer")


EDITS = (
    Edit(name="a Role that nobody makes is bound", kinds=("ServiceAccount",), change=_no_role, said="Role", everywhere=True),
    Edit(
        name="a ClusterRole that nobody makes is bound", kinds=("ServiceAccount",), change=_no_cluster_role, said="viewer", everywhere=True
    ),
)
