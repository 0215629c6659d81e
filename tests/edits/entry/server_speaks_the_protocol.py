"""Edits that entry-server-speaks-the-protocol finds."""

from tests.edits.body import annotate, at, drop, put
from tests.edits.edit import Body, Edit
from tests.edits.ways import values_of

_NGINX = "nginx.ingress.kubernetes.io/backend-protocol"
_ALB = "alb.ingress.kubernetes.io/backend-protocol"
_ROUTES = ("Ingress",)


def _secure(body: Body) -> bool:
    return put(values_of(body, "argo-cd") or {}, False, "configs", "params", "server.insecure")


def _default(body: Body) -> bool:
    return drop(values_of(body, "argo-cd") or {}, "configs", "params", "server.insecure")


def _is_argo_cd(body: Body) -> bool:
    return bool(at(body, "spec", "rules", 0, "http", "paths", 0, "backend", "service", "name") == "argocd-server")


EDITS = (
    Edit(name="Argo CD is told to speak TLS", kinds=("Application",), change=_secure, said="redirected for ever", everywhere=True),
    Edit(name="Argo CD speaks TLS by default", kinds=("Application",), change=_default, said="redirected for ever", everywhere=True),
    Edit(
        name="TLS to Argo CD from nginx",
        kinds=_ROUTES,
        change=lambda body: _is_argo_cd(body) and annotate(body, _NGINX, "HTTPS"),
        environments=("local",),
        said="end in 502",
        everywhere=True,
    ),
    Edit(
        name="TLS to Argo CD from the load balancer",
        kinds=_ROUTES,
        change=lambda body: _is_argo_cd(body) and annotate(body, _ALB, "HTTPS"),
        environments=("eks",),
        said="end in 502",
        everywhere=True,
    ),
)
