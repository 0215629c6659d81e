"""Edits that traffic-network-policies-permit-calls finds."""

from tests.edits.body import at, put
from tests.edits.edit import REMOVED, Body, Edit, Removed


def admits(body: Body) -> bool:
    """Whether a policy admits pods by a selector."""
    return at(body, "spec", "ingress", 0, "from", 0, "podSelector") is not None


def _other_port(body: Body) -> bool:
    return admits(body) and put(body, at(body, "spec", "ingress", 0, "ports", 0, "port") + 1, "spec", "ingress", 0, "ports", 0, "port")


def _other_caller(body: Body) -> bool:
    return admits(body) and put(body, "nobody", "spec", "ingress", 0, "from", 0, "podSelector", "matchLabels", "app")


def _gone(body: Body) -> bool | Removed:
    return REMOVED if admits(body) else False


def _without_egress(body: Body) -> bool:
    """The last rule that lets out, which is one to pods."""
    rules = at(body, "spec", "egress") or []
    return len(rules) > 1 and rules.pop() is not None


def _udp(body: Body) -> bool:
    return admits(body) and put(body, "UDP", "spec", "ingress", 0, "ports", 0, "protocol")


def _traces(body: Body) -> bool:
    for rule in at(body, "spec", "egress") or ():
        labels = at(rule, "to", 0, "namespaceSelector", "matchLabels") or {}
        if labels.get("kubernetes.io/metadata.name") == "monitoring":
            rule["to"][0] = {"podSelector": rule["to"][0]["podSelector"]}
            return True
    return False


_KINDS = ("NetworkPolicy",)

EDITS = (
    Edit(name="another port is admitted", kinds=_KINDS, change=_other_port, said="only", everywhere=True),
    Edit(name="another protocol is admitted", kinds=_KINDS, change=_udp, said="does not reach", everywhere=True),
    Edit(name="another caller is admitted", kinds=_KINDS, change=_other_caller, said="of which there are none", everywhere=True),
    Edit(name="the policy that admits is gone", kinds=_KINDS, change=_gone, said="admit", everywhere=True),
    Edit(name="one rule of egress is gone", kinds=_KINDS, change=_without_egress, said="let it out", everywhere=True),
    Edit(name="traces are let out within the namespace only", kinds=_KINDS, change=_traces, said="4318", everywhere=True),
)
