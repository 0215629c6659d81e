"""Edits that traffic-health-check-is-answered finds."""

from tests.edits.body import annotate, at, drop, put
from tests.edits.edit import Body, Edit

_ALB = "alb.ingress.kubernetes.io"
_PATH = ("metadata", "annotations", f"{_ALB}/healthcheck-path")


def _is_api(body: Body) -> bool:
    return str(at(body, *_PATH)).startswith("/api/") and body["metadata"]["namespace"] == "shop"


EDITS = (
    Edit(
        name="the default path",
        kinds=("Ingress",),
        change=lambda body: _is_api(body) and drop(body, *_PATH),
        environments=("eks",),
        said="no healthcheck-path is set",
        everywhere=True,
    ),
    Edit(
        name="a path beside what is served",
        kinds=("Ingress",),
        change=lambda body: _is_api(body) and put(body, "/health", *_PATH),
        environments=("eks",),
        said="asks Service",
        everywhere=True,
    ),
    Edit(
        name="codes that are not answered",
        kinds=("Ingress",),
        change=lambda body: _is_api(body) and annotate(body, f"{_ALB}/success-codes", "302"),
        environments=("eks",),
        said="wants 302",
        everywhere=True,
    ),
    Edit(
        name="the Service's port",
        kinds=("Ingress",),
        change=lambda body: _is_api(body) and annotate(body, f"{_ALB}/healthcheck-port", "80"),
        environments=("eks",),
        said="at port 80",
        everywhere=True,
    ),
)
