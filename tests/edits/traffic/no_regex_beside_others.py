"""Edits that traffic-no-regex-beside-others finds."""

from tests.edits.body import annotate, at, put
from tests.edits.edit import Body, Edit

_NGINX = "nginx.ingress.kubernetes.io"
_PATH = ("spec", "rules", 0, "http", "paths", 0)


def _is_api(body: Body) -> bool:
    return str(at(body, *_PATH, "path")).startswith("/api/")


def _use_regex(body: Body) -> bool:
    return _is_api(body) and annotate(body, f"{_NGINX}/use-regex", "true")


def _takes_all(body: Body) -> bool:
    regex = put(body, "/(api/[a-z]+)(/.*)?", *_PATH, "path") and put(body, "ImplementationSpecific", *_PATH, "pathType")
    return regex and annotate(body, f"{_NGINX}/use-regex", "true")


EDITS = (
    Edit(name="use-regex", kinds=("Ingress",), change=_use_regex, environments=("local",), said="use-regex on Ingress", everywhere=True),
    Edit(
        name="a regex that takes the paths of others", kinds=("Ingress",), change=_takes_all, environments=("local",), said="not to Service"
    ),
)
