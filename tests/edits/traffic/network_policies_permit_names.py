"""Edits that traffic-network-policies-permit-names finds."""

from tests.edits.body import at, put
from tests.edits.edit import Body, Edit


def _dns(body: Body) -> bool:
    return bool(at(body, "spec", "egress", 0, "ports", 0, "port") == 53)


def _without(body: Body) -> bool:
    return _dns(body) and body["spec"]["egress"].pop(0) is not None


def _udp_alone(body: Body) -> bool:
    return _dns(body) and body["spec"]["egress"][0]["ports"].pop() is not None


def _tcp_alone(body: Body) -> bool:
    return _dns(body) and body["spec"]["egress"][0]["ports"].pop(0) is not None


def _label(body: Body) -> bool:
    return _dns(body) and put(body, "coredns", "spec", "egress", 0, "to", 0, "podSelector", "matchLabels", "k8s-app")


def _space(body: Body) -> bool:
    if not _dns(body):
        return False
    body["spec"]["egress"][0]["to"][0]["namespaceSelector"] = {"matchLabels": {"name": "kube-system"}}
    return True


def _apart(body: Body) -> bool:
    """The namespace lost, so that the pods are looked for in the own one."""
    return _dns(body) and body["spec"]["egress"][0]["to"][0].pop("namespaceSelector") is not None


_KINDS = ("NetworkPolicy",)

EDITS = (
    Edit(name="no DNS", kinds=_KINDS, change=_without, said="does not resolve", everywhere=True),
    Edit(name="DNS by UDP alone", kinds=_KINDS, change=_udp_alone, said="53/TCP", everywhere=True),
    Edit(name="DNS by TCP alone", kinds=_KINDS, change=_tcp_alone, said="53/UDP", everywhere=True),
    Edit(name="a label that DNS does not have", kinds=_KINDS, change=_label, said="does not resolve", everywhere=True),
    Edit(name="a label that kube-system does not have", kinds=_KINDS, change=_space, said="does not resolve", everywhere=True),
    Edit(name="DNS in the own namespace", kinds=_KINDS, change=_apart, said="does not resolve", everywhere=True),
)
