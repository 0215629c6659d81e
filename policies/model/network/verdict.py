"""Whether a connection gets through: every policy that selects a pod is asked, and one that permits is enough.

https://kubernetes.io/docs/concepts/services-networking/network-policies/#the-two-sorts-of-pod-isolation
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Final

from crema.policies.model.manifest import Ref
from crema.policies.model.network.end import End
from crema.policies.model.network.policy import GROUPS, Direction, NetworkPolicy, Rule, policy_of
from crema.policies.model.network.selector import MADE_AT_RUN_TIME
from crema.policies.model.network.truth import every, no, some
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_OTHERS: Final = ("cilium.io", "crd.projectcalico.org", "projectcalico.org", "policy.networking.k8s.io", "crd.antrea.io")
"""Groups with policies of other kinds, which may permit what these do not."""
_COMPONENTS: Final = "components"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Connection:
    """What one end asks of the other: a port of its pods, not of its Service."""

    caller: End
    callee: End
    port: int
    protocol: str = "TCP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What policies say of one side of a connection. `isolating`: those that select the pod on that side."""

    permitted: bool | None
    isolating: tuple[NetworkPolicy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Side:
    """What policies say of one pod in one direction: whether they isolate it, and their rules by a label that each of their peers asks for
    (None: by none), so that of many rules for one pod only a few are looked at for each of its callers.
    """

    own: End
    isolated: bool | None
    isolating: tuple[NetworkPolicy, ...]
    by_label: Mapping[tuple[str, str] | None, list[tuple[bool | None, Rule]]]

    @classmethod
    def of(cls, own: End, selecting: tuple[tuple[NetworkPolicy, bool | None], ...], direction: Direction) -> _Side:
        """Of the policies that select the pod. It is kept with them, for its identity is the key under which this is known."""
        found: defaultdict[tuple[str, str] | None, list[tuple[bool | None, Rule]]] = defaultdict(list)
        for policy, truth in selecting:
            for rule in policy.rules(direction) or ():
                for pair in _asked(rule):
                    found[pair].append((truth, rule))
        isolated = some(truth for _, truth in selecting)
        return cls(own=own, isolated=isolated, isolating=tuple(policy for policy, _ in selecting), by_label=dict(found))

    def rules(self, other: End) -> Iterator[tuple[bool | None, Rule]]:
        """The rules that may mean the other end."""
        if other.labels is None or other.on_host:
            yield from self.by_label.get(None, ())
        elif other.labels.open:
            yield from (pair for pairs in self.by_label.values() for pair in pairs)
        else:
            for key in (None, *other.labels.carried.items()):
                yield from self.by_label.get(key, ())


def _asked(rule: Rule) -> frozenset[tuple[str, str] | None]:
    """One label for each peer that pods have to carry to be meant; None where one of them, or everybody, is meant without."""
    if not rule.peers:
        return frozenset({None})
    pairs = ([pair for pair in peer.pods.pairs if pair[0] not in MADE_AT_RUN_TIME] if peer.pods else [] for peer in rule.peers)
    return frozenset(next(iter(found), None) for found in pairs)


class Network:
    """The NetworkPolicies of a world, found by the labels that they select."""

    def __init__(self, policies: Iterable[NetworkPolicy], *, others: bool = False, apart: Set[PurePath] | None = None) -> None:
        """`others`: policies of other kinds permit more. `apart`: what names no namespace is together only where its files are; these
        are the folders with pods.
        """
        self.policies = tuple(policies)
        self._others, self._apart = others, apart
        self._sides: dict[tuple[int, Direction], _Side] = {}
        by_label: defaultdict[tuple[str, tuple[str, str] | None], list[NetworkPolicy]] = defaultdict(list)
        for policy in self.policies:
            pairs = (pair for pair in policy.selector.pairs if pair[0] not in MADE_AT_RUN_TIME)
            by_label[policy.manifest.ref.namespace, next(pairs, None)].append(policy)
        self._by_label: Mapping[tuple[str, tuple[str, str] | None], list[NetworkPolicy]] = dict(by_label)

    def selecting(self, end: End, direction: Direction) -> tuple[tuple[NetworkPolicy, bool | None], ...]:
        """The policies that isolate a pod in a direction; None beside one that only may."""
        if end.labels is None or end.on_host:
            return ()
        if end.labels.open:
            near = [policy for policy in self.policies if policy.manifest.ref.namespace == end.namespace]
        else:
            keys = (None, *end.labels.carried.items())
            near = [policy for key in keys for policy in self._by_label.get((end.namespace, key), ())]
        if not end.namespace and self._apart is not None and end.pod is not None:
            near = [policy for policy in near if _together(policy.manifest.file, end.pod.manifest.file, self._apart)]
        found = ((policy, policy.selects(end)) for policy in near if policy.rules(direction) is not None)
        return tuple(pair for pair in found if pair[1] is not False)

    def verdict(self, connection: Connection, direction: Direction) -> Verdict:
        """Whether a connection is permitted on one side of it: `ingress` is the callee's, `egress` the caller's."""
        own, other = (connection.callee, connection.caller) if direction == "ingress" else (connection.caller, connection.callee)
        side = self._side(own, direction)
        if side.isolated is False:
            return Verdict(permitted=True)
        granted = some(
            every((truth, rule.takes(connection.callee, connection.port, connection.protocol), rule.means(other)))
            for truth, rule in side.rules(other)
        )
        if granted is None and (halves := tuple(other.halves())):
            granted = every(self.verdict(_with(connection, half, direction), direction).permitted for half in halves)
        permitted = some((no(side.isolated), granted))
        return Verdict(permitted=None if permitted is False and self._others else permitted, isolating=side.isolating)

    def _side(self, own: End, direction: Direction) -> _Side:
        """What is said of a pod in a direction, put together once."""
        known = self._sides.get((id(own), direction))
        if known is None:
            known = self._sides[id(own), direction] = _Side.of(own, self.selecting(own, direction), direction)
        return known


def _with(connection: Connection, other: End, direction: Direction) -> Connection:
    return replace(connection, caller=other) if direction == "ingress" else replace(connection, callee=other)


def network(world: World) -> Network:
    """The policies of the whole world, what charts bring included, read once.

    In somebody's directory one policy written twice stands for two environments, of which one is taken.
    """
    return world.derived(_network)


def _network(world: World) -> Network:
    every_one = whole(world).world
    found: dict[Ref, NetworkPolicy] = {}
    for group in GROUPS:
        for manifest in every_one.of(group, "NetworkPolicy"):
            if manifest.ref not in found:
                found[manifest.ref] = policy_of(manifest)
    others = any(manifest.ref.group in _OTHERS for manifest in every_one.manifests)
    with_pods = frozenset(PurePath(pod.manifest.file).parent for pod in every_one.pod_templates)
    return Network(found.values(), others=others, apart=None if world.closed else with_pods)


def _together(one: str, other: str, with_pods: Set[PurePath]) -> bool:
    """Whether the file of a policy and that of a pod are of one thing that is applied: in one folder, or one above the other; or the policy
    in a folder beside it that has no pods of its own. Two components of kustomize are no such thing: each is a choice of its own.
    """
    folder, others = PurePath(one).parent, PurePath(other).parent
    chosen = {path.parts[path.parts.index(_COMPONENTS) + 1 :][:1] for path in (folder, others) if _COMPONENTS in path.parts}
    if len(chosen) > 1:
        return False
    beside = folder.parent == others.parent and folder not in with_pods
    return beside or folder.is_relative_to(others) or others.is_relative_to(folder)
