"""When a rewrite is a violation: what arrives, against what the back end is known to serve."""

import pytest

from crema.policies.engine.example import Example
from crema.policies.engine.finding import Finding
from crema.policies.rules.traffic.no_rewrite_on_api_routes import NoRewriteOnApiRoutes

NGINX = "nginx.ingress.kubernetes.io/rewrite-target"
STRIP = f"{NGINX}: /$2"
STRIPPED = "/api/order(/|$)(.*)"


def shop(root_path: str | None = "/api/order", probe: str = "") -> str:
    """The Service order and its pods."""
    env = "" if root_path is None else f"env: [{{name: ROOT_PATH, value: '{root_path}'}}]"
    asked = f"readinessProbe: {{httpGet: {{path: {probe}, port: 8000}}}}" if probe else ""
    return f"""
    apiVersion: v1
    kind: Service
    metadata: {{name: order, namespace: shop}}
    spec: {{selector: {{app: order}}, ports: [{{port: 80}}]}}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {{name: order, namespace: shop}}
    spec: {{template: {{metadata: {{labels: {{app: order}}}}, spec: {{containers: [{{name: order, {env}, {asked}}}]}}}}}}
    """.replace(", , ", ", ").replace(", }", "}")


def ingress(annotations: str, path: str = "/api/order", kind: str = "Prefix", controller: str = "nginx") -> str:
    """An Ingress of one path to order."""
    return f"""
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {{name: order, namespace: shop, annotations: {{{annotations}}}}}
    spec:
      ingressClassName: {controller}
      rules: [{{http: {{paths: [{{path: '{path}', pathType: {kind}, backend: {{service: {{name: order, port: {{number: 80}}}}}}}}]}}}}]
    """


def http_route(match: str, change: str) -> str:
    """An HTTPRoute to order with one match and one change of the path."""
    return f"""
    ---
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: {{name: order, namespace: shop}}
    spec:
      rules:
        - matches: [{{path: {match}}}]
          filters: [{{type: URLRewrite, urlRewrite: {{path: {change}}}}}]
          backendRefs: [{{name: order, port: 80}}]
    """


def said(manifests: str, *, closed: bool = True) -> list[str]:
    """The findings' messages; of anything else the name of its type."""
    outcomes = NoRewriteOnApiRoutes().check(Example(name="", manifests=manifests, closed=closed).world())
    return [each.message if isinstance(each, Finding) else type(each).__name__ for each in outcomes]


@pytest.mark.parametrize(
    ("manifests", "messages"),
    [
        (shop("/") + ingress(STRIP, STRIPPED), []),
        (shop("") + ingress(STRIP, STRIPPED), []),
        (shop("/") + ingress(f"{NGINX}: /"), ["requests to /api/order reach the order service as /, and so does every other request"]),
        (shop(None) + ingress(STRIP, STRIPPED),
         ["requests to /api/order reach the order service as /, and nothing here says that it serves that path"]),
        (shop(None, "/health") + ingress(STRIP, STRIPPED), ["Undecided"]),
        (shop("/api/order", "/health") + ingress(STRIP, STRIPPED), ["Undecided"]),
        (shop(None, "/api/order/health") + ingress(STRIP, STRIPPED),
         ["requests to /api/order reach the order service as /, whose probe asks for /api/order/health"]),
        (shop() + ingress(f"{NGINX}: /$1", "/api/order/v[0-9]+/(.*)"),
         ["requests to /api/order/v1/menu reach the order service as /menu, which serves /api/order"]),
        (shop() + ingress(f"{NGINX}: /$1", "/api/order/[a-z]{2,3}/(.*)"), ["Undecided"]),
        (shop() + ingress(f"{NGINX}: /menu", "/api/order/menu", "Exact"),
         ["requests to /api/order/menu reach the order service as /menu, which serves /api/order"]),
        (shop() + ingress(f"{NGINX}: /api/order/menu", "/menu", "Exact"), []),
        (shop() + http_route("{type: Exact, value: /api/order}", "{type: ReplaceFullPath, replaceFullPath: /api/order}"), []),
        (shop() + http_route("{value: /api/order}", "{type: ReplaceFullPath, replaceFullPath: /api/order}"),
         ["requests to /api/order/menu reach the order service as /api/order, which serves /api/order"]),
        (shop() + http_route("{value: /orders}", "{type: ReplacePrefixMatch, replacePrefixMatch: /api/order}"), []),
        (shop() + ingress("alb.ingress.kubernetes.io/transforms.order: '[{'", controller="alb"),
         ["requests to /api/order do not reach the order service: it is not JSON, which the controller refuses"]),
        (shop() + ingress("traefik.ingress.kubernetes.io/router.middlewares: shop-strip@kubernetescrd", controller="traefik"),
         ["requests to /api/order do not reach the order service: it names the Middleware shop-strip, which is not here"]),
        (shop() + ingress("traefik.ingress.kubernetes.io/router.middlewares: strip@file", controller="traefik"), ["Undecided"]),
        (shop() + ingress(f"{NGINX}: /, nginx.ingress.kubernetes.io/configuration-snippet: proxy_pass http://order;"),
         ["requests to /api/order reach the order service as /, which serves /api/order"]),
    ],
)  # fmt: skip
def test_what_is_a_violation(manifests: str, messages: list[str]) -> None:
    """A known root path decides, then what the probes ask for; what is unknown is said, and hides no known rewrite."""
    assert said(manifests) == messages


def test_what_is_not_here_may_be_elsewhere_in_somebodys_directory() -> None:
    """A Middleware that is missing is no finding where the rest may live elsewhere."""
    text = shop() + ingress("traefik.ingress.kubernetes.io/router.middlewares: shop-strip@kubernetescrd", controller="traefik")
    assert said(text, closed=False) == ["Undecided"]
