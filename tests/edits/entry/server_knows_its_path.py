"""Edits that entry-server-knows-its-path finds."""

from tests.edits.body import at
from tests.edits.edit import Body, Edit
from tests.edits.ways import values_of

_FRONTED = ("argocd-server", "kube-prometheus-stack-grafana")


def _below(body: Body) -> bool:
    path = at(body, "spec", "rules", 0, "http", "paths", 0)
    if at(path, "backend", "service", "name") not in _FRONTED:
        return False
    path["path"] = "/tools"
    return True


def _root_path(body: Body) -> bool:
    params = at(values_of(body, "argo-cd") or {}, "configs", "params")
    return bool(params) and not params.update({"server.rootpath": "/argocd"})


EDITS = (
    Edit(name="routed below a path", kinds=("Ingress",), change=_below, said="and it serves /", everywhere=True),
    Edit(name="Argo CD serves another path", kinds=("Application",), change=_root_path, said="and serves /argocd", everywhere=True),
)
