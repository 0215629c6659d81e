"""Edits that traffic-network-policies-isolate finds."""

from tests.edits.body import at
from tests.edits.edit import REMOVED, Body, Edit, Removed

_OWN = frozenset({"billing", "frontend", "inventory", "mysql", "mysql-backup", "order"})


def _gone(body: Body) -> Removed | bool:
    return REMOVED if body["metadata"]["name"] in _OWN else False


def _one_direction(body: Body) -> bool:
    types = at(body, "spec", "policyTypes")
    if types != ["Ingress", "Egress"]:
        return False
    types.pop()
    return True


def _relabelled(body: Body) -> bool:
    body["spec"]["template"]["metadata"]["labels"]["app"] = "another"
    return True


_KINDS = ("NetworkPolicy",)
_PODS = ("Deployment", "StatefulSet")

EDITS = (
    Edit(name="an app's own policy is gone", kinds=_KINDS, change=_gone, said="isolates it for", everywhere=True),
    Edit(name="egress is not isolated", kinds=_KINDS, change=_one_direction, said="isolates it for egress", everywhere=True),
    Edit(
        name="the pods have another label",
        kinds=("Deployment", "StatefulSet"),
        change=_relabelled,
        said="ingress and egress",
        everywhere=True,
    ),
)
