"""What NetworkPolicies permit though nothing needs it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.model.network.block import EVERYWHERE, Block
from crema.policies.model.network.end import End, end_of, sources
from crema.policies.model.network.needs import Need, needs
from crema.policies.model.network.policy import DIRECTIONS, Direction, NetworkPolicy, Peer, Ports, Rule
from crema.policies.model.network.resolving import resolving, servers
from crema.policies.model.network.selected import pods_selected, spaces_of
from crema.policies.model.network.selector import Selector
from crema.policies.model.network.verdict import network
from crema.policies.model.node import Node
from crema.policies.model.operated import operated
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_DNS: Final = 53


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grant:
    """One peer of one rule (None: everybody), for the pods that the policy applies to."""

    policy: NetworkPolicy
    direction: Direction
    rule: Rule
    peer: Peer | None

    @property
    def node(self) -> Node:
        """Where it is written."""
        return self.rule.node if self.peer is None else self.peer.node

    def __str__(self) -> str:
        """The policy and whom it permits."""
        return f"{self.policy} {self.direction} {'everybody' if self.peer is None else self.peer}"


def grants(world: World) -> Iterator[Grant]:
    """Every grant of a policy that is written here."""
    every = whole(world)
    for policy in network(world).policies:
        if every.release(policy.manifest) is None:
            for direction in DIRECTIONS:
                for rule in policy.rules(direction) or ():
                    for peer in rule.peers or (None,):
                        yield Grant(policy=policy, direction=direction, rule=rule, peer=peer)


def unneeded(world: World, grant: Grant) -> Iterator[tuple[Node, str]]:
    """What of a grant nothing needs: a place and the reason, at most one for the peer and one for each port."""
    own = [end_of(world, pod) for pod in pods_selected(world, grant.policy.manifest.ref.namespace, grant.policy.selector)]
    into, peer = grant.direction == "ingress", grant.peer
    if peer is not None and (peer.pods is not None or peer.spaces is not None):
        yield from _of_pods(world, grant, peer, own)
        return
    wanted = [need for end in own for need in _by_end(world, grant.direction).get(id(end), ())]
    if peer is None or (peer.block is not None and peer.block.cidr.prefixlen == 0 and not peer.block.excepted):
        outside = any(_other(need, grant.direction).addresses == EVERYWHERE for need in wanted)
        if not outside:
            yield grant.node, "it admits everybody" if into else "it lets out to everywhere"
    else:
        yield from _of_block(world, grant, peer, wanted)


def _of_block(world: World, grant: Grant, peer: Peer, wanted: list[Need]) -> Iterator[tuple[Node, str]]:
    """Addresses: those that ingress traffic comes from, for pods to which requests are routed. Outside, who is called is not known."""
    if grant.direction == "egress" or peer.block is None:
        return
    entering = [need for need in wanted if need.kind == "request"]
    if not entering:
        yield peer.node, f"it admits {peer}, and no request from outside is routed to its pods"
        return
    known = sources(world)
    anybody = any(need.connection.caller.addresses == EVERYWHERE or need.connection.caller.on_host for need in entering)
    if known and not anybody and not any(Block(cidr=one).holds(peer.block.cidr) for one in known):
        yield peer.node, f"it admits {peer}, and ingress traffic comes from {', '.join(map(str, known))} only"
        return
    yield from _ports(grant, [need for need in entering if _other(need, grant.direction).within(peer.block) is not False])


def _of_pods(world: World, grant: Grant, peer: Peer, own: list[End]) -> Iterator[tuple[Node, str]]:
    """Pods: each pair of them has to have a need."""
    if grant.direction == "egress" and any(peer.means(server) for server in servers(world)):
        yield from _names(world, grant, own)
        return
    known, used = world.derived(_by_pair), list[Need]()
    for other in _meant(world, peer):
        for end in own:
            caller, callee = (other, end) if grant.direction == "ingress" else (end, other)
            found = known.get((id(caller), id(callee)), ())
            if not found and caller is not callee:
                yield peer.node, f"it permits {caller} to ask {callee}, and nothing says that it does"
                return
            used += found
    yield from _ports(grant, used)


def _names(world: World, grant: Grant, own: list[End]) -> Iterator[tuple[Node, str]]:
    """DNS: for pods that resolve names, and no more than its port."""
    asking = world.derived(_resolving)
    if own and not any(id(end) in asking for end in own):
        yield grant.node, "it lets its pods out to the cluster's DNS, and none of them calls anything by name"
    if not grant.rule.ports:
        yield grant.rule.node, "it permits every port of the cluster's DNS, which is asked on port 53"
    for port in grant.rule.ports:
        if port.name == "" and (port.first, port.last or port.first) != (_DNS, _DNS) and port.first not in {5353, 9153}:
            yield port.node, f"it permits port {port} of the cluster's DNS, which is asked on port 53"


def _ports(grant: Grant, used: list[Need]) -> Iterator[tuple[Node, str]]:
    """Each port of the rule has to be asked by a need."""
    if not used:
        return
    asked = ", ".join(sorted({str(need.connection.port) for need in used}))
    if not grant.rule.ports:
        yield grant.rule.node, f"it permits every port, and only {asked} is asked"
    for port in grant.rule.ports:
        if not any(port.takes(need.connection.callee, need.connection.port, need.connection.protocol) is not False for need in used):
            yield port.node, f"it permits port {port}, and only {asked} is asked"
        elif _is_range(port):
            yield port.node, f"it permits ports {port}, and only {asked} is asked"


def _is_range(port: Ports) -> bool:
    return not port.name and (port.first is None or (port.last or port.first) != port.first)


def _meant(world: World, peer: Peer) -> Iterator[End]:
    """The pods of the whole world that a peer means."""
    spaces = spaces_of(world, peer)
    if spaces is None:
        pods = [*whole(world).world.pod_templates, *operated(world)]
    else:
        pods = [pod for space in spaces for pod in pods_selected(world, space, peer.pods or Selector())]
    yield from (end for pod in pods if peer.means(end := end_of(world, pod)))


def _other(need: Need, direction: Direction) -> End:
    return need.connection.caller if direction == "ingress" else need.connection.callee


def _by_end(world: World, direction: Direction) -> dict[int, list[Need]]:
    return world.derived(_by_callee if direction == "ingress" else _by_caller)


def _by_callee(world: World) -> dict[int, list[Need]]:
    found: dict[int, list[Need]] = {}
    for need in needs(world):
        found.setdefault(id(need.connection.callee), []).append(need)
    return found


def _by_caller(world: World) -> dict[int, list[Need]]:
    found: dict[int, list[Need]] = {}
    for need in needs(world):
        found.setdefault(id(need.connection.caller), []).append(need)
    return found


def _by_pair(world: World) -> dict[tuple[int, int], list[Need]]:
    found: dict[tuple[int, int], list[Need]] = {}
    for need in needs(world):
        found.setdefault((id(need.connection.caller), id(need.connection.callee)), []).append(need)
    return found


def _resolving(world: World) -> frozenset[int]:
    return frozenset(id(one.caller) for one in resolving(world))
