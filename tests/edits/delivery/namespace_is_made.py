"""Edits that delivery-namespace-is-made finds."""

from tests.edits.edit import REMOVED, Body, Edit, Removed


def _removed(body: Body) -> bool | Removed:
    return False if body["metadata"]["name"] == "argocd" else REMOVED


def _renamed(body: Body) -> bool:
    if body["metadata"]["name"] == "argocd":
        return False
    body["metadata"]["name"] += "s"
    return True


def _target(body: Body) -> bool:
    if "path" not in body["spec"]["source"]:
        body["spec"]["destination"]["namespace"] += "s"
        return True
    return False


EDITS = (
    Edit(name="the Namespace is gone", kinds=("Namespace",), change=_removed, said="nothing makes the namespace", everywhere=True),
    Edit(name="it has another name", kinds=("Namespace",), change=_renamed, said="nothing makes the namespace", everywhere=True),
    Edit(name="a chart goes elsewhere", kinds=("Application",), change=_target, said="nothing makes the namespace"),
)
