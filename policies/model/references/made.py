"""Whether what a reference names is made by something, and if nothing makes it, whether that can be known here.

A person may make a Secret by hand: that one is not in somebody's directory says little, unless the directory itself shows what was
meant: a creator that nobody asks for, whose name is nearly the same.
"""

import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Final, Literal

from crema.policies.engine.nearest import nearest
from crema.policies.model.manifest import Ref
from crema.policies.model.references.alike import alike
from crema.policies.model.references.creator import Creator
from crema.policies.model.references.creators import Creators, built_in, creators
from crema.policies.model.references.every import references
from crema.policies.model.references.reference import Reference
from crema.policies.model.templates import has_marks, is_placeholder
from crema.policies.model.whole import complete, whole
from crema.policies.model.world import World

Verdict = Literal["made", "missing", "unknown"]
_BY_HAND: Final = frozenset({"Secret"})
"""Kinds that people make with kubectl and keep out of git on purpose."""
_OFTEN_ELSEWHERE: Final = frozenset({"ServiceAccount"})
"""Kinds that other tools make as well: eksctl and Terraform make accounts together with their roles in the cloud."""
_OF_CLUSTER: Final = frozenset(
    {"ClusterIssuer", "ClusterRole", "ClusterSecretStore", "ClusterGenerator", "PriorityClass", "RuntimeClass", "StorageClass"}
)
_KEYED: Final = frozenset({"Secret", "ConfigMap"})
_PAIRED: Final = _KEYED | {"PriorityClass", "StorageClass"}
_OF_CLOUDS: Final = frozenset(
    {
        *("gp2", "gp3", "standard", "standard-rwo", "premium-rwo", "default", "managed", "managed-csi", "managed-premium", "azurefile"),
        *("local-path", "longhorn", "hostpath", "do-block-storage", "linode-block-storage", "hcloud-volumes"),
    }
)
"""StorageClasses that clusters come with."""
_OF_NAMESPACE: Final = frozenset({"SecretStore", "Issuer"})
_BINDINGS: Final = frozenset({"RoleBinding", "ClusterRoleBinding"})
_OF_KUBERNETES: Final = frozenset({"kube-system", "kube-public", "kube-node-lease"})
_ANY: Final = frozenset({"", "default"})
"""Namespaces that in somebody's directory may stand for many: examples of separate things leave them out."""
_MANY: Final = 8
_CLOSE: Final = 0.65
_PLACEHOLDERS: Final = ("$", "<", "{")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The answer. by: the creators. meant: in a missing one's place, what is there and nobody asks for, empty where there is nothing
    alike.
    """

    verdict: Verdict
    by: tuple[Creator, ...] = ()
    meant: str = ""


def made(world: World, reference: Reference) -> Made:
    """Whether something makes what a reference names, in this world with what its charts bring."""
    ref = reference.ref
    index = creators(whole(world).world)
    by = index.of(ref, anywhere=not world.closed)
    if by or built_in(ref) or (ref.kind == "PersistentVolumeClaim" and index.claim(ref.namespace, ref.name)):
        return Made(verdict="made", by=by)
    if _is_template(ref.name) or _is_template(ref.namespace) or _owned(index, ref):
        return Made(verdict="unknown")
    meant = _meant(world, index, reference)
    if (
        meant
        or _is_elsewhere(world, index, reference)
        or (_known(world, reference) and (world.closed or _is_here(world, index, reference)))
    ):
        return Made(verdict="missing", meant=meant)
    return Made(verdict="unknown")


def hint(answer: Made, world: World, ref: Ref) -> str:
    """What to add to a message about a missing thing: what is meant, or where there is one of that name."""
    if answer.meant:
        return f"; did you mean {answer.meant}?"
    index = creators(whole(world).world)
    spaces = index.spaces.get((ref.group, ref.kind, ref.name), ())
    elsewhere = next((space for space in spaces if space and space != ref.namespace), "")
    if elsewhere and ref.namespace:
        return f"; one of that name is made in namespace {elsewhere}"
    names = index.names.get((ref.group, ref.kind, ref.namespace), frozenset())
    if ref.kind in _OF_CLUSTER:
        return nearest(ref.name, names) if 0 < len(names) < _MANY else ""
    close = get_close_matches(ref.name, sorted(names), n=1, cutoff=_CLOSE)
    return f"; did you mean {close[0]}?" if close else ""


def hops(reference: Reference, by: tuple[Creator, ...] = ()) -> tuple[str, ...]:
    """The path from who asks to the origin of the value."""
    return (reference.by, reference.target, *(by[0].hops if by else ()))


def _known(world: World, reference: Reference) -> bool:
    """Whether what is not here does not exist. Kubernetes makes things of its own in its namespaces."""
    ref = reference.ref
    if ref.namespace in _OF_KUBERNETES:
        return False
    return world.closed if ref.kind in _OF_CLUSTER else complete(world, ref.namespace)


def _is_here(world: World, index: Creators, reference: Reference) -> bool:
    """Whether somebody's directory would hold the thing, if there was one."""
    ref, manifest = reference.ref, reference.manifest
    if ref.kind in _BY_HAND or manifest.origin == "rendered":
        return False
    if ref.namespace in _ANY and len(world.derived(_folders).get(ref.namespace, ())) > 1:
        return False
    others = bool(index.names.get((ref.group, ref.kind, ref.namespace)))
    return others or (ref.kind not in _OFTEN_ELSEWHERE and manifest.ref.group in {"", "apps", "batch", "autoscaling"})


def _folders(world: World) -> Mapping[str, frozenset[str]]:
    """Namespace → the folders in which workloads of it stand."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for pod in world.pod_templates:
        found[pod.manifest.ref.namespace].add(os.path.dirname(pod.manifest.file))
    return {namespace: frozenset(folders) for namespace, folders in found.items()}


def _is_elsewhere(world: World, index: Creators, reference: Reference) -> bool:
    """Whether a thing that only its own namespace can use is in one other namespace and nowhere else: an account that a binding names,
    a store or an issuer of a namespace that is all here.
    """
    ref, kind = reference.ref, reference.manifest.ref.kind
    spaces = [*islice((space for space in index.spaces.get((ref.group, ref.kind, ref.name), ()) if space), 2)]
    if len(spaces) != 1 or spaces[0] == ref.namespace:
        return False
    bound = kind in _BINDINGS and ref.kind == "ServiceAccount"
    return bound or (ref.kind in _OF_NAMESPACE and complete(world, ref.namespace))


def _is_template(name: str) -> bool:
    return is_placeholder(name) or has_marks(name) or any(mark in name for mark in _PLACEHOLDERS)


def _owned(index: Creators, ref: Ref) -> bool:
    """Whether an operator's object is here that may make it: names of what operators make begin with those of their objects."""
    if ref.kind not in {"Secret", "ConfigMap", "ServiceAccount", "PersistentVolumeClaim"}:
        return False
    return any(ref.name == name or ref.name.startswith(f"{name}-") for name in index.owned.get(ref.namespace, ()))


def _meant(world: World, index: Creators, reference: Reference) -> str:
    """The one thing of this kind and namespace that nobody refers to, and that is meant: its name is nearly the same, or it is the only
    one left over while this is the only one that lacks. Empty where there is none.
    """
    ref, asked = reference.ref, world.derived(_asked)
    for name in sorted(index.names.get((ref.group, ref.kind, ref.namespace), ())):
        other = Ref(group=ref.group, kind=ref.kind, namespace=ref.namespace, name=name)
        if name[:1] == ref.name[:1] and other not in asked and alike(name, ref.name):
            return name
    here = complete(world, ref.namespace or reference.manifest.ref.namespace)
    return world.derived(_only_pairs).get(ref, "") if here and ref.name not in _OF_CLOUDS else ""


def _only_pairs(world: World) -> Mapping[Ref, str]:
    """Of each kind and namespace the one thing that is asked for and not made, with the name of the one that is made and not asked for;
    of Secrets and ConfigMaps only one that has every key that is read.
    """
    index, asked = creators(whole(world).world), world.derived(_asked)
    keys: defaultdict[Ref, set[str]] = defaultdict(set)
    for reference in references(world):
        if reference.ref.kind in _PAIRED and not reference.optional and not index.of(reference.ref, anywhere=True):
            keys[reference.ref] |= {reference.key} - {""}
    missing: defaultdict[tuple[str, str, str], list[Ref]] = defaultdict(list)
    for ref in keys:
        missing[ref.group, ref.kind, ref.namespace].append(ref)
    found = {}
    for (group, kind, namespace), refs in missing.items():
        names = index.names.get((group, kind, namespace), frozenset())
        others = (Ref(group=group, kind=kind, namespace=namespace, name=name) for name in names)
        spare = [creator for other in others if other not in asked for creator in index.made.get(other, ())]
        if len(refs) == 1 and len(spare) == 1 and _fits(keys[refs[0]], spare[0], keyed=kind in _KEYED):
            found[refs[0]] = spare[0].ref.name
    return found


def _fits(keys: set[str], spare: Creator, *, keyed: bool) -> bool:
    return (bool(keys) and keys <= (spare.keys or frozenset())) if keyed else True


def _asked(world: World) -> frozenset[Ref]:
    """Everything that some reference names."""
    return frozenset(reference.ref for reference in references(world))
