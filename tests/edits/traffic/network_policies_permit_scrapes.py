"""Edits that traffic-network-policies-permit-scrapes finds."""

from tests.edits.body import put
from tests.edits.edit import Body, Edit


def _trace_store(body: Body) -> bool:
    """A policy of the shop that comes to apply to the trace store, of which metrics are scraped."""
    if body["metadata"]["name"] != "billing":
        return False
    body["metadata"]["namespace"] = "monitoring"
    return put(body, {"matchLabels": {"app.kubernetes.io/name": "tempo"}}, "spec", "podSelector")


def _everything(body: Body) -> bool:
    """The same for all pods of the namespace."""
    if body["metadata"]["name"] != "mysql":
        return False
    body["metadata"]["namespace"] = "monitoring"
    return put(body, {}, "spec", "podSelector")


_KINDS = ("NetworkPolicy",)

EDITS = (
    Edit(name="a policy isolates the trace store", kinds=_KINDS, change=_trace_store, said="ServiceMonitor", everywhere=True),
    Edit(name="a policy isolates all of monitoring", kinds=_KINDS, change=_everything, said="ServiceMonitor", everywhere=True),
)
