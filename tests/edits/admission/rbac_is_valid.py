"""Edits that admission-rbac-is-valid finds."""

from tests.edits.edit import Body, Edit


def _a_rule_without_a_group(body: Body) -> bool:
    name = body["metadata"]
    body.clear()
    body |= {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": name}
    body["rules"] = [{"resources": ["pods"], "verbs": ["get"]}]
    return True


EDITS = (Edit(name="a rule without a group", kinds=("ServiceAccount",), change=_a_rule_without_a_group, said="apiGroups is missing"),)
