"""Edits that identity-no-escalation finds. The platform has no roles, so an account's manifest becomes one, or a binding."""

from tests.edits.edit import Body, Edit

_RBAC = "rbac.authorization.k8s.io"


def _role(body: Body) -> bool:
    rule = {"apiGroups": [_RBAC], "resources": ["roles"], "verbs": ["bind", "get"]}
    body |= {"apiVersion": f"{_RBAC}/v1", "kind": "Role", "rules": [rule]}
    return True


def _administrator(body: Body) -> bool:
    subject = {"kind": "ServiceAccount", "name": body["metadata"]["name"], "namespace": body["metadata"].pop("namespace")}
    role = {"apiGroup": _RBAC, "kind": "ClusterRole", "name": "cluster-admin"}
    body |= {"apiVersion": f"{_RBAC}/v1", "kind": "ClusterRoleBinding", "roleRef": role, "subjects": [subject]}
    return True


EDITS = (
    Edit(name="a role that may bind others", kinds=("ServiceAccount",), change=_role, said="bind", everywhere=True),
    Edit(name="an account with every permission", kinds=("ServiceAccount",), change=_administrator, said="cluster-admin", everywhere=True),
)
