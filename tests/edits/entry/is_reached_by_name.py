"""Edits that entry-is-reached-by-name finds."""

from tests.edits.body import at, put
from tests.edits.edit import REMOVED, Body, Edit, Removed
from tests.edits.ways import mappings, values_of

_FRONTED = ("argocd-server", "kube-prometheus-stack-grafana")


def _service(body: Body) -> object:
    return at(body, "spec", "rules", 0, "http", "paths", 0, "backend", "service", "name")


def _gone(body: Body) -> bool | Removed:
    return REMOVED if _service(body) in _FRONTED else False


def _renamed(body: Body) -> bool:
    return _service(body) in _FRONTED and put(body, f"other-{at(body, 'spec', 'rules', 0, 'host')}", "spec", "rules", 0, "host")


def _argo_cd(body: Body) -> bool:
    return put(values_of(body, "argo-cd") or {}, "https://cd.example.org", "configs", "cm", "url")


def _grafana(body: Body) -> bool:
    values = values_of(body, "kube-prometheus-stack") or {}
    return put(values, "https://dashboards.example.org", "grafana", "grafana.ini", "server", "root_url")


def _other_ports(body: Body) -> bool:
    for mapping in mappings(body):
        mapping["hostPort"] += 8000
    return bool(mappings(body))


EDITS = (
    Edit(name="a server's Ingress is gone", kinds=("Ingress",), change=_gone, said="no Ingress or HTTPRoute leads to", everywhere=True),
    Edit(name="an Ingress for another name", kinds=("Ingress",), change=_renamed, said="for its address", everywhere=True),
    Edit(name="Argo CD has another address", kinds=("Application",), change=_argo_cd, said="https://cd.example.org", everywhere=True),
    Edit(name="Grafana has another address", kinds=("Application",), change=_grafana, said="dashboards.example.org", everywhere=True),
    Edit(name="other ports of the host", kinds=("kind.yaml",), change=_other_ports, environments=("local",), said="is reached on ports"),
)
