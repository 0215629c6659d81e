"""The world: every manifest of one environment, immutable, indexed so that no policy has to search."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypeVar, cast

from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.pods import PodTemplate, pod_templates
from crema.policies.model.values import Json

T = TypeVar("T")

KUBERNETES_VERSION: Final = "1.36"
"""The version whose schemas and behaviour are assumed where nothing says otherwise."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class World:
    """Every manifest of one environment. Compared by identity.

    `closed`: what is not here does not exist (a whole environment that crema wrote). An open world is somebody's
    directory, of which the rest may live elsewhere. No slots: the indexes are made when a policy first asks for them.
    """

    environment: str
    manifests: tuple[Manifest, ...]
    documents: tuple[Manifest, ...] = ()
    """What a person or a program reads when a cluster is made (kind's configuration, values, facts): no objects of the cluster. The name
    of one is that of its file.
    """
    closed: bool = False
    foreign: bool = False
    """Closed by a configuration, and not written by crema: more than objects may be in it, and kinds and charts that nobody here knows."""
    kubernetes_version: str = KUBERNETES_VERSION
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What manifests cannot say, by the keys of facts.schema.json."""
    repository: bool = False
    """Not an environment of a cluster, but what is read beside one: its `documents` are workflows, the lock of images, bootstraps."""
    patches: tuple[Manifest, ...] = ()
    """Parts of objects, which kustomize lays over whole ones."""
    given_selectors: frozenset[str] = frozenset()
    """Files whose objects get labels and selectors from kustomize."""
    generated: tuple[Manifest, ...] = ()
    """ConfigMaps and Secrets that kustomize makes from files and literals: with their keys, without values."""
    kustomizations: tuple[Manifest, ...] = ()
    """Kustomizations that have literals of ConfigMaps and Secrets in them, as documents."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """Files of the same folders that hold something else than objects, by their names as reports write them, and why: values, a
    kustomization, a document without kind, what cannot be read.
    """
    listed: frozenset[str] = frozenset()
    """Files that a kustomization lists as its objects, patches or settings."""

    @property
    def ours(self) -> bool:
        """A whole environment that crema wrote: what is unknown in it is a mistake."""
        return self.closed and not self.foreign

    def __repr__(self) -> str:
        """Its name and size: all of its manifests would hide what went wrong."""
        return f"World({self.environment!r}, {len(self.manifests)} manifests)"

    def of(self, group: str, *kinds: str) -> tuple[Manifest, ...]:
        """The manifests of these kinds in one API group, whatever the version."""
        if len(kinds) == 1:
            return self._by_kind.get((group, kinds[0]), ())
        return tuple(manifest for kind in kinds for manifest in self._by_kind.get((group, kind), ()))

    def get(self, ref: Ref) -> Manifest | None:
        """The manifest with this ref; the first in file order if several claim it."""
        return self._by_ref.get(ref)

    def is_patched(self, manifest: Manifest) -> bool:
        """Whether kustomize lays a part of an object over this one: they have one group, kind and name."""
        return (manifest.ref.group, manifest.ref.kind, manifest.ref.name) in self._patched

    def pods(self, namespace: str, selector: dict[str, str]) -> tuple[PodTemplate, ...]:
        """The pod templates of a namespace that carry every label of a selector. An empty selector selects nothing,
        as for a Service: https://kubernetes.io/docs/concepts/services-networking/service/#services-without-selectors
        """
        if not selector:
            return ()
        first = min(selector.items(), key=lambda label: len(self._pods_by_label.get((namespace, *label), ())))
        candidates = self._pods_by_label.get((namespace, *first), ())
        return tuple(pod for pod in candidates if selector.items() <= pod.labels.items())

    def derived(self, make: Callable[[World], T]) -> T:
        """What a function makes of this world, made once: for an index of one's own. The function itself is the key."""
        if make not in self._derived:
            self._derived[make] = make(self)
        return cast(T, self._derived[make])

    def know(self, make: Callable[[World], T], made: T) -> None:
        """Give `derived` what it would make: for a world that was made together with it."""
        self._derived[make] = made

    def once(self, find: Callable[[World], Iterator[T]]) -> Iterator[T]:
        """What a function finds in this world, searched once however many policies ask.

        A search that stops before its end, at a shape that it does not know, is not kept: whoever asks next meets that shape too.
        """
        kept = self._derived.get(find)
        if kept is None:
            kept = []
            for one in find(self):
                kept.append(one)
                yield one
            self._derived[find] = kept
        else:
            yield from kept

    @cached_property
    def pod_templates(self) -> tuple[PodTemplate, ...]:
        """Every pod template of the world, in the order of its manifests."""
        return tuple(pod for manifest in self.manifests for pod in self.pods_of(manifest))

    def pods_of(self, manifest: Manifest) -> tuple[PodTemplate, ...]:
        """The pod templates of one manifest of this world; each is looked for once."""
        known = self.derived(_pods)
        if manifest not in known:
            known[manifest] = tuple(pod_templates(manifest))
        return known[manifest]

    @cached_property
    def definitions(self) -> Mapping[str, Mapping[str, frozenset[str]]]:
        """Group → kind → the versions served, of every custom resource that a CustomResourceDefinition of this world defines. What its
        shape hides is left out: the schema policy speaks of that.
        """
        found: defaultdict[str, dict[str, frozenset[str]]] = defaultdict(dict)
        for manifest in self.of("apiextensions.k8s.io", "CustomResourceDefinition"):
            spec = manifest.body.get("spec")
            names = spec.get("names") if isinstance(spec, dict) else None
            if isinstance(spec, dict) and isinstance(names, dict):
                group, kind = str(spec.get("group")), str(names.get("kind"))
                found[group][kind] = found[group].get(kind, frozenset()) | _served(spec)
        return found

    @cached_property
    def _derived(self) -> dict[Callable[[World], Any], Any]:
        return {}

    @cached_property
    def _patched(self) -> frozenset[tuple[str, str, str]]:
        return frozenset((patch.ref.group, patch.ref.kind, patch.ref.name) for patch in self.patches)

    @cached_property
    def _by_kind(self) -> dict[tuple[str, str], tuple[Manifest, ...]]:
        found: defaultdict[tuple[str, str], list[Manifest]] = defaultdict(list)
        for manifest in self.manifests:
            found[manifest.ref.group, manifest.ref.kind].append(manifest)
        return {kind: tuple(manifests) for kind, manifests in found.items()}

    @cached_property
    def _by_ref(self) -> dict[Ref, Manifest]:
        return {manifest.ref: manifest for manifest in reversed(self.manifests)}

    @cached_property
    def _pods_by_label(self) -> dict[tuple[str, str, str], list[PodTemplate]]:
        found: defaultdict[tuple[str, str, str], list[PodTemplate]] = defaultdict(list)
        for pod in self.pod_templates:
            for key, value in pod.labels.items():
                found[pod.manifest.ref.namespace, key, value].append(pod)
        return dict(found)


def _pods(_world: World) -> dict[Manifest, tuple[PodTemplate, ...]]:
    return {}


def share_pods(world: World, other: World) -> None:
    """Let a world know the pod templates that another one finds: for worlds that have manifests in common."""
    other.know(_pods, world.derived(_pods))


def _served(definition: dict[str, Json]) -> frozenset[str]:
    """The versions that a definition serves."""
    versions = definition.get("versions")
    listed = versions if isinstance(versions, list) else [{"name": definition.get("version"), "served": True}]
    return frozenset(str(one.get("name")) for one in listed if isinstance(one, dict) and one.get("served") is True and one.get("name"))


def world_of(
    manifests: Iterable[Manifest],
    environment: str = "",
    *,
    documents: Iterable[Manifest] = (),
    closed: bool = False,
    foreign: bool = False,
    kubernetes_version: str = KUBERNETES_VERSION,
    facts: Mapping[str, Any] | None = None,
    repository: bool = False,
    patches: Iterable[Manifest] = (),
    given_selectors: Iterable[str] = (),
    generated: Iterable[Manifest] = (),
    kustomizations: Iterable[Manifest] = (),
    beside: Mapping[str, str] | None = None,
    listed: Iterable[str] = (),
) -> World:
    """A world of these manifests, in the one order (file, document, place in it) whatever order they came in."""
    return World(
        environment=environment,
        manifests=_ordered(manifests),
        documents=_ordered(documents),
        closed=closed,
        foreign=foreign,
        kubernetes_version=kubernetes_version,
        facts=facts or {},
        repository=repository,
        patches=_ordered(patches),
        given_selectors=frozenset(given_selectors),
        generated=_ordered(generated),
        kustomizations=_ordered(kustomizations),
        beside=beside or {},
        listed=frozenset(listed),
    )


def _ordered(manifests: Iterable[Manifest]) -> tuple[Manifest, ...]:
    return tuple(sorted(manifests, key=lambda manifest: (manifest.file, manifest.index, manifest.base)))
