"""The policy traffic-route-leads-to-what-is-served."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Policy
from crema.policies.model.rewrites.rewrite import is_under
from crema.policies.model.routes.every import routes
from crema.policies.model.routes.locations import matches
from crema.policies.model.routes.route import Route
from crema.policies.model.served import ROOT, serving
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
          containers: [{name: order, ports: [{containerPort: 8000}], env: [{name: ROOT_PATH, value: SERVED}]}]
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: order, namespace: shop}
    spec:
      ingressClassName: CLASS
      rules:
        - host: coffee.test
          http: {paths: [PATHS]}
"""


def _path(path: str, kind: str = "Prefix") -> str:
    return f"{{path: '{path}', pathType: {kind}, backend: {{service: {{name: order, port: {{number: 80}}}}}}}}"


def _shop(*paths: str, served: str = "/api/order", reader: str = "nginx") -> str:
    return _SHOP.replace("SERVED", served).replace("PATHS", ", ".join(paths)).replace("CLASS", reader)


def _denied(name: str, manifests: str, message: str, pointer: str = "/spec/rules/0/http/paths/0/path") -> Denied:
    return Denied(name=name, manifests=manifests, at="Ingress/shop/order", pointer=pointer, message=message)


class RouteLeadsToWhatIsServed(Policy[Route]):
    """A route to a service that serves a prefix of its own has that prefix in its path, or is a part of it.

    Why: the path reaches the service as it is; beside the prefix every request is a 404, and what no route has of it nobody reaches.
    Fix: route the prefix that the service serves.
    Source: https://kubernetes.io/docs/concepts/services-networking/ingress/#path-types

    What is served is said by a fact (`services`, `serves`), else by the variable ROOT_PATH where no probe contradicts it. Routes with
    rewrites are another law's.
    """

    id = "traffic-route-leads-to-what-is-served"
    basis = "breaks"
    allowed = (
        Example(name="the very prefix", manifests=_shop(_path("/api/order"))),
        Example(name="a route above the prefix", manifests=_shop(_path("/api"))),
        Example(name="one path below it", manifests=_shop(_path("/api/order/menu", "Exact"))),
        Example(name="the exact path beside the prefix", manifests=_shop(_path("/api/order", "Exact"), _path("/api/order"))),
        Example(name="a service at the root", manifests=_shop(_path("/shop"), served="/")),
        Example(name="a regex with the prefix in it", manifests=_shop(_path("/api/(order|menu)", "ImplementationSpecific"))),
    )
    denied = (
        _denied(
            "beside the prefix",
            _shop(_path("/api/orders")),
            "requests to http://coffee.test/api/orders reach the order service, which serves /api/order",
        ),
        _denied(
            "the prefix without its beginning",
            _shop(_path("/order")),
            "requests to http://coffee.test/order reach the order service, which serves /api/order",
        ),
        _denied(
            "a regex without the prefix in it",
            _shop(_path("/api/(orders|menu)", "ImplementationSpecific")),
            "requests to http://coffee.test/api/(orders|menu) reach the order service, which serves /api/order",
        ),
        _denied(
            "the prefix alone, and nothing below it",
            _shop(_path("/api/order", "Exact")),
            "requests below http://coffee.test/api/order do not reach the order service, which serves /api/order: the path is Exact",
            "/spec/rules/0/http/paths/0/pathType",
        ),
        _denied(
            "another letter's case",
            _shop(_path("/API/order")),
            "requests to http://coffee.test/API/order reach the order service, which serves /api/order",
        ),
    )

    def targets(self, world: World) -> Iterable[Route]:
        """Every route that leads to a Service."""
        return (route for route in routes(world) if not route.answered)

    def judge(self, world: World, target: Route) -> Iterator[Outcome]:
        """Compare the path with what the pods behind the Service serve. Of one that is rewritten another policy speaks."""
        if target.rewrites:
            return
        served = serving(world, target.backend)
        prefix = served.prefix
        if not prefix or not target.written:
            return
        hops = (*target.hops, str(target.backend), f"Pod {served.pods[0].manifest.ref.name} serves {prefix}" if served.pods else prefix)
        service = f"the {target.backend.name} service, which serves {prefix}"
        if prefix != ROOT and not _holds(target, prefix):
            fix = f"route {prefix}"
            yield self.finding(target.place, f"requests to {target.url} reach {service}", path=hops, fix=fix)
        elif target.exact and target.path.rstrip("/") == prefix.rstrip("/") and not _is_served_below(world, target):
            place = target.node.get("pathType") or target.node.get("path", "type") or target.node
            message = f"requests below {target.url} do not reach {service}: the path is Exact"
            yield self.finding(place, message, path=hops, fix="give the path the type Prefix")


def _holds(route: Route, prefix: str) -> bool:
    """Whether the route takes paths of the prefix, and where it is longer only those."""
    if route.pattern:
        pattern = route.pattern.removeprefix("~").strip().removeprefix("^")
        asked = (prefix, f"{prefix}/", f"{prefix}/menu", f"{prefix}/menu/1", f"{prefix}/1")
        return is_under(route.path, prefix) or any(matches(pattern, path) for path in asked)
    if route.exact:
        return is_under(route.path, prefix)
    path = route.path.rstrip("*") if route.family == "alb" else route.path
    return is_under(path, prefix) or is_under(prefix, path)


def _is_served_below(world: World, route: Route) -> bool:
    """Whether other routes lead to the same Service: what this one leaves out may be theirs."""
    others = world.derived(_by_service)[route.backend.namespace, route.backend.name]
    return any(other is not route and not other.exact and set(other.hosts) & set(route.hosts) for other in others)


def _by_service(world: World) -> Mapping[tuple[str, str], list[Route]]:
    found: defaultdict[tuple[str, str], list[Route]] = defaultdict(list)
    for route in routes(world):
        found[route.backend.namespace, route.backend.name].append(route)
    return dict(found)
