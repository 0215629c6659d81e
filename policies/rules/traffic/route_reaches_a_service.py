"""The policy traffic-route-reaches-a-service."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.nearest import nearest
from crema.policies.engine.policy import Policy
from crema.policies.model.alternatives import together
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.routes.every import routes
from crema.policies.model.routes.route import Route
from crema.policies.model.services import Ending, ending
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_SHOP = """
    apiVersion: v1
    kind: Service
    metadata: {name: order, namespace: shop}
    spec: {selector: {app: order}, ports: [{name: http, port: 80, targetPort: 8000}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: order, namespace: shop}
    spec:
      template:
        metadata: {labels: {app: order}}
        spec: {containers: [{name: order, ports: [{containerPort: 8000}]}]}
    ---
"""
_INGRESS = (
    _SHOP
    + """
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: order, namespace: WHERE}
    spec:
      rules:
        - host: coffee.test
          http:
            paths: [{path: /api/order, pathType: Prefix, backend: {service: {name: NAME, port: {PORT}}}}]
"""
)
_ROUTE = (
    _SHOP
    + """
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: {name: order, namespace: shop}
    spec:
      hostnames: [coffee.test]
      rules: [{matches: [{path: {value: /api/order}}], backendRefs: [{name: NAME, port: PORT}]}]
"""
)
_SYSTEM = frozenset({"kube-system", "kube-public"})
_BACKEND = "/spec/rules/0/http/paths/0/backend/service"


def _ingress(name: str, port: str, where: str = "shop") -> str:
    return _INGRESS.replace("NAME", name).replace("PORT", port).replace("WHERE", where)


class RouteReachesAService(Policy[Route]):
    """A route names a Service that is there, in a namespace that it reaches, and a port that this Service has.

    Why: a controller that finds no such Service or port answers 503 for every request, or leaves the path out.
    Fix: name a Service and one of its ports.
    Source: https://kubernetes.io/docs/concepts/services-networking/ingress/#the-ingress-resource
    """

    id = "traffic-route-reaches-a-service"
    basis = "breaks"
    allowed = (
        Example(name="the port by its number", manifests=_ingress("order", "number: 80"), closed=True),
        Example(name="the port by its name", manifests=_ingress("order", "name: http"), closed=True),
        Example(
            name="a Service that may stand elsewhere", manifests=_ingress("orders", "number: 80").replace("kind: Deployment", "kind: X")
        ),
        Example(
            name="an action of the load balancer, which asks no Service",
            manifests=_ingress("gone", "name: use-annotation").replace(
                "namespace: shop}\n    spec:\n      rules",
                "namespace: shop, annotations: {alb.ingress.kubernetes.io/actions.gone: "
                '\'{"type":"fixed-response","fixedResponseConfig":{"statusCode":"410"}}\'}}\n'
                "    spec:\n      ingressClassName: alb\n      rules",
            ),
            closed=True,
        ),
    )
    denied = (
        Denied(
            name="a misspelt Service",
            manifests=_ingress("orders", "number: 80"),
            closed=True,
            at="Ingress/shop/order",
            pointer=f"{_BACKEND}/name",
            message="requests to http://coffee.test/api/order end at Ingress shop/order: there is no Service shop/orders; "
            "did you mean order?",
        ),
        Denied(
            name="a Service of another namespace",
            manifests=_ingress("order", "number: 80", where="entry"),
            closed=True,
            at="Ingress/entry/order",
            pointer=f"{_BACKEND}/name",
            message="requests to http://coffee.test/api/order end at Ingress entry/order: there is no Service entry/order; "
            "Service shop/order is in another namespace, which an Ingress does not reach",
        ),
        Denied(
            name="the container's port instead of the Service's",
            manifests=_ingress("order", "number: 8000"),
            at="Ingress/shop/order",
            pointer=f"{_BACKEND}/port/number",
            message="requests to http://coffee.test/api/order end at Service shop/order, which has no port 8000; it has 80 (http)",
        ),
        Denied(
            name="an HTTPRoute, and a port that is not there",
            manifests=_ROUTE.replace("NAME", "order").replace("PORT", "8080"),
            at="HTTPRoute/shop/order",
            pointer="/spec/rules/0/backendRefs/0/port",
            message="requests to http://coffee.test/api/order end at Service shop/order, which has no port 8080; it has 80 (http)",
        ),
    )

    def targets(self, world: World) -> Iterable[Route]:
        """Every route that asks a Service."""
        return (route for route in routes(world) if not route.answered)

    def judge(self, world: World, target: Route) -> Iterator[Outcome]:
        """Follow the route to a port of a Service; what comes behind it is another law's."""
        way = ending(world, target.backend)
        named = target.to or target.node
        backend, last = target.backend, target.hops[1]
        if not world.closed and _is_told_elsewhere(world, target, way):
            yield self.undecided(target.manifest, f"Service {backend.namespace}/{backend.name}, of which the one that is meant is not here")
        elif way.broken == "service":
            place = named.get("name") or named.get("serviceName") or named
            near = nearest(backend.name, _names(world).get(backend.namespace, ()))
            why = _elsewhere(world, target) or (near if "did you mean" in near else "")
            message = f"requests to {target.url} end at {last}: there is no Service {backend.namespace}/{backend.name}{why}"
            yield self.finding(place, message, path=target.hops, subject=backend.name)
        elif way.broken == "port":
            message = f"requests to {target.url} end at Service {backend.namespace}/{backend.name}, which has no port {backend.port}"
            fix = "name a port of the Service, not of its container" if _is_targets(way, backend.port) else ""
            path = (*target.hops, f"Service {backend.namespace}/{backend.name}")
            yield self.finding(_port(named), f"{message}{_ports(way)}", path=path, fix=fix, subject=backend.port)
        elif way.broken == "unknown" and way.service is None:
            yield self.undecided(target.manifest, f"Service {backend.namespace}/{backend.name}, which is not here")


def _is_told_elsewhere(world: World, route: Route, way: Ending) -> bool:
    """Whether somebody's directory leaves open which Service is meant: one that goes to no namespace of its own, one of the system, or
    one of several with the same name, of which another has the port.
    """
    backend = route.backend
    if route.manifest.ref.kind == "VirtualService" and way.broken == "service":
        host = str(route.to.mapping().get("host", "")) if route.to is not None else ""
        return "." in host and not host.endswith((".svc", ".svc.cluster.local"))
    if way.broken == "service":
        alike = backend.namespace or "did you mean" in nearest(backend.name, _names(world).get("", ()))
        return not alike or backend.namespace in _SYSTEM or "" in _spaces(world).get(backend.name, ())
    shared = backend.namespace in {"", "default"} and way.service is not None
    if way.broken == "port" and shared and way.service is not None and not together(world, route.manifest, way.service):
        return True  # examples of several folders, in the one namespace that all of them have
    every = _twins(world).get((backend.namespace, backend.name), ())
    ports = [port for one in every for port in one.root.items("spec", "ports")]
    return way.broken == "port" and any(backend.port in {str(port.mapping().get("port")), port.text("name")} for port in ports)


def _port(named: Node) -> Node:
    port = named.get("port")
    inner = port.get("number") or port.get("name") if port is not None and isinstance(port.value, dict) else None
    return inner or port or named.get("servicePort") or named


def _ports(way: Ending) -> str:
    ports = way.service.root.items("spec", "ports") if way.service is not None else ()
    written = (f"{port.value['port']}" + (f" ({name})" if (name := port.text("name")) else "") for port in ports
               if isinstance(port.value, dict) and "port" in port.value)  # fmt: skip
    return f"; it has {', '.join(written)}" if ports else "; it has none"


def _is_targets(way: Ending, asked: str) -> bool:
    ports = way.service.root.items("spec", "ports") if way.service is not None else ()
    return any(str(port.value.get("targetPort")) == asked for port in ports if isinstance(port.value, dict))


def _elsewhere(world: World, route: Route) -> str:
    """Where a Service of that name is, when the route's own namespace has none."""
    names = _names(world)
    if route.backend.name in names.get(route.backend.namespace, ()):
        return ""
    others = _spaces(world).get(route.backend.name, ())
    reach = "which an Ingress does not reach" if route.manifest.ref.kind == "Ingress" else "which the route does not name"
    return f"; Service {others[0]}/{route.backend.name} is in another namespace, {reach}" if others else ""


def _names(world: World) -> Mapping[str, list[str]]:
    return whole(world).world.derived(_by_namespace)


def _spaces(world: World) -> Mapping[str, list[str]]:
    return whole(world).world.derived(_by_name)


def _twins(world: World) -> Mapping[tuple[str, str], list[Manifest]]:
    return world.derived(_by_both)


def _by_both(world: World) -> Mapping[tuple[str, str], list[Manifest]]:
    found: defaultdict[tuple[str, str], list[Manifest]] = defaultdict(list)
    for manifest in world.of("", "Service"):
        found[manifest.ref.namespace, manifest.ref.name].append(manifest)
    return dict(found)


def _by_namespace(world: World) -> Mapping[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for manifest in world.of("", "Service"):
        found[manifest.ref.namespace].append(manifest.ref.name)
    return dict(found)


def _by_name(world: World) -> Mapping[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for manifest in world.of("", "Service"):
        found[manifest.ref.name].append(manifest.ref.namespace)
    return dict(found)
