"""Routes of Traefik's IngressRoute, whose rewrites are Middlewares."""

import re
from collections.abc import Iterator
from typing import Final

from crema.policies.model.rewrites import traefik
from crema.policies.model.routes.route import Backend, Route
from crema.policies.model.world import World

_PATHS: Final = re.compile(r"\bPath(?:Prefix)?\(([^)]*)\)")
_HOSTS: Final = re.compile(r"\bHost\(([^)]*)\)")
_QUOTED: Final = re.compile(r"[`\"']([^`\"']*)[`\"']")


def routes(world: World) -> Iterator[Route]:
    """Every path of every route of every IngressRoute."""
    for group in traefik.GROUPS:
        for manifest in world.of(group, "IngressRoute"):
            for route in manifest.root.items("spec", "routes"):
                rule = route.text("match") or ""
                host = next(_quoted(_HOSTS, rule), "")
                rewrites = tuple(
                    rewrite
                    for named in route.items("middlewares")
                    for rewrite in traefik.middleware(
                        world, named.text("namespace") or manifest.ref.namespace, named.text("name") or "", named
                    )
                )
                for service in route.items("services"):
                    port = service.get("port")
                    backend = Backend(
                        namespace=service.text("namespace") or manifest.ref.namespace,
                        name=service.text("name") or "",
                        port="" if port is None else str(port.value),
                    )
                    for path in _quoted(_PATHS, rule):
                        yield Route(node=route, host=host, path=path, backend=backend, rewrites=rewrites)


def _quoted(matcher: re.Pattern[str], rule: str) -> Iterator[str]:
    for call in matcher.finditer(rule):
        yield from _QUOTED.findall(call[1])
