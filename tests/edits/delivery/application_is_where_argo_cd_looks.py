"""Edits that delivery-application-is-where-argo-cd-looks finds."""

from tests.edits.edit import Body, Edit


def _moved(body: Body) -> bool:
    body["metadata"]["namespace"] = "shop"
    return True


def _both(body: Body) -> bool:
    body["spec"]["destination"]["name"] = "in-cluster"
    return True


def _neither(body: Body) -> bool:
    del body["spec"]["destination"]["server"]
    return True


def _unknown(body: Body) -> bool:
    body["spec"]["destination"] = {"name": "production", "namespace": body["spec"]["destination"]["namespace"]}
    return True


EDITS = (
    Edit(name="in another namespace", kinds=("Application",), change=_moved, said="where Argo CD does not look", everywhere=True),
    Edit(name="two destinations", kinds=("Application",), change=_both, said="both server and name", everywhere=True),
    Edit(name="no destination", kinds=("Application",), change=_neither, said="neither server nor name", everywhere=True),
    Edit(name="a cluster that nobody knows", kinds=("Application",), change=_unknown, said="knows no cluster", everywhere=True),
)
