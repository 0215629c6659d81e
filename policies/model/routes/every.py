"""Every route of a world, whatever kind of object makes it."""

from collections.abc import Iterator
from typing import Final

from crema.policies.model.routes import http_proxy, http_route, ingress, ingress_route, virtual_service
from crema.policies.model.routes.route import Route
from crema.policies.model.world import World

_KINDS: Final = (ingress, http_route, ingress_route, virtual_service, http_proxy)


def routes(world: World) -> Iterator[Route]:
    """The routes of all kinds, in file order within a kind."""
    return world.once(_routes)


def _routes(world: World) -> Iterator[Route]:
    for kind in _KINDS:
        yield from kind.routes(world)
