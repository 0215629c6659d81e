"""Edits that traffic-no-rewrite-on-api-routes finds."""

from tests.edits.body import annotate, at
from tests.edits.edit import Body, Edit


def _is_api(body: Body) -> bool:
    rules = at(body, "spec", "rules") or ()
    return any(path["path"].startswith("/api/") for rule in rules for path in rule["http"]["paths"])


def _to_the_root(body: Body) -> bool:
    return _is_api(body) and annotate(body, "nginx.ingress.kubernetes.io/rewrite-target", "/")


def _transform(body: Body) -> bool:
    name = at(body, "spec", "rules", 0, "http", "paths", 0, "backend", "service", "name")
    rewrite = '[{"type": "url-rewrite", "urlRewriteConfig": {"rewrites": [{"regex": "^/api/[^/]+(.*)", "replace": "$1"}]}}]'
    return _is_api(body) and annotate(body, f"alb.ingress.kubernetes.io/transforms.{name}", rewrite)


EDITS = (
    Edit(name="rewrite-target: /", kinds=("Ingress",), change=_to_the_root, environments=("local",), everywhere=True),
    Edit(name="a transform of the load balancer", kinds=("Ingress",), change=_transform, environments=("eks",), everywhere=True),
)
