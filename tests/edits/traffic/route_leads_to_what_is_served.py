"""Edits that traffic-route-leads-to-what-is-served finds."""

from tests.edits.body import at, put
from tests.edits.edit import Body, Edit

_PATH = ("spec", "rules", 0, "http", "paths", 0)


def _api(body: Body) -> str:
    path = str(at(body, *_PATH, "path"))
    return path if path.startswith("/api/") else ""


def _beside(body: Body) -> bool:
    return bool(_api(body)) and put(body, f"{_api(body)}s", *_PATH, "path")


def _without_api(body: Body) -> bool:
    return bool(_api(body)) and put(body, _api(body).removeprefix("/api"), *_PATH, "path")


def _to_another(body: Body) -> bool:
    name = "billing" if body["metadata"]["name"] == "order" else "order"
    return bool(_api(body)) and put(body, name, *_PATH, "backend", "service", "name")


EDITS = (
    Edit(name="beside the prefix", kinds=("Ingress",), change=_beside, said="which serves /api/", everywhere=True),
    Edit(name="without its beginning", kinds=("Ingress",), change=_without_api, said="which serves /api/", everywhere=True),
    Edit(name="to another service", kinds=("Ingress",), change=_to_another, said="which serves /api/"),
    Edit(
        name="the exact path alone",
        kinds=("Ingress",),
        change=lambda body: bool(_api(body)) and put(body, "Exact", *_PATH, "pathType"),
        said="the path is Exact",
        everywhere=True,
    ),
)
