"""Edits that traffic-no-path-is-claimed-twice finds."""

from tests.edits.body import at, put
from tests.edits.edit import Body, Edit

_RULE = ("spec", "rules", 0)
_PATH = (*_RULE, "http", "paths", 0, "path")


def _of_the_frontend(body: Body) -> bool:
    return "coffee." in str(at(body, *_RULE, "host")) and put(body, "/", *_PATH)


def _with_a_slash(body: Body) -> bool:
    return body["metadata"]["name"] == "billing" and put(body, "/api/order/", *_PATH)


def _twice(body: Body) -> bool:
    paths = at(body, *_PATH[:-2])
    path = dict(paths[0], backend={"service": {"name": "frontend", "port": {"number": 80}}})
    if body["metadata"]["name"] == "frontend":
        return False
    paths.append(path)
    return True


EDITS = (
    Edit(name="the path of the frontend", kinds=("Ingress",), change=_of_the_frontend, said="claimed twice", everywhere=True),
    Edit(name="the path of another, with a slash", kinds=("Ingress",), change=_with_a_slash, said="claimed twice", everywhere=True),
    Edit(name="one path for two Services", kinds=("Ingress",), change=_twice, said="claimed twice", everywhere=True),
)
