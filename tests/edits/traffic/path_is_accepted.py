"""Edits that traffic-path-is-accepted finds."""

from tests.edits.body import at, put
from tests.edits.edit import Body, Edit

_PATH = ("spec", "rules", 0, "http", "paths", 0)


def _regex(body: Body) -> bool:
    return put(body, f"{str(at(body, *_PATH, 'path')).rstrip('/')}(/|$)(.*)", *_PATH, "path")


def _untyped(body: Body) -> bool:
    return put(body, "ImplementationSpecific", *_PATH, "pathType") and _regex(body)


def _wildcard(body: Body) -> bool:
    return put(body, f"{str(at(body, *_PATH, 'path')).rstrip('/')}/*", *_PATH, "path")


def _alone(body: Body) -> bool:
    return put(body, "ImplementationSpecific", *_PATH, "pathType")


EDITS = (
    Edit(name="a regex under Prefix", kinds=("Ingress",), change=_regex, environments=("local",), said="refuses", everywhere=True),
    Edit(
        name="a regex that nothing makes one",
        kinds=("Ingress",),
        change=_untyped,
        environments=("local",),
        said="only that text",
        everywhere=True,
    ),
    Edit(name="a wildcard under Prefix", kinds=("Ingress",), change=_wildcard, environments=("eks",), said="no wildcards", everywhere=True),
    Edit(name="a path without a type", kinds=("Ingress",), change=_alone, environments=("eks",), said="that path alone", everywhere=True),
)
