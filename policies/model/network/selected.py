"""Whom a policy and its peers select."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from crema.policies.model.network.end import NAME_LABEL, space_of
from crema.policies.model.network.policy import NetworkPolicy, Peer
from crema.policies.model.network.selector import MADE_AT_RUN_TIME, Labels, Selector
from crema.policies.model.operated import operated
from crema.policies.model.pods import PodTemplate
from crema.policies.model.whole import complete, whole
from crema.policies.model.world import World

_SYSTEM: Final = frozenset({"default", "kube-node-lease", "kube-public", "kube-system"})
"""Namespaces that every cluster has, with pods that no manifest makes."""


def pods_selected(world: World, namespace: str, selector: Selector) -> list[PodTemplate]:
    """The pods of a namespace that a selector selects, or may."""
    return [pod for pod in _near(world, namespace, selector) if selector.selects(_labels(world, pod)) is not False]


def applies_to_nobody(world: World, policy: NetworkPolicy) -> bool:
    """Whether a policy selects no pod, though all of its namespace is here."""
    namespace = policy.manifest.ref.namespace
    return _whole(world, namespace) and not pods_selected(world, namespace, policy.selector)


def selects_nobody(world: World, peer: Peer) -> bool:
    """Whether the selectors of a peer mean no pod, though all of the namespaces that they could mean are here."""
    if peer.pods is None and peer.spaces is None:
        return False
    spaces = spaces_of(world, peer)
    if spaces is None:
        return False
    return all(_whole(world, space) and not pods_selected(world, space, peer.pods or Selector()) for space in spaces)


def near_miss(world: World, namespace: str, selector: Selector) -> str:
    """Labels that pods of a namespace carry and that a selector nearly says: its key with a like value, its value below a like key."""
    carried = world.derived(_carried).get(namespace, {})
    for key, value in selector.pairs:
        if value in carried.get(key, ()):
            continue
        like = get_close_matches(value, carried.get(key, ()), n=1, cutoff=0.75)
        if like:
            return f"{key}={like[0]}"
        keys = [other for other in get_close_matches(key, carried, n=3, cutoff=0.6) if value in carried[other]]
        if keys:
            return f"{keys[0]}={value}"
    return ""


def _carried(world: World) -> dict[str, dict[str, set[str]]]:
    """The labels that pods carry, by namespace and key."""
    found: dict[str, dict[str, set[str]]] = {}
    for pod in (*whole(world).world.pod_templates, *operated(world)):
        for key, value in pod.labels.items():
            found.setdefault(pod.manifest.ref.namespace, {}).setdefault(key, set()).add(value)
    return found


def spaces_of(world: World, peer: Peer) -> list[str] | None:
    """The namespaces that a peer means; None where that is not known."""
    if peer.spaces is None:
        return [peer.namespace]
    named = dict(peer.spaces.pairs).get(NAME_LABEL)
    if named is not None:
        return [named] if world.closed or named in world.derived(_known) else None
    if not world.closed or not peer.spaces.requirements:
        return None
    return [space for space in world.derived(_known) if peer.spaces.selects(space_of(world, space)) is not False]


def _whole(world: World, namespace: str) -> bool:
    """Whether all pods of a namespace are here with all of their labels."""
    return namespace not in _SYSTEM and complete(world, namespace) and namespace not in world.derived(_relabelled)


def _relabelled(world: World) -> frozenset[str]:
    """The namespaces with pods that kustomize gives more labels."""
    return frozenset(pod.manifest.ref.namespace for pod in whole(world).world.pod_templates if pod.manifest.file in world.given_selectors)


def _near(world: World, namespace: str, selector: Selector) -> Iterable[PodTemplate]:
    pairs = [pair for pair in selector.pairs if pair[0] not in MADE_AT_RUN_TIME]
    found = world.derived(_pods)
    return found.get((namespace, pairs[0] if pairs else None), ())


def _labels(world: World, pod: PodTemplate) -> Labels:
    return Labels(carried=pod.labels, open=pod.manifest.file in world.given_selectors)


def _pods(world: World) -> dict[tuple[str, tuple[str, str] | None], list[PodTemplate]]:
    """Pods by namespace and label (None: whatever they carry), those that an operator makes too."""
    found: dict[tuple[str, tuple[str, str] | None], list[PodTemplate]] = {}
    for pod in (*whole(world).world.pod_templates, *operated(world)):
        for pair in (None, *pod.labels.items()):
            found.setdefault((pod.manifest.ref.namespace, pair), []).append(pod)
    return found


def _known(world: World) -> frozenset[str]:
    every = whole(world).world
    return frozenset({pod.manifest.ref.namespace for pod in every.pod_templates} | {one.ref.name for one in every.of("", "Namespace")})
