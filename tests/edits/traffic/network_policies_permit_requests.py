"""Edits that traffic-network-policies-permit-requests finds."""

from tests.edits.body import at
from tests.edits.edit import REMOVED, Body, Edit, Removed


def _by_address(body: Body) -> bool:
    return at(body, "spec", "ingress", 0, "from", 0, "ipBlock") is not None


def _selector(body: Body) -> bool:
    """A selector aimed at the controller, which no selector means."""
    if not _by_address(body):
        return False
    body["spec"]["ingress"][0]["from"] = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}}]
    return True


def _one_less(body: Body) -> bool:
    ranges = body["spec"]["ingress"][0]["from"] if _by_address(body) else []
    return len(ranges) > 1 and ranges.pop() is not None


def _excepted(body: Body) -> bool:
    if not _by_address(body):
        return False
    block = body["spec"]["ingress"][0]["from"][-1]["ipBlock"]
    address, _, length = block["cidr"].partition("/")
    block["except"] = [f"{address}/{int(length) + 4}"]
    return True


def _port(body: Body) -> bool:
    if not _by_address(body):
        return False
    body["spec"]["ingress"][0]["ports"][0]["port"] = 80
    return True


def _gone(body: Body) -> bool | Removed:
    return REMOVED if _by_address(body) and body["metadata"]["name"] == "billing" else False


def _sources(body: Body) -> bool:
    body["cluster"]["ingress"]["sources"].append("192.168.0.0/16")
    return True


_KINDS = ("NetworkPolicy",)

EDITS = (
    Edit(
        name="a selector aimed at the controller",
        kinds=_KINDS,
        change=_selector,
        said="of namespace ingress-nginx",
        everywhere=True,
    ),
    Edit(name="one of the ranges is left out", kinds=_KINDS, change=_one_less, said="ingress traffic from", everywhere=True),
    Edit(name="a part of a range is excepted", kinds=_KINDS, change=_excepted, said="except", everywhere=True),
    Edit(name="the Service's port is admitted", kinds=_KINDS, change=_port, said="on port 80 only", everywhere=True),
    Edit(name="the policy that admits is gone", kinds=_KINDS, change=_gone, said="ingress traffic from", everywhere=True),
    Edit(name="traffic comes from one range more", kinds=("facts.yaml",), change=_sources, said="192.168.0.0/16", everywhere=True),
)
