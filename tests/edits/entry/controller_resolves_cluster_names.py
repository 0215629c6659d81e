"""Edits that entry-controller-resolves-cluster-names finds."""

from tests.edits.body import drop, put
from tests.edits.edit import Body, Edit
from tests.edits.ways import values_of


def _by_default(body: Body) -> bool:
    return drop(values_of(body, "ingress-nginx") or {}, "controller", "dnsPolicy")


def _of_the_node(body: Body) -> bool:
    return put(values_of(body, "ingress-nginx") or {}, "Default", "controller", "dnsPolicy")


EDITS = (
    Edit(name="the chart's own dnsPolicy", kinds=("Application",), change=_by_default, said="dnsPolicy ClusterFirst", everywhere=True),
    Edit(name="the resolver of the node", kinds=("Application",), change=_of_the_node, said="dnsPolicy Default", everywhere=True),
)
