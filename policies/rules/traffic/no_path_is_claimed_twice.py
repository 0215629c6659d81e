"""The policy traffic-no-path-is-claimed-twice."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.alternatives import together
from crema.policies.model.node import Node
from crema.policies.model.routes.annotations import NGINX, TRAEFIK, flag, text
from crema.policies.model.routes.resolve import Table, tables
from crema.policies.model.routes.route import Route
from crema.policies.model.templates import is_placeholder
from crema.policies.model.world import World

_INGRESS = """
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: NAME, namespace: shop, annotations: {ANNOTATIONS}}
    spec:
      ingressClassName: nginx
      rules:
        - host: HOST
          http: {paths: [{path: PATH, pathType: KIND, backend: {service: {name: NAME, port: {number: 80}}}}]}
"""
_ROUTE = """
    ---
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: {name: NAME, namespace: shop}
    spec:
      parentRefs: [{name: web}]
      hostnames: [coffee.test]
      rules: [{matches: [{path: {value: /api}, headers: [HEADERS]}], backendRefs: [{name: NAME, port: 80}]}]
"""


def _ingress(name: str, path: str = "/api", *, host: str = "coffee.test", kind: str = "Prefix", annotations: str = "") -> str:
    text = _INGRESS.replace("NAME", name).replace("PATH", path).replace("HOST", host)
    return text.replace("KIND", kind).replace("ANNOTATIONS", annotations)


def _route(name: str, headers: str = "") -> str:
    return _ROUTE.replace("NAME", name).replace("HEADERS", headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """The routes that want one path of one host, each from a place of its own, in file order."""

    host: str
    path: str
    routes: tuple[Route, ...]

    def __str__(self) -> str:
        """The path, as reports name it."""
        return f"{self.host}{self.path}"


class NoPathIsClaimedTwice(Policy[Claims]):
    """A path of a host is claimed by one route only.

    Why: of two routes one gets every request and the other none, by their age or the order in which they are read; ingress-nginx's
    webhook refuses the second.
    Fix: give one of the two another path or host, or make it a canary.
    Source: https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#canary

    `/api` and `/api/` are one path for Prefix. A path of another type, another class or another host is another path. Matches of Gateway
    API count with their headers, methods and parameters.
    """

    id = "traffic-no-path-is-claimed-twice"
    basis = "breaks"
    allowed = (
        Example(name="two paths of one host", manifests=_ingress("order", "/api/order") + _ingress("menu", "/api/orders")),
        Example(name="an exact path inside a prefix", manifests=_ingress("order", kind="Exact") + _ingress("menu")),
        Example(
            name="a canary shares the path",
            manifests=_ingress("order") + _ingress("next", annotations=f'{NGINX}/canary: "true", {NGINX}/canary-weight: "10"'),
        ),
        Example(name="a wildcard beside a host of it", manifests=_ingress("order") + _ingress("menu", host="'*.test'")),
        Example(name="two matches of different headers", manifests=_route("order") + _route("next", "{name: x-next, value: a}")),
    )
    denied = (
        Denied(
            name="two Ingresses",
            manifests=_ingress("order") + _ingress("menu"),
            at="Ingress/shop/menu",
            pointer="/spec/rules/0/http/paths/0/path",
            message="coffee.test/api is claimed twice: by Ingress shop/menu for Service shop/menu:80, and by Ingress shop/order for "
            "Service shop/order:80",
        ),
        Denied(
            name="a slash at the end makes no other prefix",
            manifests=_ingress("order") + _ingress("menu", "/api/"),
            at="Ingress/shop/menu",
            pointer="/spec/rules/0/http/paths/0/path",
            message="coffee.test/api is claimed twice: by Ingress shop/menu for Service shop/menu:80, and by Ingress shop/order for "
            "Service shop/order:80",
        ),
        Denied(
            name="two canaries",
            manifests=_ingress("order")
            + "".join(_ingress(name, annotations=f'{NGINX}/canary: "true", {NGINX}/canary-weight: "10"') for name in ("a", "b")),
            at="Ingress/shop/b",
            pointer="/spec/rules/0/http/paths/0/path",
            message="coffee.test/api has two canaries: Ingress shop/b for Service shop/b:80, and Ingress shop/a for Service shop/a:80",
        ),
        Denied(
            name="two HTTPRoutes",
            manifests=_route("order") + _route("menu"),
            at="HTTPRoute/shop/menu",
            pointer="/spec/rules/0/matches/0/path/value",
            message="coffee.test/api is claimed twice: by HTTPRoute shop/menu for Service shop/menu:80, and by HTTPRoute shop/order for "
            "Service shop/order:80",
        ),
    )

    def targets(self, world: World) -> Iterable[Claims]:
        """Every path of every host, with the routes that claim it."""
        for table in tables(world):
            if all(route.manifest.ref.kind in {"Ingress", "HTTPRoute"} for route in table.routes):
                yield from _claims(table)

    def judge(self, world: World, target: Claims) -> Iterator[Outcome]:
        """One of them, and one canary."""
        canaries = [route for route in target.routes if flag(route.manifest, NGINX, "canary")]
        mains = [route for route in target.routes if route not in canaries]
        for routes, words in ((mains, "is claimed twice: by"), (canaries, "has two canaries:")):
            first, others = routes[:1], routes[1:]
            for other in others:
                if _apart(world, first[0], other) or (first[0].manifest is other.manifest and first[0].backend == other.backend):
                    continue
                by = "and by" if words.endswith("by") else "and"
                message = f"{target} {words} {_shown(other)}, {by} {_shown(first[0])}"
                related = [Related(manifest=first[0].manifest, pointer=first[0].place.pointer, note="claims it too")]
                path = (f"http://{target}", other.hops[1], str(other.backend))
                yield self.finding(other.place, message, path=path, related=related, subject=str(target))


def _claims(table: Table) -> Iterator[Claims]:
    found: defaultdict[tuple[str, str, str], dict[tuple[str, int, str, str], Route]] = defaultdict(dict)
    for route in table.routes:
        if not route.written:
            continue
        manifest = route.manifest
        alike = {"Prefix", "PathPrefix"} | ({"ImplementationSpecific"} if route.family == "nginx" else set())
        kind = "" if route.kind in alike else route.kind
        path = route.written if kind else route.written.rstrip("/") or "/"
        place = (manifest.file, manifest.index, manifest.base, route.node.pointer)
        for host in route.hosts or (route.host,):
            found[host.lower(), path, kind + _more(route)].setdefault(place, route)
    for (host, path, _), routes in found.items():
        yield Claims(host=host, path=path, routes=tuple(sorted(routes.values(), key=_order)))


def _order(route: Route) -> tuple[bool, str, int, str]:
    """What a path of its length says longest comes first: the first in file order keeps it."""
    manifest = route.manifest
    return (route.written.endswith("/") and route.written != "/", manifest.file, manifest.index, route.node.pointer)


def _more(route: Route) -> str:
    """What else tells two routes of one path apart."""
    if route.manifest.ref.kind == "HTTPRoute":
        body = route.node.value if isinstance(route.node.value, dict) else {}
        sections = sorted(f"{parent.text('sectionName')}:{parent.mapping().get('port')}" for parent in _parents(route))
        return json.dumps([{key: body.get(key) for key in ("headers", "method", "queryParams")}, sections], sort_keys=True)
    return "".join(text(route.manifest, TRAEFIK, f"router.{name}") for name in ("entrypoints", "priority"))


def _parents(route: Route) -> tuple[Node, ...]:
    return route.manifest.root.items("spec", "parentRefs")


def _apart(world: World, one: Route, other: Route) -> bool:
    """Whether two routes of somebody's directory may be for two clusters, or for hosts that are yet to be filled in."""
    first, second = one.manifest, other.manifest
    return (
        not together(world, first, second) or is_placeholder(one.host) or (not world.closed and first.file != second.file and not one.host)
    )


def _shown(route: Route) -> str:
    return f"{route.hops[1]} for {route.backend}"
