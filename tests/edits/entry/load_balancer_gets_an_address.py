"""Edits that entry-load-balancer-gets-an-address finds."""

from tests.edits.body import drop, put
from tests.edits.edit import Body, Edit
from tests.edits.ways import values_of


def _balanced(body: Body) -> bool:
    return put(values_of(body, "ingress-nginx") or {}, "LoadBalancer", "controller", "service", "type")


def _by_default(body: Body) -> bool:
    values = values_of(body, "ingress-nginx") or {}
    return drop(values, "controller", "service", "type") and drop(values, "controller", "publishService")


def _service(body: Body) -> bool:
    return put(body, "LoadBalancer", "spec", "type")


EDITS = (
    Edit(
        name="a balanced controller", kinds=("Application",), change=_balanced, environments=("local",), said="has nothing", everywhere=True
    ),
    Edit(
        name="a controller by default",
        kinds=("Application",),
        change=_by_default,
        environments=("local",),
        said="never gets one",
        everywhere=True,
    ),
    Edit(name="a balanced frontend", kinds=("Service",), change=_service, environments=("local",), said="has nothing"),
)
