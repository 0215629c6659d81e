"""Edits that delivery-big-objects-are-applied-server-side finds."""

from tests.edits.edit import Body, Edit

_SERVER_SIDE = "ServerSideApply=true"


def _client_side(body: Body) -> bool:
    if body["metadata"]["name"] != "kube-prometheus-stack":
        return False
    body["spec"]["syncPolicy"]["syncOptions"].remove(_SERVER_SIDE)
    return True


def _big(body: Body) -> bool:
    body["metadata"].setdefault("annotations", {})["argocd.argoproj.io/sync-options"] = "ServerSideApply=false"
    body["data"] = {"big": "x" * 262144}
    return True


EDITS = (
    Edit(name="a chart with big definitions", kinds=("Application",), change=_client_side, said="it client-side", everywhere=True),
    Edit(name="a big object that is not", kinds=("ConfigMap",), change=_big, said="it client-side", everywhere=True),
)
