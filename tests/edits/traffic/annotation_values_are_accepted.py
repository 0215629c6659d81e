"""Edits that traffic-annotation-values-are-accepted finds."""

from tests.edits.body import annotate, put
from tests.edits.edit import Body, Edit

_NGINX = "nginx.ingress.kubernetes.io"


def _no_boolean(body: Body) -> bool:
    return put(body, "off", "metadata", "annotations", f"{_NGINX}/ssl-redirect")


def _snippet(body: Body) -> bool:
    return annotate(body, f"{_NGINX}/configuration-snippet", "more_set_headers 'X-Shop: 1';")


def _seconds(body: Body) -> bool:
    return annotate(body, f"{_NGINX}/proxy-read-timeout", "60s")


EDITS = (
    Edit(name="no boolean", kinds=("Ingress",), change=_no_boolean, environments=("local",), said="true or false", everywhere=True),
    Edit(name="a snippet", kinds=("Ingress",), change=_snippet, environments=("local",), said="is not allowed", everywhere=True),
    Edit(name="seconds with a unit", kinds=("Ingress",), change=_seconds, environments=("local",), said="a whole number", everywhere=True),
)
