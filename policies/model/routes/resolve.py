"""Which route gets a request, as the controller that reads the routes decides it.

- ingress-nginx: the server of the host, else of its wildcard, else the one for every host; and no other, even where that one has no such
  path. Within it see `locations`. Source: https://kubernetes.github.io/ingress-nginx/user-guide/ingress-path-matching/
- the AWS load balancer: the first rule that matches, see `listener_rules`.
- Gateway API: of the routes that match, the most specific host, then an exact path, then the longest prefix.
  Source: https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule
- Traefik and others: of the routes that match, the longest rule. Source: https://doc.traefik.io/traefik/routing/routers/#priority
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from crema.policies.model.rewrites.rewrite import is_under
from crema.policies.model.routes import listener_rules
from crema.policies.model.routes.every import routes as every_route
from crema.policies.model.routes.ingress import class_of
from crema.policies.model.routes.locations import Host, host_of, matches
from crema.policies.model.routes.route import Route
from crema.policies.model.world import World

Reader = Literal["nginx", "alb", "gateway", "other"]
_READERS: Final[Mapping[str, Reader]] = {"": "nginx", "nginx": "nginx", "alb": "alb"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """The routes that one controller puts together. name: `class nginx`, `load balancer group coffee`, `Gateway shop/web`."""

    name: str
    reader: Reader
    routes: tuple[Route, ...]

    def resolve(self, host: str, path: str) -> Route | None:
        """The route that gets a request for a path of a host; None when no route does."""
        if self.reader == "alb":
            return self._rules.first(host, path)
        if self.reader == "nginx":
            server = self.server(host)
            answer = server.answer(path) if server is not None else None
            return answer.route if answer is not None else None
        found = [(rank, route) for name in _names(host) for route in self._by_host.get(name, ()) if (rank := self._rank(route, name, path))]
        return max(found, key=lambda pair: pair[0])[1] if found else None

    def server(self, host: str) -> Host | None:
        """What nginx has for a host: its own server, that of a wildcard one label above, that of every host."""
        name = next((name for name in _names(host)[:2] if name in self._by_host), "")
        return self.hosts.get(name)

    @cached_property
    def hosts(self) -> Mapping[str, Host]:
        """The servers of nginx by the host as the routes write it, in lower case; empty for every host."""
        return {name: host_of(routes) for name, routes in self._by_host.items()}

    @cached_property
    def _by_host(self) -> Mapping[str, tuple[Route, ...]]:
        found: defaultdict[str, list[Route]] = defaultdict(list)
        for route in self.routes:
            for host in route.hosts or (route.host,):
                found[host.lower()].append(route)
        return {name: tuple(routes) for name, routes in found.items()}

    @cached_property
    def _rules(self) -> listener_rules.Rules:
        return listener_rules.Rules(self.routes)

    def _rank(self, route: Route, host: str, path: str) -> tuple[int, ...] | None:
        """How much a route that takes a path comes before others; None when it does not take it."""
        by_host = len(host.removeprefix("*")) * 2 + (not host.startswith("*")) if host else 0
        if route.pattern:
            ranked = (1, len(route.pattern)) if matches(route.pattern, path) else None
        elif route.exact:
            ranked = (2, len(route.path)) if path == route.path else None
        else:
            ranked = (0, len(route.path)) if is_under(path, route.path) else None
        if ranked is None:
            return None
        return (by_host, *ranked) if self.reader == "gateway" else (by_host + ranked[1], *ranked)


def resolve(routes: Iterable[Route], host: str, path: str) -> Route | None:
    """The route that gets a request, of routes that one controller reads."""
    given = tuple(routes)
    return Table(name="", reader=_reader(given[0]), routes=given).resolve(host, path) if given else None


def tables(world: World) -> Iterator[Table]:
    """The routes of a world, as controllers put them together: by class, by load balancer, by Gateway."""
    return world.once(_tables)


def _tables(world: World) -> Iterator[Table]:
    found: defaultdict[tuple[str, Reader], list[Route]] = defaultdict(list)
    for route in every_route(world):
        for name in _groups(route):
            found[name, _reader(route)].append(route)
    for (name, reader), routes in found.items():
        yield Table(name=name, reader=reader, routes=tuple(routes))


def _reader(route: Route) -> Reader:
    kind = route.manifest.ref.kind
    if kind == "Ingress":
        return _READERS.get(route.family, "other")
    return "gateway" if kind == "HTTPRoute" else "other"


def _groups(route: Route) -> Iterator[str]:
    manifest = route.manifest
    if manifest.ref.kind == "Ingress":
        asked = class_of(manifest)
        if route.family == "alb":
            yield f"load balancer {listener_rules.load_balancer(manifest)}"
        else:
            yield "no class" if asked is None else f"class {asked.value}"
    elif manifest.ref.kind == "HTTPRoute":
        for parent in manifest.root.items("spec", "parentRefs"):
            if (parent.text("kind") or "Gateway") == "Gateway":
                yield f"Gateway {parent.text('namespace') or manifest.ref.namespace}/{parent.text('name') or ''}"
    else:
        yield manifest.ref.kind


def _names(host: str) -> tuple[str, ...]:
    """The names under which routes for a host may stand: itself, its wildcards from the nearest, every host."""
    labels = host.lower().split(".")
    wildcards = (f"*.{'.'.join(labels[at:])}" for at in range(1, len(labels)))
    return (host.lower(), *wildcards, "")
