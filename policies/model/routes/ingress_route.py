"""Routes of Traefik's IngressRoute, whose rewrites are Middlewares."""

import re
from collections.abc import Iterator
from typing import Final

from crema.policies.model.rewrites import traefik
from crema.policies.model.rewrites.rewrite import literal_prefix
from crema.policies.model.routes.route import Backend, Route
from crema.policies.model.world import World

_ARGUMENTS: Final = r"\(\s*((?:[`\"'][^`\"']*[`\"'][\s,]*)*)\)"
_PATHS: Final = re.compile(rf"(?P<not>!\s*)?\b(?P<kind>Path|PathPrefix|PathRegexp){_ARGUMENTS}")
_HOSTS: Final = re.compile(rf"\bHost{_ARGUMENTS}")
_QUOTED: Final = re.compile(r"[`\"']([^`\"']*)[`\"']")


def routes(world: World) -> Iterator[Route]:
    """Every path of every route of every IngressRoute."""
    for group in traefik.GROUPS:
        for manifest in world.of(group, "IngressRoute"):
            for route in manifest.root.items("spec", "routes"):
                rule = route.text("match") or ""
                host = next((name for call in _HOSTS.finditer(rule) for name in _QUOTED.findall(call[1])), "")
                rewrites = tuple(
                    rewrite
                    for named in route.items("middlewares")
                    for rewrite in traefik.middleware(
                        world, named.text("namespace") or manifest.ref.namespace, named.text("name") or "", named
                    )
                )
                for service in route.items("services"):
                    if (service.text("kind") or "Service") != "Service":
                        continue
                    port = service.get("port")
                    backend = Backend(
                        namespace=service.text("namespace") or manifest.ref.namespace,
                        name=service.text("name") or "",
                        port="" if port is None else str(port.value),
                    )
                    for kind, path in _paths(rule):
                        yield Route(
                            node=route,
                            host=host,
                            path=path if kind == "Path" else literal_prefix(path),
                            pattern=path if kind == "PathRegexp" else "",
                            exact=kind == "Path",
                            backend=backend,
                            rewrites=rewrites,
                            written=path,
                            kind=kind,
                            to=service,
                        )


def _paths(rule: str) -> list[tuple[str, str]]:
    """Each path that a rule takes, with its matcher: all of them where the rule names none. In Traefik 2 a PathPrefix
    may hold `{name:regex}`.
    """
    named = list(_PATHS.finditer(rule))
    taken = [(call["kind"], path) for call in named if not call["not"] for path in _QUOTED.findall(call[3])]
    return taken if named else [("PathPrefix", "/")]
