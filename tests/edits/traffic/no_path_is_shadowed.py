"""Edits that traffic-no-path-is-shadowed finds."""

from tests.edits.body import drop, put
from tests.edits.edit import Body, Edit

_ORDER = ("metadata", "annotations", "alb.ingress.kubernetes.io/group.order")


def _last(body: Body) -> bool:
    return body["metadata"]["name"] in {"order", "billing", "inventory"} and put(body, "1000", *_ORDER)


def _first(body: Body) -> bool:
    return body["metadata"]["name"] == "frontend" and drop(body, *_ORDER)


EDITS = (
    Edit(name="after the root", kinds=("Ingress",), change=_last, environments=("eks",), said="never come to", everywhere=True),
    Edit(name="the root without an order", kinds=("Ingress",), change=_first, environments=("eks",), said="group.order 0", everywhere=True),
)
