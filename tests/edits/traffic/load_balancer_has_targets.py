"""Edits that traffic-load-balancer-has-targets finds."""

from tests.edits.body import drop, put
from tests.edits.edit import Edit

_TYPE = ("metadata", "annotations", "alb.ingress.kubernetes.io/target-type")

EDITS = (
    Edit(
        name="the default",
        kinds=("Ingress",),
        change=lambda body: body["metadata"]["name"] in {"order", "billing", "inventory"} and drop(body, *_TYPE),
        environments=("eks",),
        said="the default",
        everywhere=True,
    ),
    Edit(
        name="no such type",
        kinds=("Ingress",),
        change=lambda body: put(body, "pods", *_TYPE),
        environments=("eks",),
        said="ip or instance is required",
        everywhere=True,
    ),
)
