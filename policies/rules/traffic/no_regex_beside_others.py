"""The policy traffic-no-regex-beside-others."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome, Related, Severity
from crema.policies.engine.policy import Policy
from crema.policies.model.alternatives import together
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.routes.annotations import NGINX, annotation, flag
from crema.policies.model.routes.locations import Host, Location, is_regex
from crema.policies.model.routes.resolve import tables
from crema.policies.model.routes.route import Route
from crema.policies.model.world import World

_INGRESS = """
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: NAME, namespace: shop, annotations: {ANNOTATIONS}}
    spec:
      ingressClassName: nginx
      rules: [{host: coffee.test, http: {paths: [PATHS]}}]
"""
_USE_REGEX = f'{NGINX}/use-regex: "true"'


def _path(path: str, service: str, kind: str = "Prefix") -> str:
    return f"{{path: '{path}', pathType: {kind}, backend: {{service: {{name: {service}, port: {{number: 80}}}}}}}}"


def _ingress(name: str, annotations: str, *paths: str) -> str:
    return _INGRESS.replace("NAME", name).replace("ANNOTATIONS", annotations).replace("PATHS", ", ".join(paths))


_REGEX = _path("/api/(.*)", "old", "ImplementationSpecific")
_FRONT = _ingress("front", "", _path("/", "front"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A host of ingress-nginx, culprits: the Ingresses that make every path of it a regex, in the order of paths."""

    name: str
    host: Host
    culprits: tuple[Manifest, ...]

    def __str__(self) -> str:
        """The host."""
        return self.name or "every host"


class NoRegexBesideOthers(Policy[Server]):
    """A regex on one Ingress of a host leaves to the other paths of the host the requests that they mean.

    Why: `use-regex` or `rewrite-target` on any Ingress makes every path of its host, of every Ingress, a regex without regard to case that
    holds for all that begins so, exact paths too; the longest text is tried first, whichever path is meant.
    Fix: give the Ingress with the regex a host of its own, or do without the regex.
    Source: https://kubernetes.github.io/ingress-nginx/user-guide/ingress-path-matching/

    Requests are followed with and without the regexes: the path itself, one below it, and one that only begins like it. `/` beside regexes
    gets what it got before.
    """

    id = "traffic-no-regex-beside-others"
    basis = "breaks"
    allowed = (
        Example(name="the root beside a regex", manifests=_FRONT + _ingress("old", _USE_REGEX, _REGEX)),
        Example(
            name="a longer path beside a shorter regex",
            manifests=_FRONT + _ingress("old", _USE_REGEX, _path("/api/v[0-9]+", "old", "ImplementationSpecific")),
        ),
        Example(name="no regex on the host", manifests=_FRONT + _ingress("order", "", _path("/api/order", "order"))),
        Example(
            name="a regex on another host",
            manifests=_ingress("order", "", _path("/api/order", "order", "Exact"))
            + _ingress("old", _USE_REGEX, _REGEX).replace("coffee.test", "old.test"),
        ),
    )
    denied = (
        Denied(
            name="a longer regex takes a path of another Ingress",
            manifests=_ingress("order", "", _path("/api/me", "order"))
            + _ingress("old", f"{NGINX}/rewrite-target: /$1", _path("/api/([a-z]+)", "old", "ImplementationSpecific")),
            at="Ingress/shop/old",
            pointer="/metadata/annotations/nginx.ingress.kubernetes.io~1rewrite-target",
            message="rewrite-target on Ingress shop/old makes regexes of all paths of coffee.test: requests to /api/me go to Service "
            "shop/old:80 by path /api/([a-z]+), not to Service shop/order:80 by path /api/me of Ingress shop/order",
        ),
        Denied(
            name="an exact path takes what only begins like it",
            manifests=_FRONT + _ingress("health", "", _path("/health", "order", "Exact")) + _ingress("old", _USE_REGEX, _REGEX),
            at="Ingress/shop/old",
            pointer="/metadata/annotations/nginx.ingress.kubernetes.io~1use-regex",
            message="use-regex on Ingress shop/old makes regexes of all paths of coffee.test: requests to /health/menu go to Service "
            "shop/order:80 by path /health, not to Service shop/front:80 by path / of Ingress shop/front",
        ),
        Denied(
            name="a prefix takes what only begins like it",
            manifests=_FRONT + _ingress("order", "", _path("/order", "order")) + _ingress("old", _USE_REGEX, _REGEX),
            at="Ingress/shop/old",
            pointer="/metadata/annotations/nginx.ingress.kubernetes.io~1use-regex",
            message="use-regex on Ingress shop/old makes regexes of all paths of coffee.test: requests to /order-1 go to Service "
            "shop/order:80 by path /order, not to Service shop/front:80 by path / of Ingress shop/front",
        ),
        Denied(
            name="a longer regex takes a path of its own Ingress",
            manifests=_ingress("bar", _USE_REGEX, _path("/foo/bar", "bar"), _path("/foo/[A-Z0-9]{3}", "any", "ImplementationSpecific")),
            at="Ingress/shop/bar",
            pointer="/metadata/annotations/nginx.ingress.kubernetes.io~1use-regex",
            message="use-regex on Ingress shop/bar makes regexes of all paths of coffee.test: requests to /foo/bar go to Service "
            "shop/any:80 by path /foo/[A-Z0-9]{3}, not to Service shop/bar:80 by path /foo/bar of Ingress shop/bar",
        ),
    )

    def targets(self, world: World) -> Iterable[Server]:
        """Every host that ingress-nginx has, with a regex or without."""
        for table in tables(world):
            if table.reader == "nginx":
                for name, host in table.hosts.items():
                    routes = [location.route for location in host.locations if location.route is not None]
                    culprits = tuple({id(route.manifest): route.manifest for route in routes if is_regex(route)}.values())
                    yield Server(name=name, host=host, culprits=culprits)

    def judge(self, world: World, target: Server) -> Iterator[Outcome]:
        """Follow requests to each literal path as they would go without regexes, and as they go."""
        if not (target.host.by_regex and target.culprits):
            return
        plain = replace(target.host, by_regex=False, locations=_literal(target))
        said: set[tuple[int, str]] = set()
        for location in plain.locations:
            route = location.route
            if route is None or location.path == "/" or (id(route.manifest), route.node.pointer) in said:
                continue
            said.add((id(route.manifest), route.node.pointer))
            for asked in _asked(location.path):
                meant, gets = plain.answer(asked), target.host.answer(asked)
                if meant is None or gets is None or meant.route is None or gets.route is None:
                    continue
                culprit = _blamed(world, target, meant.route, gets.route)
                if gets.route.backend != meant.route.backend and culprit is not None:
                    yield self._finding(target, culprit, asked, meant.route, gets.route)
                    break

    def _finding(self, target: Server, culprit: Manifest, asked: str, meant: Route, gets: Route) -> Outcome:
        by = "use-regex" if flag(culprit, NGINX, "use-regex") else "rewrite-target"
        place: Node = annotation(culprit, NGINX, by) or culprit.root
        message = (
            f"{by} on Ingress {culprit.ref.namespace}/{culprit.ref.name} makes regexes of all paths of {target}: requests to {asked} go to "
            f"{gets.backend} by path {gets.written}, not to {meant.backend} by path {meant.written} of {meant.hops[1]}"
        )
        related = [Related(manifest=meant.manifest, pointer=meant.node.pointer, note="is meant"),
                   Related(manifest=gets.manifest, pointer=gets.node.pointer, note="gets them")]  # fmt: skip
        path = (f"http://{target.name}{asked}", gets.hops[1], str(gets.backend))
        severity: Severity = "error" if asked.startswith(f"{meant.path.rstrip('/')}/") or asked == meant.path else "warning"
        subject = f"{target.name}{meant.written} {asked}"
        return self.finding(place, message, path=path, related=related, subject=subject, severity=severity)


def _literal(target: Server) -> tuple[Location, ...]:
    """The locations as they would be without regexes: a prefix is two of them. Paths that are regexes by their own text stay out."""
    made: list[Location] = []
    for location in target.host.locations:
        if location.route is None or location.route.pattern:
            continue
        made.append(location)
        if not location.exact and not location.path.endswith("/"):
            made[-1] = replace(location, path=f"{location.path}/")
            made.append(replace(location, exact=True))
    return tuple(made)


def _asked(path: str) -> tuple[str, ...]:
    bare = path.rstrip("/")
    return (bare, f"{bare}/menu", f"{bare}-1")


def _blamed(world: World, target: Server, meant: Route, gets: Route) -> Manifest | None:
    """The Ingress to name: the one whose path takes the request, if that has a regex; else another that has one. In somebody's directory
    only those of one folder are sure to be for one cluster.
    """
    ordered = [route.manifest for route in (gets, meant) if is_regex(route)] or target.culprits
    return ordered[0] if all(together(world, ordered[0], route.manifest) for route in (meant, gets)) else None
