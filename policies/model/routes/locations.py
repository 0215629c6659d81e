"""The locations that ingress-nginx makes of the paths of one host, in the order in which it writes them.

As long as no path of a host is a regex, nginx takes the longest path, and an exact one before all. As soon as one is (`use-regex`, or a
`rewrite-target` other than the path itself, on any Ingress of the host), every path of the host becomes a regex without regard to case,
exact ones too, and the first that matches is taken: they are written longest first.
Source: https://github.com/kubernetes/ingress-nginx/blob/controller-v1.15.1/internal/ingress/controller/location.go
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from crema.policies.model.rewrites.regex import compiled
from crema.policies.model.routes.annotations import NGINX, flag, text
from crema.policies.model.routes.route import Route

_EXACT: Final = "Exact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """One location. route: None for the root that the controller adds, which leads nowhere, or to the default back end of the Ingress.
    exact: it is this path and no other; where paths are regexes this counts for nothing.
    """

    path: str
    exact: bool
    route: Route | None
    target: str = ""
    regex: bool = False

    @property
    def rewrites(self) -> bool:
        """Whether the path has a rewrite that is not the path itself."""
        return self.target not in {"", self.path}


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """The server of one host. by_regex: whether every path of it is one."""

    locations: tuple[Location, ...]
    by_regex: bool

    def answer(self, asked: str) -> Location | None:
        """The location that gets a request; None if none does. One that ends with a slash also has the path without it: nginx sends the
        client there, as in front of a proxy it always does.
        """
        if self.by_regex:
            return next((each for each in self.locations if matches(each.path, asked)), None)
        exact = next((each for each in self.locations if each.exact and each.path == asked), None)
        if exact is None and any(each.path == f"{asked}/" for each in self.locations):
            return self.answer(f"{asked}/")
        below = [each for each in self.locations if not each.exact and asked.startswith(each.path)]
        return exact or max(below, key=lambda each: len(each.path), default=None)


def matches(path: str, asked: str) -> bool:
    """Whether a path, as a regex from the start and without regard to case, takes a request."""
    regex = compiled(path, asked, ignore_case=True)
    return regex is not None and regex.match(asked) is not None


def is_regex(route: Route) -> bool:
    """Whether the Ingress of a route makes regexes of all paths of its hosts."""
    target = text(route.manifest, NGINX, "rewrite-target")
    return flag(route.manifest, NGINX, "use-regex") or target not in {"", route.written}


def host_of(routes: Iterable[Route]) -> Host:
    """The server of the routes of one host. Of two routes with one path and type the first stays; a canary only shares what there is."""
    first: dict[tuple[str, bool], Location] = {}
    root: tuple[str, bool] = ("/", False)
    given = False
    for route in routes:
        if flag(route.manifest, NGINX, "canary"):
            continue
        default = not route.written and not route.kind
        if not first:
            first[root] = _location(route, *root, None)
        if default and not given:
            first[root] = replace(first[root], route=first[root].route or route)
        key = (route.written or "/", route.kind == _EXACT)
        if not default and (key not in first or (key == root and not given)):
            first[key] = _location(route, *key, route)
            given = given or key == root
    found = sorted(sorted(first.values(), key=lambda each: each.path, reverse=True), key=lambda each: len(each.path), reverse=True)
    exact = {each.path for each in found if each.exact}
    made = tuple(each for location in found for each in _of(location, exact))
    return Host(locations=made, by_regex=any(each.rewrites or each.regex for each in made))


def _location(route: Route, path: str, exact: bool, leads_to: Route | None) -> Location:
    manifest = route.manifest
    target, regex = text(manifest, NGINX, "rewrite-target"), flag(manifest, NGINX, "use-regex")
    return Location(path=path, exact=exact, route=leads_to, target=target, regex=regex)


def _of(location: Location, exact: set[str]) -> tuple[Location, ...]:
    """A prefix of whole segments is two locations: what is below it, and the path itself."""
    if location.path == "/" or location.exact or location.rewrites or location.regex:
        return (location,)
    below = replace(location, path=location.path if location.path.endswith("/") else f"{location.path}/")
    return (below,) if location.path in exact else (below, replace(location, exact=True))
