"""The rules of an AWS load balancer, in the order in which it tries them, and the patterns that paths become.

Ingresses of one group share a load balancer: `group.order` first, then namespace and name. Within an Ingress rules stand in their order;
the paths of a rule: exact ones, prefixes from the longest, the rest as written. The first that matches is taken, whatever its length.
Source: https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/pkg/ingress/model_build_listener_rules.go
"""

import re
from collections.abc import Iterable
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


def takes(route: Route, host: str, path: str) -> bool:
    """Whether a rule takes a request. A path without a type is what it says, with its wildcards."""
    if route.host and not _pattern(route.host.lower()).fullmatch(host.lower()):
        return False
    if route.kind == "Prefix":
        bare = route.written.removesuffix("/")
        return path == bare or path.startswith(f"{bare}/")
    if not route.kind and not route.written:
        return True
    return path == route.written if route.kind == "Exact" else _pattern(route.written).fullmatch(path) is not None


@lru_cache(maxsize=4096)
def _pattern(written: str) -> re.Pattern[str]:
    """A text with wildcards: `*` for any characters, `?` for one."""
    return re.compile(re.escape(re.sub(r"\*+", "*", written)).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
