"""The policy traffic-pages-reach-what-they-ask."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.facts import fact
from crema.policies.model.node import Node
from crema.policies.model.rewrites.rewrite import is_under
from crema.policies.model.routes.annotations import ALB, annotation
from crema.policies.model.routes.ingress import class_of
from crema.policies.model.routes.resolve import Table, tables
from crema.policies.model.routes.route import Route
from crema.policies.model.served import serving
from crema.policies.model.world import World

_INGRESS = """
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {{name: {name}, namespace: shop}}
    spec:
      ingressClassName: {reader}
      rules:
        - host: {host}
          http: {{paths: [{{path: {path}, pathType: Prefix, backend: {{service: {{name: {name}, port: {{number: 80}}}}}}}}]}}
    ---
"""
_FACTS: dict[str, object] = {
    "services": {
        "shop/frontend": {"port": 8080, "serves": "/", "page_paths": ["/api/order"]},
        "shop/order": {"port": 8000, "serves": "/api/order"},
    }
}


def _ingress(name: str, path: str, host: str = "coffee.test", reader: str = "nginx") -> str:
    return _INGRESS.format(name=name, path=path, host=host, reader=reader)


def _denied(name: str, manifests: str, message: str, at: str = "frontend", pointer: str = "http/paths/0/path") -> Denied:
    place = f"/spec/rules/0/{pointer}"
    return Denied(name=name, manifests=manifests, at=f"Ingress/shop/{at}", pointer=place, message=message, facts=_FACTS, closed=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePath:
    """A path that pages ask of the host that they come from, with the route that brings the pages."""

    table: Table
    route: Route
    host: str
    path: str

    def __str__(self) -> str:
        """The pages and the path, as reports name them."""
        return f"{self.route} asks {self.path}"


class PagesReachWhatTheyAsk(Policy[PagePath]):
    """What pages ask of their own host comes to a service that serves it.

    Why: the browser asks the host that the page came from; a back end whose route has another host, class or load balancer, or none, is
    not asked: the pages get their own server's 404, or a page in the place of data.
    Fix: give the back end a route with that path at the host of the pages.
    Source: https://developer.mozilla.org/en-US/docs/Web/Security/Same-origin_policy

    Which paths pages ask is said by a fact (`services`, `page_paths`) about the service that brings them.
    """

    id = "traffic-pages-reach-what-they-ask"
    basis = "breaks"
    allowed = (
        Example(name="the same host", manifests=_ingress("frontend", "/") + _ingress("order", "/api/order"), facts=_FACTS, closed=True),
        Example(name="one route above", manifests=_ingress("frontend", "/") + _ingress("order", "/api"), facts=_FACTS, closed=True),
        Example(name="no fact", manifests=_ingress("frontend", "/"), closed=True),
    )
    denied = (
        _denied(
            "no route at all",
            _ingress("frontend", "/"),
            "the pages of http://coffee.test/ ask for /api/order at their host, which goes to Service shop/frontend:80 by path /; that "
            "serves no such path",
        ),
        _denied(
            "a misspelt host",
            _ingress("frontend", "/") + _ingress("order", "/api/order", host="cofee.test"),
            "the pages of http://coffee.test/ ask for /api/order at their host, which goes to Service shop/frontend:80 by path /; that "
            "serves no such path, and the route of Service shop/order is at cofee.test",
            at="order",
            pointer="host",
        ),
        _denied(
            "the path alone",
            _ingress("frontend", "/menu") + _ingress("order", "/api/orders"),
            "the pages of http://coffee.test/menu ask for /api/order at their host, where no route has it",
        ),
    )

    def targets(self, world: World) -> Iterable[PagePath]:
        """Every path that pages ask, for each host at which they are."""
        for table in tuple(tables(world)):
            for route in table.routes:
                said = fact(world.facts, "services", f"{route.backend.namespace}/{route.backend.name}", "page_paths")
                for path in said if isinstance(said, list) else ():
                    for host in route.hosts or (route.host,):
                        yield PagePath(table=table, route=route, host=host, path=str(path))

    def judge(self, world: World, target: PagePath) -> Iterator[Outcome]:
        """Resolve the path, and one below it, at the host of the pages."""
        host = target.host.replace("*", "any")
        for asked in (target.path, f"{target.path.rstrip('/')}/menu"):
            route = target.table.resolve(host, asked)
            if route is not None and (route.answered or _serves(world, route, asked)):
                continue
            pages = f"http://{target.host}{target.route.written}" if target.host else target.route.written
            message = f"the pages of {pages} ask for {asked} at their host, "
            if route is None:
                message += "where no route has it"
            else:
                message += f"which goes to {route.backend} by path {route.written}; that serves no such path"
            place = own = target.route.node.get("path") or target.route.node
            related = []
            if route is not None and (apart := _elsewhere(world, target)) is not None:
                place, message = apart[0], message + apart[1]
                related = [Related(manifest=own.manifest, pointer=own.pointer, note="brings the pages")]
            hops = (pages, target.route.hops[1], f"http://{target.host}{asked}", *((route.hops[1], str(route.backend)) if route else ()))
            yield self.finding(place, message, path=hops, subject=target.path, related=related)
            return


def _serves(world: World, route: Route, asked: str) -> bool:
    """Whether what a route leads to serves a path: by its prefix, and pages do not serve what they ask for. Unknown is enough."""
    said = fact(world.facts, "services", f"{route.backend.namespace}/{route.backend.name}", "page_paths")
    if isinstance(said, list) and any(is_under(asked, str(path)) for path in said):
        return False
    prefix = serving(world, route.backend).prefix
    return not prefix or is_under(asked, prefix)


def _elsewhere(world: World, target: PagePath) -> tuple[Node, str] | None:
    """What keeps the route of the service that serves the path apart: where it is written, and in words."""
    for table in tables(world):
        for route in table.routes:
            prefix = serving(world, route.backend).prefix
            if prefix.strip("/") and is_under(target.path, prefix):
                service = f"Service {route.backend.namespace}/{route.backend.name}"
                at = route.host or "no host of its own"
                own = table.name == target.table.name
                if not own or route.host != target.host:
                    said = f", and the route of {service} is {f'at {at}' if own else f'of {table.name}'}"
                    return _apart(route, by_host=own), said
    return None


def _apart(route: Route, *, by_host: bool) -> Node:
    """Where a route says its host, or else to which load balancer or class it belongs."""
    rule = re.match(r"/spec/rules/(\d+)/", route.node.pointer)
    rules = route.manifest.root.items("spec", "rules")
    host = rules[int(rule[1])].get("host") if rule and route.manifest.ref.kind == "Ingress" else None
    names = route.manifest.root.items("spec", "hostnames") if route.manifest.ref.kind == "HTTPRoute" else ()
    group = annotation(route.manifest, ALB, "group.name") or class_of(route.manifest) if route.manifest.ref.kind == "Ingress" else None
    return (host or next(iter(names), None) if by_host else group) or route.node.get("path") or route.node
