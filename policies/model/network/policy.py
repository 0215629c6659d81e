"""NetworkPolicies, read as the API defines them.

https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from crema.policies.model.manifest import Manifest
from crema.policies.model.network.block import Block, network_of
from crema.policies.model.network.end import NAME_LABEL, End
from crema.policies.model.network.selector import Selector, selector_of
from crema.policies.model.network.truth import every, some
from crema.policies.model.node import Node

Direction = Literal["ingress", "egress"]
DIRECTIONS: Final[tuple[Direction, ...]] = ("ingress", "egress")
GROUPS: Final = ("networking.k8s.io", "extensions")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ports:
    """One entry of a rule's `ports`; without a number and a name it is every port of its protocol."""

    node: Node
    protocol: str
    first: int | None = None
    last: int | None = None
    name: str = ""

    def takes(self, callee: End, port: int, protocol: str) -> bool | None:
        """Whether a connection to a port of the callee is meant."""
        if protocol != self.protocol:
            return False
        if self.name:
            return callee.has_port(self.name, protocol, port)
        return self.first is None or self.first <= port <= (self.last or self.first)

    def __str__(self) -> str:
        """As a person writes it: `8000`, `http`, `8000-8010`, `53/UDP`."""
        shown = self.name or (str(self.first) if self.first is not None else "every port")
        ranged = f"{shown}-{self.last}" if self.last and self.last != self.first else shown
        return ranged if self.protocol == "TCP" else f"{ranged}/{self.protocol}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Peer:
    """One entry of `from` or `to`: addresses, or pods of the policy's own or of the selected namespaces."""

    node: Node
    namespace: str
    block: Block | None = None
    pods: Selector | None = None
    spaces: Selector | None = None

    def means(self, other: End) -> bool | None:
        """Whether the other end is meant. A selector never means what has the address of a node or comes from outside."""
        if self.pods is None and self.spaces is None:
            return other.within(self.block) if self.block is not None else False
        if other.labels is None or other.on_host:
            return False
        if self.spaces is None:
            near: bool | None = other.namespace == self.namespace
        else:
            near = False if other.space is None else self.spaces.selects(other.space)
        return every((near, True if self.pods is None or near is False else self.pods.selects(other.labels)))

    def __str__(self) -> str:
        """As a person says it."""
        if self.pods is None and self.spaces is None:
            return f"addresses in {self.block}" if self.block is not None else "nobody"
        pods = "pods" if self.pods is None or not self.pods.requirements else f"pods with {self.pods}"
        if self.spaces is None:
            return f"{pods} of namespace {self.namespace}"
        named = dict(self.spaces.pairs).get(NAME_LABEL) if len(self.spaces.requirements) == 1 else None
        if named:
            return f"{pods} of namespace {named}"
        return f"{pods} of " + (f"namespaces with {self.spaces}" if self.spaces.requirements else "every namespace")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """One entry of `ingress` or `egress`. No peers mean everybody, no ports every port."""

    node: Node
    peers: tuple[Peer, ...]
    ports: tuple[Ports, ...]

    def means(self, other: End) -> bool | None:
        """Whether the other end is among its peers."""
        return True if not self.peers else some(peer.means(other) for peer in self.peers)

    def takes(self, callee: End, port: int, protocol: str) -> bool | None:
        """Whether the port is among its ports."""
        return True if not self.ports else some(one.takes(callee, port, protocol) for one in self.ports)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NetworkPolicy:
    """A NetworkPolicy. `ingress` and `egress`: its rules, None where it does not isolate in that direction."""

    manifest: Manifest
    selector: Selector
    ingress: tuple[Rule, ...] | None
    egress: tuple[Rule, ...] | None

    def rules(self, direction: Direction) -> tuple[Rule, ...] | None:
        """Its rules in one direction."""
        return self.ingress if direction == "ingress" else self.egress

    def selects(self, end: End) -> bool | None:
        """Whether it applies to a pod: one on its node's network is as if it were no pod."""
        if end.labels is None or end.on_host or end.namespace != self.manifest.ref.namespace:
            return False
        return self.selector.selects(end.labels)

    def __str__(self) -> str:
        """The object, as reports name it."""
        return f"NetworkPolicy {self.manifest.ref.namespace}/{self.manifest.ref.name}"


def policy_of(manifest: Manifest) -> NetworkPolicy:
    """The policy of a manifest. Without policyTypes it isolates for ingress, and for egress if it has a rule for that."""
    spec = manifest.root.get("spec")
    if spec is None:
        return NetworkPolicy(manifest=manifest, selector=Selector(), ingress=(), egress=None)
    selected = spec.get("podSelector")
    types = {str(node.value) for node in spec.items("policyTypes")}
    if not types:
        types = {"Ingress", "Egress"} if spec.items("egress") else {"Ingress"}
    namespace = manifest.ref.namespace
    return NetworkPolicy(
        manifest=manifest,
        selector=selector_of(selected) if selected is not None else Selector(),
        ingress=tuple(_rules(spec, "ingress", "from", namespace)) if "Ingress" in types else None,
        egress=tuple(_rules(spec, "egress", "to", namespace)) if "Egress" in types else None,
    )


def _rules(spec: Node, direction: Direction, side: str, namespace: str) -> Iterator[Rule]:
    for rule in spec.items(direction):
        if rule.value is None:
            yield Rule(node=rule, peers=(), ports=())
            continue
        peers = tuple(_peer(peer, namespace) for peer in rule.items(side))
        yield Rule(node=rule, peers=peers, ports=tuple(_ports(port) for port in rule.items("ports")))


def _peer(node: Node, namespace: str) -> Peer:
    block, pods, spaces = (node.get(key) for key in ("ipBlock", "podSelector", "namespaceSelector"))
    return Peer(
        node=node,
        namespace=namespace,
        block=_block(block) if block is not None else None,
        pods=selector_of(pods) if pods is not None else None,
        spaces=selector_of(spaces) if spaces is not None else None,
    )


def _block(node: Node) -> Block | None:
    cidr = network_of(node.text("cidr") or "")
    if cidr is None:
        return None
    excepted = (network_of(str(one.value)) for one in node.items("except"))
    return Block(cidr=cidr, excepted=tuple(one for one in excepted if one is not None))


def _ports(node: Node) -> Ports:
    protocol, port, end = node.text("protocol") or "TCP", node.get("port"), node.get("endPort")
    if port is None:
        return Ports(node=node, protocol=protocol)
    if not isinstance(port.value, int):
        return Ports(node=node, protocol=protocol, name=str(port.value))
    last = end.value if end is not None and isinstance(end.value, int) else None
    return Ports(node=node, protocol=protocol, first=port.value, last=last)
