"""Edits that traffic-route-reaches-a-service finds."""

from tests.edits.body import at, put
from tests.edits.edit import Body, Edit

_BACKEND = ("spec", "rules", 0, "http", "paths", 0, "backend", "service")


def _misspelt(body: Body) -> bool:
    return put(body, f"{at(body, *_BACKEND, 'name')}s", *_BACKEND, "name")


def _of_the_container(body: Body) -> bool:
    return put(body, {"number": 8081}, *_BACKEND, "port")


def _by_name(body: Body) -> bool:
    return put(body, {"name": "website"}, *_BACKEND, "port")


def _moved(body: Body) -> bool:
    return put(body, "argocd" if body["metadata"]["namespace"] != "argocd" else "shop", "metadata", "namespace")


EDITS = (
    Edit(name="another Service", kinds=("Ingress",), change=_misspelt, said="there is no Service", everywhere=True),
    Edit(
        name="a port that the Service does not have", kinds=("Ingress",), change=_of_the_container, said="has no port 8081", everywhere=True
    ),
    Edit(name="a port's name that the Service does not have", kinds=("Ingress",), change=_by_name, said="has no port", everywhere=True),
    Edit(name="another namespace", kinds=("Ingress",), change=_moved, said="is in another namespace", everywhere=True),
    Edit(
        name="the Service has another name",
        kinds=("Service",),
        change=lambda body: body["metadata"]["name"] in {"order", "frontend"} and put(body, "renamed", "metadata", "name"),
        said="there is no Service",
        everywhere=True,
    ),
)
