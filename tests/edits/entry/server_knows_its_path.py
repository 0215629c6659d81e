"""Edits that entry-server-knows-its-path finds."""

from tests.edits.body import at
from tests.edits.edit import Body, Edit

_FRONTED = ("argocd-server", "kube-prometheus-stack-grafana")


def _below(body: Body) -> bool:
    path = at(body, "spec", "rules", 0, "http", "paths", 0)
    if at(path, "backend", "service", "name") not in _FRONTED:
        return False
    path["path"] = "/tools"
    return True


EDITS = (Edit(name="routed below a path", kinds=("Ingress",), change=_below, said="and it serves /", everywhere=True),)
