"""The policy traffic-no-path-is-shadowed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.node import Node
from crema.policies.model.routes.annotations import ALB, annotation, text
from crema.policies.model.routes.resolve import Table, tables
from crema.policies.model.routes.route import Route
from crema.policies.model.world import World

_INGRESS = """
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: NAME
      namespace: shop
      annotations: {alb.ingress.kubernetes.io/group.name: coffee, alb.ingress.kubernetes.io/group.order: 'ORDER'}
    spec:
      ingressClassName: alb
      rules: [{host: coffee.test, http: {paths: [PATHS]}}]
"""


def _path(path: str, service: str, kind: str = "Prefix") -> str:
    return f"{{path: '{path}', pathType: {kind}, backend: {{service: {{name: {service}, port: {{number: 80}}}}}}}}"


def _ingress(name: str, order: int, *paths: str) -> str:
    return _INGRESS.replace("NAME", name).replace("ORDER", str(order)).replace("PATHS", ", ".join(paths))


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A route with the others of its load balancer."""

    table: Table
    route: Route

    def __str__(self) -> str:
        """The route, as reports name it."""
        return str(self.route)


class NoPathIsShadowed(Policy[Own]):
    """A path of a load balancer gets the requests to it, and no rule before it takes them.

    Why: the AWS load balancer takes the first rule that matches, not the longest: behind `/` of the same group no other path is asked.
    Fix: give the Ingress with the longer path a smaller group.order.
    Source: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#group.order

    Ingresses of a group come in the order of `group.order` (0 without one), then of namespace and name; within a rule exact paths first,
    then prefixes from the longest, then the others as they are written.
    """

    id = "traffic-no-path-is-shadowed"
    basis = "breaks"
    allowed = (
        Example(
            name="the longer path first",
            manifests=_ingress("front", 999, _path("/", "front")) + _ingress("order", 990, _path("/api/order", "order")),
        ),
        Example(
            name="the controller sorts the prefixes of one rule",
            manifests=_ingress("shop", 1, _path("/", "front"), _path("/api/order", "order")),
        ),
        Example(
            name="another group",
            manifests=_ingress("front", 1, _path("/", "front")) + _ingress("order", 9, _path("/api", "order")).replace("coffee,", "other,"),
        ),
    )
    denied = (
        Denied(
            name="the root first",
            manifests=_ingress("front", 1, _path("/", "front")) + _ingress("order", 10, _path("/api/order", "order")),
            at="Ingress/shop/order",
            pointer="/metadata/annotations/alb.ingress.kubernetes.io~1group.order",
            message="requests to http://coffee.test/api/order never come to Ingress shop/order: path / of Ingress shop/front takes them, "
            "whose group.order 1 is before 10",
        ),
        Denied(
            name="one order, so that names decide",
            manifests=_ingress("front", 1, _path("/", "front")) + _ingress("order", 1, _path("/api/order", "order")),
            at="Ingress/shop/order",
            pointer="/metadata/annotations/alb.ingress.kubernetes.io~1group.order",
            message="requests to http://coffee.test/api/order never come to Ingress shop/order: path / of Ingress shop/front takes them, "
            "which has the same group.order 1 and comes first by its name",
        ),
        Denied(
            name="paths without a type, as they are written",
            manifests=_ingress(
                "shop", 1, _path("/*", "front", "ImplementationSpecific"), _path("/api/*", "order", "ImplementationSpecific")
            ),
            at="Ingress/shop/shop",
            pointer="/spec/rules/0/http/paths/1/path",
            message="requests to http://coffee.test/api/menu never come to path /api/* of Ingress shop/shop: path /* takes them, which is "
            "tried before it",
        ),
    )

    def targets(self, world: World) -> Iterable[Own]:
        """Every path of an Ingress that a load balancer reads."""
        for table in tables(world):
            if table.reader == "alb":
                yield from (Own(table=table, route=route) for route in table.routes if route.written)

    def judge(self, world: World, target: Own) -> Iterator[Outcome]:
        """Ask for the path itself and for one below it."""
        route, host = target.route, target.route.host.replace("*", "any")
        for asked in _asked(route):
            first = target.table.resolve(host, asked)
            if first is None or first.node is route.node or first.backend == route.backend:
                continue
            if not world.closed and first.manifest is not route.manifest and first.manifest.ref == route.manifest.ref:
                continue  # one object that somebody's directory has for two clusters
            if first.written.rstrip("/") == route.written.rstrip("/") and first.kind == route.kind and first.host == route.host:
                continue  # claimed twice, which is another law
            yield self._finding(route, first, asked)
            return

    def _finding(self, route: Route, first: Route, asked: str) -> Outcome:
        place, url = route.node.get("path") or route.node, f"http://{route.host}{asked}" if route.host else asked
        related = [Related(manifest=first.manifest, pointer=(first.node.get("path") or first.node).pointer, note="is tried first")]
        if first.manifest is route.manifest:
            message = f"requests to {url} never come to path {route.written} of {route.hops[1]}: path {first.written} takes them, which is "
            fix = "write the longer path before the shorter one, or give both the type Prefix"
            return self.finding(place, f"{message}tried before it", path=(url, first.hops[1]), related=related, fix=fix)
        own, its = _order(route), _order(first)
        why = (
            f"whose group.order {its} is before {own}"
            if own != its
            else f"which has the same group.order {own} and comes first by its name"
        )
        message = f"requests to {url} never come to {route.hops[1]}: path {first.written} of {first.hops[1]} takes them, {why}"
        order: Node | None = annotation(route.manifest, ALB, "group.order")
        path = (url, first.hops[1], str(first.backend))
        return self.finding(order or place, message, path=path, related=related, subject=route.written)


def _order(route: Route) -> str:
    return text(route.manifest, ALB, "group.order") or "0"


def _asked(route: Route) -> list[str]:
    plain = route.written.replace("*", "menu").replace("?", "a")
    if route.kind == "Exact" or plain != route.written:
        return [plain]
    return [plain] if route.kind != "Prefix" else [plain, f"{plain.rstrip('/')}/menu"]
