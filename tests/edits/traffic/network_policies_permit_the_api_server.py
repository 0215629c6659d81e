"""Edits that traffic-network-policies-permit-the-api-server finds."""

from tests.edits.body import put
from tests.edits.edit import Body, Edit


def _all_of_monitoring(body: Body) -> bool:
    """A policy of the shop that comes to apply to all pods of monitoring, and lets none of them out."""
    if body["metadata"]["name"] != "mysql":
        return False
    body["metadata"]["namespace"] = "monitoring"
    return put(body, {}, "spec", "podSelector")


def _dns_alone(body: Body) -> bool:
    """The same with one that lets them out to DNS and to pods."""
    if body["metadata"]["name"] != "billing":
        return False
    body["metadata"]["namespace"] = "monitoring"
    return put(body, {}, "spec", "podSelector")


_KINDS = ("NetworkPolicy",)
EDITS = (
    Edit(name="a policy lets nothing of monitoring out", kinds=_KINDS, change=_all_of_monitoring, said="no address", everywhere=True),
    Edit(name="a policy lets monitoring out to pods only", kinds=_KINDS, change=_dns_alone, said="no address", everywhere=True),
)
