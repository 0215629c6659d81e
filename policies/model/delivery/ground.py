"""What other objects of the same Application stand on: a Namespace what is in it, a definition the objects of its kind."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from crema.policies.model.delivery.applications import Application
from crema.policies.model.delivery.order import Turn, turns
from crema.policies.model.delivery.owners import Owned, owned, owners
from crema.policies.model.delivery.scopes import defines
from crema.policies.model.world import World

_CREATE: Final = "CreateNamespace=true"

Key = tuple[Application, str, str]


def is_ground(one: Owned) -> bool:
    """Whether an object is a Namespace or a definition of custom resources."""
    return (one.ref.group, one.ref.kind) == ("", "Namespace") or defines(one.manifest) is not None


def first_on(world: World, ground: Owned) -> tuple[Turn, Owned] | None:
    """The first object that stands on a Namespace or definition, with its turn; None where something else makes the ground too."""
    application = ground.application
    if any(each.application is not application for each in owners(world).get(ground.manifest, ())):
        return None
    kind = defines(ground.manifest)
    if kind is None and application.has(_CREATE) and application.target == ground.ref.name:
        return None
    return world.derived(_first).get((application, *(kind or ("", ground.ref.name))))


def _first(world: World) -> Mapping[Key, tuple[Turn, Owned]]:
    found: defaultdict[Key, list[tuple[Turn, Owned]]] = defaultdict(list)
    for application, objects in owned(world).items():
        for each in objects:
            turn = turns(each.manifest) if each.release is None else ()
            for key in _stands_on(each) if turn else ():
                found[application, *key].append((turn[0], each))
    return {key: min(each, key=lambda one: one[0]) for key, each in found.items()}


def _stands_on(one: Owned) -> Iterator[tuple[str, str]]:
    if one.ref.namespace:
        yield "", one.ref.namespace
    if "." in one.ref.group:
        yield one.ref.group, one.ref.kind
