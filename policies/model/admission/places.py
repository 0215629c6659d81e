"""Which objects are judged, and where in them a refusal stands."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from crema.policies.model.admission.refusal import Refusal, Way
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node, UnknownShape
from crema.policies.model.pods import PodTemplate, pod_templates
from crema.policies.model.steps import keys_of, step, value_at
from crema.policies.model.templates import is_placeholder
from crema.policies.model.world import World
from crema.policies.schemas.catalog import NoSchema
from crema.policies.schemas.validate import validate
from crema.policies.schemas.violation import field_of

_OWN: Final = frozenset({"", "apps", "batch"})
"""The API groups of Kubernetes itself that hold pods: the server judges those. Pods of other kinds their operators make."""

_PATTERNS: Final = frozenset({"kyverno.io", "policies.kyverno.io"})
"""Groups whose pods are patterns for pods of others."""


class Place(NamedTuple):
    """A refusal as a policy reports it."""

    node: Node
    message: str
    fix: str
    subject: str


def places(world: World, node: Node, refusals: Iterable[Refusal]) -> Iterator[Place]:
    """Where the refusals of a node's value stand, with whole messages.

    What the schema policy says of the same place is not said again, nor anything of an object in a version that is gone. In somebody's
    directory a placeholder is filled in before the server sees it, what an object lacks a patch of kustomize may add, and a feature may
    be switched on. Of pods that an operator makes, only what is written counts, for it may add the rest.
    """
    said: tuple[str, ...] | None = None
    for refusal in refusals:
        manifest = node.manifest
        if said is None:
            judged = validate(manifest.body, world.kubernetes_version)
            if isinstance(judged, NoSchema) and judged.certain:
                return
            said = () if isinstance(judged, NoSchema) else tuple(violation.pointer for violation in judged)
        place = _down(node, refusal.way)
        sure = world.closed or manifest.header is not None
        doubtful = refusal.gated or is_placeholder(place.value) or is_placeholder(place.key)
        added = bool(refusal.missing) and ((not own(manifest) and node.pointer != "") or world.is_patched(manifest))
        if (sure or not (doubtful or added)) and not any(one == place.pointer or one.startswith(f"{place.pointer}/") for one in said):
            steps = _steps(place)
            message = f"{field_of((*steps, refusal.missing) if refusal.missing else steps)} {refusal.said}"
            yield Place(place, message, refusal.fix, refusal.missing)


def pods(world: World) -> Mapping[Manifest, tuple[PodTemplate, ...]]:
    """The manifests that hold pods, and these."""
    return world.derived(_pods)


def holder(pod: PodTemplate) -> Node:
    """What holds a pod's specification, and its metadata beside it."""
    pointer = pod.spec.pointer.removesuffix("/spec")
    return Node(manifest=pod.manifest, value=value_at(pod.manifest.body, pointer) if pointer else pod.manifest.body, pointer=pointer)


def own(manifest: Manifest) -> bool:
    """Whether the server itself judges the pods of a manifest."""
    return manifest.ref.group in _OWN


def _pods(world: World) -> dict[Manifest, tuple[PodTemplate, ...]]:
    found: dict[Manifest, list[PodTemplate]] = {}
    for pod in _templates(world):
        if pod.manifest.ref.group not in _PATTERNS and not pod.spec.pointer.startswith("/status/"):
            found.setdefault(pod.manifest, []).append(pod)
    return {manifest: tuple(held) for manifest, held in found.items()}


def _templates(world: World) -> Iterator[PodTemplate]:
    """The pod templates of a world. One whose labels are none is left out: the server does not decode it, as the schema policy says."""
    try:
        yield from world.pod_templates
    except UnknownShape:
        for manifest in world.manifests:
            try:
                held = tuple(pod_templates(manifest))
            except UnknownShape:
                continue
            yield from held


def _down(node: Node, way: Way) -> Node:
    """The node at a way; where that leads to nothing, the last one there is."""
    for key in way:
        value = step(node.value, str(key))
        if value is None and not (isinstance(node.value, dict) and key in node.value):
            break
        node = node.child(key, value)
    return node


def _steps(place: Node) -> Way:
    """The steps of a node's pointer; what looks like a position is one."""
    return tuple(int(key) if key.isdecimal() else key for key in keys_of(place.pointer))
