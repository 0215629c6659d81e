"""Every reference of a world: those that are written in it, those in the values of charts, and those of what charts bring."""

from collections.abc import Iterator
from dataclasses import replace

from crema.policies.model.helm import releases
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import UnknownShape
from crema.policies.model.pods import pod_templates
from crema.policies.model.references.in_objects import object_references
from crema.policies.model.references.in_pods import pod_references
from crema.policies.model.references.in_values import values_references
from crema.policies.model.references.reference import NOTHING, Reference, said
from crema.policies.model.whole import whole
from crema.policies.model.world import World


def references(world: World) -> Iterator[Reference]:
    """Every reference, in the order of the manifests. A shape that is not known is one, too, that names nothing (`strange`).

    What a chart's objects need is placed where the chart is named, unless a value names the same: then it is placed there.
    """
    return world.once(_references)


def references_to(world: World, *kinds: str) -> Iterator[Reference]:
    """The references to things of these kinds, and the places that cannot be read."""
    by_kind = world.derived(_by_kind)
    for kind in (*kinds, ""):
        yield from by_kind.get(kind, ())


def references_of(manifest: Manifest) -> Iterator[Reference]:
    """Every reference in one manifest."""
    try:
        yield from object_references(manifest)
        for pod in pod_templates(manifest):
            yield from pod_references(pod)
    except UnknownShape as strange:
        yield Reference(place=strange.node, ref=NOTHING, by=said(manifest.ref), strange=strange)


def _by_kind(world: World) -> dict[str, tuple[Reference, ...]]:
    found: dict[str, list[Reference]] = {}
    for reference in references(world):
        found.setdefault(reference.ref.kind, []).append(reference)
    return {kind: tuple(each) for kind, each in found.items()}


def _references(world: World) -> Iterator[Reference]:
    known = set()
    for manifest in world.manifests:
        yield from references_of(manifest)
    for release in releases(world):
        for reference in values_references(release):
            known.add((reference.ref, reference.key))
            yield reference
    every = whole(world)
    for manifest in every.world.manifests:
        if every.release(manifest) is not None:
            for reference in references_of(manifest):
                if (reference.ref, reference.key) not in known:
                    place = every.place(reference.place)
                    yield replace(reference, place=place, key_place=place if reference.key else None)
