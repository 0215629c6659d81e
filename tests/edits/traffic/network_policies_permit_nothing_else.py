"""Edits that traffic-network-policies-permit-nothing-else finds."""

from tests.edits.body import at, put
from tests.edits.edit import Body, Edit


def _everybody(body: Body) -> bool:
    return put(body, [], "spec", "ingress", 0, "from")


def _namespace(body: Body) -> bool:
    return at(body, "spec", "ingress", 0, "from", 0, "podSelector") is not None and put(
        body, {"podSelector": {}}, "spec", "ingress", 0, "from", 0
    )


def _every_port(body: Body) -> bool:
    return put(body, [], "spec", "ingress", 0, "ports")


def _open_egress(body: Body) -> bool:
    rules = at(body, "spec", "egress")
    if rules is None:
        return False
    rules.append({})
    return True


def _wide(body: Body) -> bool:
    return at(body, "spec", "ingress", 0, "from", 0, "ipBlock") is not None and put(
        body, {"cidr": "10.0.0.0/8"}, "spec", "ingress", 0, "from", 0, "ipBlock"
    )


def _more_ports(body: Body) -> bool:
    ports = at(body, "spec", "ingress", 0, "ports")
    if ports is None:
        return False
    ports.append({"port": 9999, "protocol": "TCP"})
    return True


_KINDS = ("NetworkPolicy",)

EDITS = (
    Edit(name="everybody is admitted", kinds=_KINDS, change=_everybody, said="it admits everybody", everywhere=True),
    Edit(name="every pod of the namespace is admitted", kinds=_KINDS, change=_namespace, said="nothing says"),
    Edit(name="every port is admitted", kinds=_KINDS, change=_every_port, said="it permits every port", everywhere=True),
    Edit(name="pods are let out to everywhere", kinds=_KINDS, change=_open_egress, said="lets out to everywhere", everywhere=True),
    Edit(name="a wider range is admitted", kinds=_KINDS, change=_wide, said="comes from", everywhere=True),
    Edit(name="one port more", kinds=_KINDS, change=_more_ports, said="it permits port 9999", everywhere=True),
)
