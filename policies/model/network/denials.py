"""Needed connections that NetworkPolicies do not permit, and which of the policies' rules is nearest to permitting them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.model.network.end import End
from crema.policies.model.network.needs import Kind, Need, needs
from crema.policies.model.network.policy import DIRECTIONS, Direction, NetworkPolicy, Ports, Rule
from crema.policies.model.network.selected import selects_nobody
from crema.policies.model.network.verdict import Connection, network
from crema.policies.model.node import Node
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_SHOWN: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """A need on one side of its connection. permitted: what the policies say; isolating: those that select the pod there."""

    need: Need
    direction: Direction
    permitted: bool | None
    isolating: tuple[NetworkPolicy, ...]

    def __str__(self) -> str:
        """The need and the side."""
        return f"{self.need}, {self.direction}"

    def node(self, world: World) -> Node:
        """Where to permit it: the ports or peers of the rule that is nearest to it, else the policy that isolates."""
        policy, rule, ports = self._nearest(world)
        if rule is not None:
            key = "ports" if ports else "from" if self.direction == "ingress" else "to"
            return rule.node.get(key) or rule.node
        root = policy.manifest.root
        return root.get("spec", self.direction) or root.get("spec", "policyTypes") or root.get("spec") or root

    def hop(self, world: World) -> str:
        """The policy where the way ends."""
        return f"{self._nearest(world)[0]} ({self.direction})"

    def message(self, world: World) -> str:
        """Who does not reach whom, why that is needed, and what the policies permit instead."""
        connection, one = self.need.connection, self.need.connection.caller
        port = str(connection.port) if connection.protocol == "TCP" else f"{connection.port}/{connection.protocol}"
        names = [policy.manifest.ref.name for policy in self.isolating]
        listed = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
        if len(names) > 1:
            said = f"of the NetworkPolicies {listed} none " + ("admits it" if self.direction == "ingress" else "lets it out")
        else:
            said = f"NetworkPolicy {listed} does not " + ("admit it" if self.direction == "ingress" else "let it out")
        said = f"{one} does not reach {connection.callee} on port {port} ({self.need.what}): {said}"
        return said + self._instead(world)

    def _instead(self, world: World) -> str:
        policy, rule, ports = self._nearest(world)
        other = self.need.connection.caller if self.direction == "ingress" else self.need.connection.callee
        if rule is None:
            return ""
        named = f"; {policy.manifest.ref.name} permits"
        if ports:
            return f"{named} it on port {', '.join(map(str, rule.ports))} only"
        peers = ", ".join(map(str, rule.peers))
        if other.on_host:
            return f"{named} {peers}, and it has the address of its node, which no selector means"
        if other.labels is None:
            return f"{named} {peers}"
        return f"{named} {peers}" + (", of which there are none" if all(selects_nobody(world, peer) for peer in rule.peers) else "")

    def _nearest(self, world: World) -> tuple[NetworkPolicy, Rule | None, bool]:
        """The policy and rule to look at, and whether it is the ports that differ."""
        connection = self.need.connection
        other = connection.caller if self.direction == "ingress" else connection.callee
        best: tuple[int, NetworkPolicy, Rule | None, bool] = (0, self.isolating[0], None, False)
        for policy in self.isolating:
            for rule in policy.rules(self.direction) or ():
                means, takes = rule.means(other), rule.takes(connection.callee, connection.port, connection.protocol)
                rank = 0
                if means is True and takes is False and any(_is_like(one, connection) for one in rule.ports):
                    rank = 5 + any(peer.pods is not None and peer.pods.requirements for peer in rule.peers)
                elif takes is True and means is not True:
                    rank = _likeness(world, rule, other)
                if rank > best[0]:
                    best = (rank, policy, rule, rank >= 5)
        return best[1:]


def _likeness(world: World, rule: Rule, other: End) -> int:
    """How likely a rule was meant for the other end: addresses for addresses, pods for pods, and before all what means nobody."""
    if all(selects_nobody(world, peer) for peer in rule.peers):
        return 4
    if other.labels is None or other.on_host:
        return 3 if any(peer.block is not None for peer in rule.peers) else 2 if any(peer.spaces is not None for peer in rule.peers) else 1
    return 2 if any(peer.pods is not None or peer.spaces is not None for peer in rule.peers) else 1


def _is_like(port: Ports, connection: Connection) -> bool:
    """Whether a port that is not the one that is asked may have been meant for it: DNS was not meant for HTTP."""
    return port.protocol == connection.protocol or port.first == connection.port


def judged(world: World, kind: Kind) -> Iterator[Judged]:
    """Each side of each needed connection of a kind, where some policy isolates; a connection that several things need, once."""
    policies, seen = network(world), set[tuple[int, int, int, str]]()
    for need in needs(world):
        one = need.connection
        key = (id(one.caller), id(one.callee), one.port, one.protocol)
        if need.kind != kind or key in seen or (one.caller.pod is not None and one.caller.pod is one.callee.pod):
            continue
        seen.add(key)
        for direction in DIRECTIONS:
            verdict = policies.verdict(one, direction)
            if verdict.isolating:
                yield Judged(need=need, direction=direction, permitted=verdict.permitted, isolating=verdict.isolating)


def place(world: World, node: Node) -> Node:
    """Where a finding can point: into a policy that is written here, else to the chart that brings it."""
    return whole(world).place(node)
