"""Edits that identity-no-wildcard-in-roles finds. The platform has no roles, so an account's manifest becomes one."""

from tests.edits.edit import Body, Edit


def _role(body: Body, rule: dict[str, list[str]]) -> bool:
    body |= {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "rules": [rule]}
    return True


def _verbs(body: Body) -> bool:
    return _role(body, {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["*"]})


def _resources(body: Body) -> bool:
    return _role(body, {"apiGroups": [""], "resources": ["*"], "verbs": ["get"]})


EDITS = (
    Edit(name="a role with every verb", kinds=("ServiceAccount",), change=_verbs, said="every verb", everywhere=True),
    Edit(name="a role on every resource", kinds=("ServiceAccount",), change=_resources, said="every resource", everywhere=True),
)
