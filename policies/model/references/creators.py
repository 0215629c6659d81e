"""Everything that a world makes: an index of creators by what they make."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from crema.policies.model.facts import fact
from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.references.creator import EVERYWHERE, Creator
from crema.policies.model.references.external import external_creators
from crema.policies.model.references.operators import is_copied, operator_creators, owners, writes_connection
from crema.policies.model.references.reference import SCHEDULING, STORAGE, said
from crema.policies.model.world import World

_BUILT_IN: Final = frozenset(
    {
        ("", "ServiceAccount", "default"),
        ("", "ConfigMap", "kube-root-ca.crt"),
        (SCHEDULING, "PriorityClass", "system-cluster-critical"),
        (SCHEDULING, "PriorityClass", "system-node-critical"),
        *(("rbac.authorization.k8s.io", "ClusterRole", name) for name in ("cluster-admin", "admin", "edit", "view")),
    }
)
_SYSTEM_ROLE: Final = "system:"
_HOLD_KEYS: Final = {"Secret": ("data", "stringData"), "ConfigMap": ("data", "binaryData")}
_TOKEN_TYPE: Final = "kubernetes.io/service-account-token"
_OF_TOKEN: Final = frozenset({"token", "ca.crt", "namespace", "service-ca.crt"})
_DEFAULT_CLASS: Final = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Creators:
    """What a world makes. names: by group, kind and namespace the names that there are. spaces: by group, kind and name the namespaces.
    owned: namespace → names of the objects of operators. claims: namespace → the beginnings of the names of claims that StatefulSets
    make. default_class: whether some StorageClass is the default one.
    """

    made: Mapping[Ref, tuple[Creator, ...]]
    names: Mapping[tuple[str, str, str], frozenset[str]]
    spaces: Mapping[tuple[str, str, str], tuple[str, ...]]
    owned: Mapping[str, tuple[str, ...]]
    claims: Mapping[str, tuple[str, ...]]
    default_class: bool

    def of(self, ref: Ref, *, anywhere: bool) -> tuple[Creator, ...]:
        """What makes an object. `anywhere`: a namespace that is not written may be any."""
        found = (*self.made.get(ref, ()), *self.made.get(_in(ref, EVERYWHERE), ()))
        if found or not anywhere:
            return found
        if ref.namespace:
            return self.made.get(_in(ref, ""), ())
        return tuple(c for space in self.spaces.get((ref.group, ref.kind, ref.name), ()) for c in self.made.get(_in(ref, space), ()))

    def claim(self, namespace: str, name: str) -> bool:
        """Whether a StatefulSet makes this claim: <template>-<set>-<number>."""
        stem, _, number = name.rpartition("-")
        return number.isdecimal() and stem in self.claims.get(namespace, ())


def creators(world: World) -> Creators:
    """Everything that a world makes, indexed once. Ask it of a world with what its charts bring."""
    return world.derived(_creators)


def built_in(ref: Ref) -> bool:
    """Whether Kubernetes makes it by itself."""
    by_system = ref.kind in {"ClusterRole", "Role"} and ref.name.startswith(_SYSTEM_ROLE)
    return by_system or (ref.group, ref.kind, ref.name) in _BUILT_IN


def _in(ref: Ref, namespace: str) -> Ref:
    return Ref(group=ref.group, kind=ref.kind, namespace=namespace, name=ref.name)


def _creators(world: World) -> Creators:
    made: defaultdict[Ref, list[Creator]] = defaultdict(list)
    names: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for find in (_written, external_creators, operator_creators, writes_connection, _supplied):
        for creator in find(world):
            made[creator.ref].append(creator)
            names[creator.ref.group, creator.ref.kind, creator.ref.namespace].add(creator.ref.name)
    spaces: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for ref in made:
        spaces[ref.group, ref.kind, ref.name].append(ref.namespace)
    claims: defaultdict[str, list[str]] = defaultdict(list)
    for manifest in world.of("apps", "StatefulSet"):
        for template in manifest.root.items("spec", "volumeClaimTemplates"):
            claims[manifest.ref.namespace].append(f"{template.text('metadata', 'name')}-{manifest.ref.name}")
    return Creators(
        made={ref: tuple(found) for ref, found in made.items()},
        names={key: frozenset(found) for key, found in names.items()},
        spaces={key: tuple(sorted(found)) for key, found in spaces.items()},
        owned=owners(world),
        claims={namespace: tuple(found) for namespace, found in claims.items()},
        default_class=_has_default_class(world),
    )


def _written(world: World) -> Iterator[Creator]:
    """Every object that is written here makes itself; kustomize's generators make theirs."""
    patched: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for patch in world.patches:
        for field in _HOLD_KEYS.get(patch.ref.kind, ()) if not patch.ref.group else ():
            held = patch.body.get(field)
            patched[patch.ref.kind, patch.ref.name] |= held.keys() if isinstance(held, dict) else set()
    for manifest in (*world.manifests, *world.generated):
        ref, keys = manifest.ref, _keys_of(manifest)
        more = patched.get((ref.kind, ref.name)) if not ref.group else None
        yield Creator(ref=ref, manifest=manifest, keys=keys | more if keys is not None and more else keys)
        if _HOLD_KEYS.get(ref.kind) and not ref.group and is_copied(manifest):
            yield Creator(ref=_in(ref, EVERYWHERE), manifest=manifest, keys=keys, hops=(said(ref),))


def _keys_of(manifest: Manifest) -> frozenset[str] | None:
    """The keys of a Secret or ConfigMap. An empty one is filled by somebody else."""
    fields = _HOLD_KEYS.get(manifest.ref.kind, ()) if not manifest.ref.group else ()
    if not fields:
        return None
    held = [manifest.body.get(field) for field in fields]
    keys = {key for field in held if isinstance(field, dict) for key in field}
    if manifest.body.get("type") == _TOKEN_TYPE:
        return frozenset(keys) | _OF_TOKEN
    odd = any(field is not None and not isinstance(field, dict) for field in held)
    return None if odd or not keys or any("{{" in key or "$" in key for key in keys) else frozenset(keys)


def _supplied(world: World) -> Iterator[Creator]:
    """What a person or another program brings, as facts say."""
    secrets: Any = fact(world.facts, "supplied_secrets") or {}
    for each in secrets.values():
        ref = Ref(group="", kind="Secret", namespace=str(each.get("namespace")), name=str(each.get("name")))
        yield Creator(ref=ref, manifest=None, keys=frozenset(each.get("keys", ())), hops=("a person supplies it (facts)",))
    for name in fact(world.facts, "storage_classes") or {}:
        yield Creator(ref=Ref(group=STORAGE, kind="StorageClass", namespace="", name=str(name)), manifest=None, hops=("facts",))


def _has_default_class(world: World) -> bool:
    said_so: Any = fact(world.facts, "storage_classes") or {}
    if any(each.get("default") is True for each in said_so.values()):
        return True
    for manifest in world.of(STORAGE, "StorageClass"):
        annotations = manifest.root.get("metadata", "annotations")
        marks = annotations.texts() if annotations is not None else {}
        if any(marks.get(key) == "true" for key in _DEFAULT_CLASS):
            return True
    return False
