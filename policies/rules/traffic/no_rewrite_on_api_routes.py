"""The policy traffic-no-rewrite-on-api-routes."""

from collections.abc import Iterable, Iterator

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.rewrites.regex import compiled, sample
from crema.policies.model.rewrites.rewrite import Rewrite, is_under
from crema.policies.model.routes.every import routes
from crema.policies.model.routes.route import Route
from crema.policies.model.served import ROOT, Served, served_by
from crema.policies.model.world import World

_SHOP = """
    apiVersion: v1
    kind: Service
    metadata: {name: order, namespace: shop}
    spec: {selector: {app: order}, ports: [{port: 80, targetPort: 8000}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: order}}
        spec:
          containers:
            - {name: order, ports: [{containerPort: 8000}], env: [{name: ROOT_PATH, value: /api/order}]}
    ---
"""
_INGRESS = (
    _SHOP
    + """
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: order, namespace: shop, annotations: {ANNOTATIONS}}
    spec:
      ingressClassName: CLASS
      rules:
        - host: coffee.test
          http:
            paths:
              - {path: 'PATH', pathType: Prefix, backend: {service: {name: order, port: {number: 80}}}}
"""
)

_STRIP = """
    ---
    apiVersion: traefik.io/v1alpha1
    kind: Middleware
    metadata: {name: strip, namespace: shop}
    spec: {stripPrefix: {prefixes: [PREFIX]}}
"""


def _ingress(annotations: str, *, path: str = "/api/order", controller: str = "nginx") -> str:
    return _INGRESS.replace("ANNOTATIONS", annotations).replace("PATH'", f"{path}'").replace("CLASS", controller)


class NoRewriteOnApiRoutes(Policy[Route]):
    """A route to a service that serves its own path prefix must not change the path.

    Why: the back end answers under ROOT_PATH; a rewrite takes that prefix away and every call becomes a 404.
    Fix: remove the rewrite; the service already serves the prefix.
    Source: https://kubernetes.github.io/ingress-nginx/examples/rewrite/

    What a rewrite does is worked out on requests, the prefix itself and a path below it; one that changes none is no
    violation. A back end that says that it serves `/` may have the prefix cut. What a back end serves is said by a fact
    (`services`), else by ROOT_PATH, else by the paths of its probes; where nothing says it, a rewrite that makes one path of
    all is a violation under `/api` all the same.
    """

    id = "traffic-no-rewrite-on-api-routes"
    basis = "breaks"
    allowed = (
        Example(name="prefix served by the app", manifests=_ingress("")),
        Example(
            name="a rewrite that gives back the same path",
            manifests=_ingress(
                'nginx.ingress.kubernetes.io/use-regex: "true", nginx.ingress.kubernetes.io/rewrite-target: /api/order/$2',
                path="/api/order(/|$)(.*)",
            ),
        ),
        Example(
            name="an annotation of another controller than the one of the class",
            manifests=_ingress("nginx.ingress.kubernetes.io/rewrite-target: /", controller="alb"),
        ),
        Example(
            name="only a prefix above what the back end serves is cut",
            manifests=_ingress(
                "traefik.ingress.kubernetes.io/router.middlewares: shop-strip@kubernetescrd",
                path="/shop/api/order",
                controller="traefik",
            )
            + _STRIP.replace("PREFIX", "/shop"),
        ),
        Example(
            name="a fact says that the back end serves everything at the root",
            manifests=_ingress("nginx.ingress.kubernetes.io/rewrite-target: /$2", path="/api/order(/|$)(.*)").replace("ROOT_PATH", "OTHER"),
            facts={"services": {"shop/order": {"port": 8000, "serves": "/"}}},
        ),
    )
    denied = (
        Denied(
            name="a fact says what the back end serves, and no variable",
            manifests=_ingress("nginx.ingress.kubernetes.io/rewrite-target: /$2", path="/api/order(/|$)(.*)").replace("ROOT_PATH", "OTHER"),
            facts={"services": {"shop/order": {"port": 8000, "serves": "/api/order"}}},
            at="Ingress/shop/order",
            pointer="/metadata/annotations/nginx.ingress.kubernetes.io~1rewrite-target",
            message="requests to /api/order reach the order service as /, which serves /api/order",
        ),
        Denied(
            name="rewrite to /",
            manifests=_ingress("nginx.ingress.kubernetes.io/rewrite-target: /"),
            at="Ingress/shop/order",
            pointer="/metadata/annotations/nginx.ingress.kubernetes.io~1rewrite-target",
            message="requests to /api/order reach the order service as /, which serves /api/order",
        ),
        Denied(
            name="a capture group that keeps the rest only",
            manifests=_ingress("nginx.ingress.kubernetes.io/rewrite-target: /$2", path="/api/order(/|$)(.*)"),
            at="Ingress/shop/order",
            pointer="/metadata/annotations/nginx.ingress.kubernetes.io~1rewrite-target",
            message="requests to /api/order reach the order service as /, which serves /api/order",
        ),
        Denied(
            name="a transform of the AWS load balancer",
            manifests=_ingress(
                'alb.ingress.kubernetes.io/transforms.order: \'[{"type": "url-rewrite", "urlRewriteConfig": '
                '{"rewrites": [{"regex": "^/api/order/(.+)", "replace": "/$1"}]}}]\'',
                controller="alb",
            ),
            at="Ingress/shop/order",
            pointer="/metadata/annotations/alb.ingress.kubernetes.io~1transforms.order",
            message="requests to /api/order/menu reach the order service as /menu, which serves /api/order",
        ),
        Denied(
            name="a Middleware of Traefik",
            manifests=_ingress("traefik.ingress.kubernetes.io/router.middlewares: shop-strip@kubernetescrd", controller="traefik")
            + _STRIP.replace("PREFIX", "/api"),
            at="Middleware/shop/strip",
            pointer="/spec/stripPrefix/prefixes/0",
            message="requests to /api/order reach the order service as /order, which serves /api/order",
        ),
        Denied(
            name="a filter of an HTTPRoute",
            manifests=_SHOP
            + """
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: {name: order, namespace: shop}
    spec:
      rules:
        - matches: [{path: {type: PathPrefix, value: /api/order}}]
          filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}]
          backendRefs: [{name: order, port: 80}]
""",
            at="HTTPRoute/shop/order",
            pointer="/spec/rules/0/filters/0/urlRewrite/path/replacePrefixMatch",
            message="requests to /api/order reach the order service as /, which serves /api/order",
        ),
    )

    def targets(self, world: World) -> Iterable[Route]:
        """Every route, with or without a rewrite."""
        return routes(world)

    def judge(self, world: World, target: Route) -> Iterator[Outcome]:
        """Follow requests through the route's rewrites and compare what arrives with what the back end serves."""
        if not target.rewrites:
            return
        served = served_by(world, target.backend)
        prefix = served.prefix.removesuffix(ROOT)
        base = prefix if prefix and not target.exact and is_under(prefix, target.path) else target.path
        if not (prefix or base.split("/")[1:2] == ["api"]):
            return
        broken = next((rewrite for rewrite in target.rewrites if rewrite.broken), None)
        if broken is not None and world.closed:
            yield self.finding(broken.node, f"requests to {base} do not reach the {target.backend.name} service: it {broken.broken}")
            return
        asked = _requests(target, base)
        arrived = {request: _follow(request, target.rewrites) for request in asked}
        changed = [request for request in asked if arrived[request].rstrip("/") != request.rstrip("/")]
        one_of_all = len(asked) > 1 and len(set(arrived.values())) == 1
        probe = next((path for path in served.probed if target.path != "/" and is_under(path, target.path)), "")
        if prefix:
            served_here = is_under(base, prefix) and not target.exact
            wrong = bool(changed) and (served_here or not all(is_under(path, prefix) for path in arrived.values()))
        else:
            elsewhere = served.prefix == ROOT or (served.probed and not probe)
            wrong = one_of_all or (bool(changed) and not elsewhere and (world.closed or bool(probe)))
        if wrong:
            yield self._finding(target, served, probe, changed[0], arrived[changed[0]])
        elif not asked or any(rewrite.change(request) is None for rewrite in target.rewrites for request in asked):
            yield self.undecided(target.manifest, f"what the rewrite of {target.path} does")
        elif changed and not served.prefix:
            yield self.undecided(target.manifest, f"services.{target.backend.namespace}/{target.backend.name}.serves")

    def _finding(self, route: Route, served: Served, probe: str, request: str, arrived: str) -> Outcome:
        culprit = next(rewrite for rewrite in route.rewrites if rewrite.change(request) not in {request, None})
        ends = "and nothing here says that it serves that path"
        if served.prefix == ROOT:
            ends = "and so does every other request"
        elif served.prefix or probe:
            ends = f"which serves {served.prefix}" if served.prefix else f"whose probe asks for {probe}"
        message = f"requests to {request} reach the {route.backend.name} service as {arrived or 'an empty path'}, {ends}"
        return self.finding(culprit.node, message, path=_path(route, served, request))


def _requests(route: Route, base: str) -> list[str]:
    """The prefix and a path below it; the one path of an exact route; of a regex route only those that it takes."""
    if route.exact:
        return [base]
    both = [base, f"{base.rstrip('/')}/menu"]
    if not route.pattern:
        return both
    asked = (*both, f"{both[1]}/1", sample(route.pattern) or base)
    takes = {request: compiled(route.pattern.removeprefix("^"), request, ignore_case=True) for request in asked}
    if None in takes.values():
        return both
    return [request for request, regex in takes.items() if regex is not None and regex.match(request)]


def _follow(request: str, rewrites: tuple[Rewrite, ...]) -> str:
    """What arrives, as far as the rewrites are known."""
    path = request
    for rewrite in rewrites:
        changed = rewrite.change(path)
        path = path if changed is None else changed
    return path


def _path(route: Route, served: Served, request: str) -> tuple[str, ...]:
    """The path hop by hop: the URL, what routes it, the Service and the pods."""
    ref = route.manifest.ref
    first = f"http://{route.host}{request}" if route.host else request
    hops = [first, f"{ref.kind} {ref.namespace}/{ref.name}", str(route.backend)]
    for pod in served.pods[:1]:
        ports = [port.get("containerPort") for container in pod.spec.items("containers") for port in container.items("ports")]
        shown = next((f":{port.value}" for port in ports if port is not None), "")
        serves = f" serves {served.prefix}" if served.prefix else ""
        hops.append(f"Pod {pod.manifest.ref.name}{shown}{serves}")
    return tuple(hops)
