"""Edits that admission-network-policies-are-valid finds."""

from tests.edits.edit import Body, Edit


def _an_address_without_its_prefix(body: Body) -> bool:
    body["spec"]["ingress"] = [{"from": [{"ipBlock": {"cidr": "192.168.38.140"}}]}]
    return True


def _a_selector_beside_an_ipblock(body: Body) -> bool:
    body["spec"]["egress"] = [{"to": [{"podSelector": {}, "ipBlock": {"cidr": "10.0.0.0/8"}}]}]
    return True


EDITS = (
    Edit(name="an address without its prefix", kinds=("NetworkPolicy",), change=_an_address_without_its_prefix, said="192.168.38.140"),
    Edit(name="a selector beside an ipBlock", kinds=("NetworkPolicy",), change=_a_selector_beside_an_ipblock, said="stands alone"),
)
