"""The rules of an AWS load balancer, in the order in which it tries them, and the patterns that paths become.

Ingresses of one group share a load balancer: `group.order` first, then namespace and name. Within an Ingress rules stand in their order;
the paths of a rule: exact ones, prefixes from the longest, the rest as written. The first that matches is taken, whatever its length.
Source: https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/pkg/ingress/model_build_listener_rules.go
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from crema.policies.model.manifest import Manifest
from crema.policies.model.routes.annotations import ALB, text
from crema.policies.model.routes.route import Route


def load_balancer(manifest: Manifest) -> str:
    """The load balancer of an Ingress: that of its group, or its own."""
    group = text(manifest, ALB, "group.name")
    return f"group {group}" if group else f"{manifest.ref.namespace}/{manifest.ref.name}"


def ordered(routes: Iterable[Route]) -> list[Route]:
    """The routes of one load balancer, as it tries them; they come as they stand in their Ingresses."""
    known = list(enumerate(routes))
    return [route for _, route in sorted(known, key=lambda pair: _place(*pair))]


def _place(index: int, route: Route) -> tuple[int, str, str, tuple[int, ...], int, int]:
    manifest = route.manifest
    written = text(manifest, ALB, "group.order")
    order = int(written) if re.fullmatch(r"-?\d{1,6}", written) else 0
    # /spec/rules/0/http/paths/1: a rule before the next, whatever its paths; a default back end after every rule.
    rule = re.match(r"/spec/rules/(\d+)", route.node.pointer)
    kind = {"Exact": 0, "Prefix": 1}.get(route.kind, 2)
    length = -len(route.written) if kind == 1 else 0
    place = (0, int(rule[1])) if rule else (1, 0)
    return (order, manifest.ref.namespace, manifest.ref.name, (*place, kind), length, index) if rule else (10**6, "", "", place, 0, index)


class Rules:
    """The rules of one load balancer, found by host and path without trying each: only those with wildcards are tried one by one."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = ordered(routes)
        self._hosts: dict[str, _OfHost] = {}
        for position, route in enumerate(self._routes):
            self._hosts.setdefault(route.host.lower(), _OfHost()).add(position, route)
        self._wild = [host for host in self._hosts if "*" in host or "?" in host]

    def first(self, host: str, path: str) -> Route | None:
        """The first rule that takes a request."""
        asked = host.lower()
        names = {asked, "", *(wild for wild in self._wild if _pattern(wild).fullmatch(asked))}
        found = [position for name in names if name in self._hosts for position in self._hosts[name].taking(path)]
        return self._routes[min(found)] if found else None


@dataclass(slots=True)
class _OfHost:
    """The first rule of each path of one host, by its place among all. A path without a type is what it says, with its wildcards."""

    below: dict[str, int] = field(default_factory=dict)
    alone: dict[str, int] = field(default_factory=dict)
    wild: list[tuple[int, str]] = field(default_factory=list)

    def add(self, position: int, route: Route) -> None:
        if route.kind == "Prefix" or not (route.kind or route.written):
            self.below.setdefault(route.written.removesuffix("/"), position)
        elif route.kind == "Exact" or not ("*" in route.written or "?" in route.written):
            self.alone.setdefault(route.written, position)
        else:
            self.wild.append((position, route.written))

    def taking(self, path: str) -> Iterator[int]:
        if path in self.alone:
            yield self.alone[path]
        here = path
        while True:
            if here in self.below:
                yield self.below[here]
            if not here:
                break
            here = here.rpartition("/")[0]
        first = next((position for position, written in self.wild if _pattern(written).fullmatch(path)), None)
        if first is not None:
            yield first


@lru_cache(maxsize=4096)
def _pattern(written: str) -> re.Pattern[str]:
    """A text with wildcards: `*` for any characters, `?` for one."""
    return re.compile(re.escape(re.sub(r"\*+", "*", written)).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
