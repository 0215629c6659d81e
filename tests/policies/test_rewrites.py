"""What each controller's spelling of a rewrite does to a request's path."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crema.policies.engine.example import Example
from crema.policies.model.rewrites.regex import ALB, Template, compiled, sample
from crema.policies.model.rewrites.regex import NGINX as NGINX_SPELLING
from crema.policies.model.rewrites.rewrite import by_regex, is_under, literal_prefix, replace_prefix
from crema.policies.model.routes.every import routes
from crema.policies.model.world import World

SEGMENTS = st.lists(st.sampled_from(["api", "order", "orders", "menu", "a"]), min_size=1, max_size=4)
PATHS = SEGMENTS.map(lambda parts: "/" + "/".join(parts))


def world(text: str) -> World:
    """The world of some manifests."""
    return Example(name="", manifests=text).world()


def through(text: str, *requests: str) -> list[str | None]:
    """The paths that arrive when requests go through the rewrites of the one route there is."""
    (route,) = routes(world(text))
    arrived: list[str | None] = []
    for request in requests:
        path: str | None = request
        for rewrite in route.rewrites:
            path = None if path is None else rewrite.change(path)
        arrived.append(path)
    return arrived


def ingress(annotations: str, path: str = "/api/order", controller: str = "") -> str:
    """An Ingress with one path."""
    return f"""
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {{name: order, namespace: shop, annotations: {{{annotations}}}}}
    spec:
      {f"ingressClassName: {controller}" if controller else ""}
      rules: [{{http: {{paths: [{{path: '{path}', backend: {{service: {{name: order, port: {{number: 80}}}}}}}}]}}}}]
    """


NGINX, TRAEFIK = "nginx.ingress.kubernetes.io", "traefik.ingress.kubernetes.io"


@pytest.mark.parametrize(
    ("annotations", "path", "arrived"),
    [
        (f"{NGINX}/rewrite-target: /", "/api/order", ["/", "/"]),
        (f"{NGINX}/rewrite-target: /api/order", "/api/order", ["/api/order", "/api/order"]),
        (f"{NGINX}/rewrite-target: /$2", "/api/order(/|$)(.*)", ["/", "/menu"]),
        (f"{NGINX}/rewrite-target: /$1", "/(api/order.*)", ["/api/order", "/api/order/menu"]),
        (f"{NGINX}/rewrite-target: /$9", "/api/order", ["/", "/"]),
        (f"{NGINX}/rewrite-target: /$1", "/api/(?order", [None, None]),
        (f"{NGINX}/rewrite-target: /$1", "/api/[[:alpha:]]+/(.*)", [None, None]),
        (f"{NGINX}/rewrite-target: $uri", "/api/order", ["/api/order", "/api/order/menu"]),
        (f"{NGINX}/rewrite-target: /$host", "/api/order", [None, None]),
        (f"{NGINX}/rewrite-target: '/api/order$1?a=b'", "/api/order(.*)", ["/api/order", "/api/order/menu"]),
        (f"{NGINX}/rewrite-target: 'https://other.test/'", "/api/order", ["/api/order", "/api/order/menu"]),
        (f"{NGINX}/app-root: /menu", "/api/order", ["/api/order", "/api/order/menu"]),
        (f"{NGINX}/configuration-snippet: 'rewrite ^/api/order(.*)$ $1 break;'", "/api/order", ["", "/menu"]),
        (f"{NGINX}/server-snippet: 'rewrite ^/old /new permanent;'", "/api/order", ["/api/order", "/api/order/menu"]),
        (f'{NGINX}/configuration-snippet: "# rewrite ^/ / break;"', "/api/order", ["/api/order", "/api/order/menu"]),
        (f'{NGINX}/configuration-snippet: "gzip on; # rewrite ^/ / break;"', "/api/order", ["/api/order", "/api/order/menu"]),
        (f"{NGINX}/configuration-snippet: proxy_pass http://order/;", "/api/order", [None, None]),
        (f"{NGINX}/server-snippet: 'rewrite ^/api(/.*)$ $1 last;'", "/api/order", ["/order", "/order/menu"]),
        ("nginx.org/location-snippets: 'rewrite ^/api(/.*)$ $1 break;'", "/api/order", ["/order", "/order/menu"]),
        ("nginx.org/rewrite-target: /$1", "/api/(.*)", ["/order", "/order/menu"]),
        ("nginx.org/rewrites: serviceName=order rewrite=/", "/api/order", ["/", "/menu"]),
        ("nginx.org/rewrites: serviceName=billing rewrite=/", "/api/order", ["/api/order", "/api/order/menu"]),
        ("haproxy.org/path-rewrite: /", "/api/order", ["/", "/"]),
        (r"haproxy.org/path-rewrite: '^/api/(.*) /\1'", "/api/order", ["/order", "/order/menu"]),
        ("haproxy-ingress.github.io/rewrite-target: /", "/api/order", ["/", "/menu"]),
        ("ingress.kubernetes.io/rewrite-target: /", "/api/order", ["/", "/menu"]),
        ("konghq.com/strip-path: 'true'", "/api/order", ["/", "/menu"]),
        ("konghq.com/strip-path: 'false'", "/api/order", ["/api/order", "/api/order/menu"]),
        ("konghq.com/rewrite: /x", "/api/order", ["/x", "/x"]),
        (f"{TRAEFIK}/rewrite-target: /", "/api/order", ["/", "/menu"]),
        (f"{TRAEFIK}/rule-type: PathPrefixStrip", "/api/order", ["/", "/menu"]),
        ("traefik.frontend.rule.type: PathPrefixStrip", "/api/order", ["/", "/menu"]),
        (f"{TRAEFIK}/request-modifier: 'ReplacePathRegex: ^/api/(.*) /$1'", "/api/order", ["/order", "/order/menu"]),
        (f"{TRAEFIK}/request-modifier: 'AddPrefix: /v1'", "/api/order", ["/v1/api/order", "/v1/api/order/menu"]),
        (f"{TRAEFIK}/router.middlewares: shop-absent@kubernetescrd", "/api/order", [None, None]),
        (f"{TRAEFIK}/router.middlewares: strip@file", "/api/order", [None, None]),
        ("alb.ingress.kubernetes.io/transforms.order: '{}'", "/api/order", [None, None]),
        ('alb.ingress.kubernetes.io/transforms.order: \'[{"type":"url-rewrite"}]\'', "/api/order", [None, None]),
        ("alb.ingress.kubernetes.io/transforms.order: 'no json'", "/api/order", [None, None]),
        (
            'alb.ingress.kubernetes.io/transforms.order: \'[{"type":"url-rewrite","urlRewriteConfig":'
            '{"rewrites":[{"regex":"^/api/","replace":"/"}]}}]\'',
            "/api/order",
            ["/order", "/order/menu"],
        ),
        (
            'alb.ingress.kubernetes.io/transforms.order: \'[{"type":"host-header-rewrite"}]\'',
            "/api/order",
            ["/api/order", "/api/order/menu"],
        ),
    ],
)
def test_annotations(annotations: str, path: str, arrived: list[str | None]) -> None:
    """Each controller's annotation, on the prefix and on a path below it; None: manifests cannot say."""
    assert through(ingress(annotations, path), "/api/order", "/api/order/menu") == arrived


@pytest.mark.parametrize(("controller", "arrived"), [("nginx-internal", "/"), ("alb", "/api/order"), ("mine", "/")])
def test_a_class_says_which_controller_reads(controller: str, arrived: str) -> None:
    """ALB does not read nginx's annotations; a class of an unknown name could be any controller's."""
    assert through(ingress(f"{NGINX}/rewrite-target: /", controller=controller), "/api/order") == [arrived]


def middleware(name: str, spec: str) -> str:
    """A Middleware of Traefik in the namespace shop."""
    return f"""
    ---
    apiVersion: traefik.io/v1alpha1
    kind: Middleware
    metadata: {{name: {name}, namespace: shop}}
    spec: {spec}
    """


@pytest.mark.parametrize(
    ("spec", "arrived"),
    [
        ("{stripPrefix: {prefixes: [/api/order]}}", ["/", "/menu"]),
        ("{stripPrefix: {prefixes: [/api/orders]}}", ["/api/order", "/api/order/menu"]),
        ("{stripPrefixRegex: {regex: ['/api/[a-z]+']}}", ["", "/menu"]),
        ("{stripPrefix: {prefixes: [/api/ord]}}", ["/er", "/er/menu"]),
        ("{stripPrefix: {prefixes: [/shop, /api, /order]}}", ["/order", "/order/menu"]),
        ("{replacePathRegex: {regex: '^/api/(?P<rest>.*)', replacement: '/$rest'}}", ["/order", "/order/menu"]),
        ("{replacePathRegex: {regex: '^/api/(.*)', replacement: '/$1x'}}", ["/", "/"]),
        ("{replacePathRegex: {regex: '^/api/(.*)', replacement: ''}}", ["/api/order", "/api/order/menu"]),
        ("{chain: {middlewares: [{name: shop-strip@kubernetescrd}]}}", ["/order", "/order/menu"]),
        ("{chain: {middlewares: [{name: shop-tested@kubernetescrd}]}}", [None, None]),
        ("{replacePath: {path: /x}}", ["/x", "/x"]),
        ("{replacePathRegex: {regex: '^/api/(.*)', replacement: '/${1}'}}", ["/order", "/order/menu"]),
        ("{addPrefix: {prefix: /v1}}", ["/v1/api/order", "/v1/api/order/menu"]),
        ("{headers: {}}", ["/api/order", "/api/order/menu"]),
        ("{chain: {middlewares: [{name: strip}]}}", ["/order", "/order/menu"]),
        ("{chain: {middlewares: [{name: tested}]}}", [None, None]),
        ("{chain: {middlewares: [{name: absent}]}}", [None, None]),
    ],
)
@pytest.mark.parametrize("kind", ["Ingress", "IngressRoute", "HTTPRoute"])
def test_middlewares(kind: str, spec: str, arrived: list[str | None]) -> None:
    """A Middleware does the same whichever kind names it; chains are followed, and a circle of them ends."""
    asking = {
        "Ingress": ingress(f"{TRAEFIK}/router.middlewares: shop-tested@kubernetescrd"),
        "IngressRoute": """
    apiVersion: traefik.io/v1alpha1
    kind: IngressRoute
    metadata: {name: order, namespace: shop}
    spec:
      routes:
        - match: Host(`coffee.test`) && PathPrefix(`/api/order`)
          middlewares: [{name: tested}]
          services: [{name: order, port: 80}]
    """,
        "HTTPRoute": http_route("filters: [{type: ExtensionRef, extensionRef: {group: traefik.io, kind: Middleware, name: tested}}]"),
    }
    text = asking[kind] + middleware("tested", spec) + middleware("strip", "{stripPrefix: {prefixes: [/api]}}")
    assert through(text, "/api/order", "/api/order/menu") == arrived


@pytest.mark.parametrize(
    ("match", "paths"),
    [
        ("Host(`a`)", [("/", False)]),
        ("Path(`/api/order`)", [("/api/order", True)]),
        ("PathPrefix(`/x`, `/api/order`)", [("/x", False), ("/api/order", False)]),
        ("PathPrefix(`/api/{name:[a-z]+}`)", [("/api", False)]),
        ("PathRegexp(`^/api/(order|billing)`)", [("/api", False)]),
        ("Host(`a`) && !PathPrefix(`/api/order`)", []),
    ],
)
def test_the_paths_of_a_rule_of_traefik(match: str, paths: list[tuple[str, bool]]) -> None:
    """A rule without a path takes all of them; one that only excludes paths is not followed."""
    text = f"""
    apiVersion: traefik.io/v1alpha1
    kind: IngressRoute
    metadata: {{name: order, namespace: shop}}
    spec: {{routes: [{{match: "{match}", services: [{{name: order, port: 80}}]}}]}}
    """
    assert [(route.path, route.exact) for route in routes(world(text))] == paths


def test_the_default_back_end_takes_every_path_with_the_rewrites_of_its_ingress() -> None:
    """It has no path of its own, so that a target other than `/` takes every path away."""
    text = f"""
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {{name: order, namespace: shop, annotations: {{{NGINX}/rewrite-target: /x}}}}
    spec: {{defaultBackend: {{service: {{name: order, port: {{number: 80}}}}}}}}
    """
    assert through(text, "/api/order") == ["/x"]


@pytest.mark.parametrize("kind", ["Prefix", "ImplementationSpecific"])
def test_a_prefix_path_that_is_its_own_target_is_rewritten_below_it(kind: str) -> None:
    """ingress-nginx makes two locations of it, `/api/order` and `/api/order/`; only the first equals the target."""
    text = ingress(f"{NGINX}/rewrite-target: /api/order").replace("backend:", f"pathType: {kind}, backend:")
    exact = text.replace(kind, "Exact")
    assert through(exact, "/api/order") == ["/api/order"]
    assert through(text, "/api/order", "/api/order/menu") == ["/api/order", "/api/order"]
    assert through(text.replace("{nginx", '{nginx.ingress.kubernetes.io/use-regex: "true", nginx'), "/api/order/menu") == [
        "/api/order/menu"
    ]


def test_a_server_snippet_rewrites_for_every_ingress_of_its_host() -> None:
    """A host has one server in nginx, whichever Ingress brings the snippet."""
    snippet = ingress(f"{NGINX}/server-snippet: 'rewrite ^/api(/.*)$ $1 last;'", path="/").replace("name: order", "name: shop", 1)
    (_, order) = routes(world(snippet + "\n    ---" + ingress("")))
    assert [rewrite.change("/api/order") for rewrite in order.rewrites] == ["/order"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("/api/(orders|menus)/[0-9]+", "/api/orders/1"),
        ("^/api/(?:v\\d)/(?P<rest>.*)$", "/api/v1/menu"),
        ("/api/[a-z]{2,3}/x", None),
        ("/api/(", None),
    ],
)
def test_a_path_that_a_pattern_takes(pattern: str, found: str | None) -> None:
    """What is found is sure to be taken; where nothing is easily found, nothing is."""
    assert sample(pattern) == found


@pytest.mark.parametrize("pattern", ["(a+)+$", "((a|b)*c*)*x", "(.*)" * 20 + "x", r"(\\(a*))*b"])
def test_a_pattern_that_could_take_for_ever_is_not_tried(pattern: str) -> None:
    """Python's regexes cannot be stopped once they run."""
    assert compiled(pattern, "a" * 60) is None
    assert compiled("/api/order(/|$)(.*)", "/api/order/" + "a" * 60) is not None


def http_route(rule: str, reference: str = "", match: str = "{path: {value: /api/order}}") -> str:
    """An HTTPRoute with one rule."""
    return f"""
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: {{name: order, namespace: shop}}
    spec:
      rules:
        - matches: [{match}]
          backendRefs: [{{name: order, port: 80, {reference}}}]
          {rule}
    """


def url_rewrite(path: str) -> str:
    """A filter of an HTTPRoute."""
    return f"filters: [{{type: URLRewrite, urlRewrite: {{path: {path}}}}}]"


PREFIX = url_rewrite("{type: ReplacePrefixMatch, replacePrefixMatch: /x/}")
FULL = url_rewrite("{type: ReplaceFullPath, replaceFullPath: /x}")


@pytest.mark.parametrize(
    ("text", "arrived"),
    [
        (http_route(PREFIX), ["/x", "/x/menu"]),
        (http_route(FULL), ["/x", "/x"]),
        (http_route("", reference=FULL), ["/x", "/x"]),
        (http_route(url_rewrite("{type: ReplacePrefixMatch, replacePrefixMatch: /}")), ["/", "/menu"]),
        (http_route("filters: [{type: RequestHeaderModifier}]"), ["/api/order", "/api/order/menu"]),
        (
            """
    apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata: {name: order, namespace: shop}
    spec:
      http:
        - match: [{uri: {prefix: /api/order}}]
          rewrite: {uri: /}
          route: [{destination: {host: order.shop.svc.cluster.local, port: {number: 80}}}]
    """,
            ["/", "/menu"],
        ),
        (
            """
    apiVersion: projectcontour.io/v1
    kind: HTTPProxy
    metadata: {name: order, namespace: shop}
    spec:
      routes:
        - conditions: [{prefix: /api}, {prefix: /order}]
          pathRewritePolicy: {replacePrefix: [{replacement: /}]}
          services: [{name: order, port: 80}]
    """,
            ["/", "/menu"],
        ),
    ],
)
def test_other_kinds_of_routes(text: str, arrived: list[str]) -> None:
    """Filters of rules and back ends of an HTTPRoute, Istio's rewrite and Contour's."""
    assert through(text, "/api/order", "/api/order/menu") == arrived
    (route,) = routes(world(text))
    assert (str(route.backend), route.path) == ("Service shop/order:80", "/api/order")


@given(PATHS, PATHS, PATHS)
def test_replacing_a_prefix_keeps_the_rest_and_touches_nothing_else(path: str, prefix: str, put: str) -> None:
    """Below the prefix the rest follows the replacement; outside it nothing changes; replacing by itself is nothing."""
    assert replace_prefix(prefix + path, prefix, put) == put + path
    assert replace_prefix(path, prefix, prefix) == path
    assert is_under(path, prefix) or replace_prefix(path, prefix, put) == path


@given(PATHS, st.sampled_from(["^/api/(.*)", "/order", "(/|$)(menu)?", "/([a-z]+)/([a-z]+)"]), st.sampled_from([NGINX_SPELLING, ALB]))
def test_a_regex_rewrite_agrees_with_the_regex(path: str, pattern: str, template: Template) -> None:
    r"""`$1` means what `\1` means to Python's own substitution, for what was found or for the whole path."""
    (route,) = routes(world(ingress("")))
    change = by_regex(route.node, pattern, "/to/$1", template=template).change
    found = re.search(pattern, path)
    groups = re.compile(pattern).groups
    if found is None:
        assert change(path) == path
    elif template.whole:
        assert change(path) == "/to/" + ((found[1] or "") if groups else "")
    else:
        assert change(path) == re.sub(pattern, r"/to/\1" if groups else "/to/", path, count=1)


@given(PATHS, st.sampled_from(["", "(/|$)(.*)", "/(.*)", "/?(.*)", "/v[0-9]+", ".*"]))
def test_the_literal_prefix_of_a_regex_path_is_under_every_match(path: str, tail: str) -> None:
    """What a pattern begins with, in whole segments, leads to the path that the pattern was built from."""
    assert is_under(path, literal_prefix(path + tail))
