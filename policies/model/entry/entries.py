"""The ways in: a port of the host, the port of a node that it leads to, and what listens there."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.model.entry.clusters import CONTROL_PLANE, Cluster, ClusterNode, Mapping, cluster_of
from crema.policies.model.entry.controllers import Controller, controllers
from crema.policies.model.entry.host_ports import Claim, claims, is_per_node, replicas_of
from crema.policies.model.entry.placement import obstacle, room_for
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.pods import PodTemplate
from crema.policies.model.routes.route import Backend
from crema.policies.model.services import Ending, ending
from crema.policies.model.whole import whole
from crema.policies.model.world import World

OF_EVERY_NODE: Final = {10249: "kube-proxy", 10250: "the kubelet", 10256: "kube-proxy"}
OF_CONTROL_PLANES: Final = {
    2379: "etcd",
    2380: "etcd",
    2381: "etcd",
    6443: "the API server",
    10257: "the controller manager",
    10259: "the scheduler",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePort:
    """A port that a Service holds on every node. port: the entry of `spec.ports`; `local`: only where its own pods are."""

    service: Manifest
    port: Node
    number: int
    protocol: str
    way: Ending
    local: bool

    def __str__(self) -> str:
        """`NodePort 30080 of Service shop/frontend`, as reports write it."""
        return f"NodePort {self.number} of Service {self.service.ref.namespace}/{self.service.ref.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """What answers at a port of a node: pods that hold the port, or a Service that leads there to pods of its own."""

    pod: PodTemplate | None
    claim: Claim | None = None
    node_port: NodePort | None = None
    number: int | None = None

    def __str__(self) -> str:
        """The hop in words."""
        if self.node_port is not None:
            return str(self.node_port) if self.pod is None else f"{self.node_port} → {self.pod.manifest}:{self.number}"
        return str(self.claim)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One way in. listeners: those that are on that node; controllers: the controllers among them."""

    cluster: Cluster
    node: ClusterNode
    mapping: Mapping
    listeners: tuple[Listener, ...]
    controllers: tuple[Controller, ...]

    @property
    def hops(self) -> tuple[str, ...]:
        """Host port → node port → what listens, one hop each."""
        host = f"port {self.mapping.host} of the host" if self.mapping.host else "a random port of the host"
        return (host, f"{self.node.name}:{self.mapping.port}", *(str(listener) for listener in self.listeners))


def entries(world: World) -> Iterator[Entry]:
    """Every port of the host that kind's configuration maps, with what listens behind it."""
    return world.once(_entries)


def node_ports(world: World) -> dict[tuple[int, str], tuple[NodePort, ...]]:
    """Every port that Services of the whole world ask for on nodes, by number and protocol."""
    return world.derived(_node_ports)


def _entries(world: World) -> Iterator[Entry]:
    cluster = cluster_of(world)
    known = {key_of(controller.pod): controller for controller in controllers(world)}
    for node, mapping in () if cluster is None else cluster.mappings:
        found = (*_listeners(world, node, mapping),)
        there = [known[key_of(each.pod)] for each in found if each.pod is not None and key_of(each.pod) in known]
        if cluster is not None:
            yield Entry(cluster=cluster, node=node, mapping=mapping, listeners=found, controllers=tuple(there))


def key_of(pod: PodTemplate) -> tuple[Manifest, str]:
    """What tells one template from every other."""
    return pod.manifest, pod.spec.pointer


def _listeners(world: World, node: ClusterNode, mapping: Mapping) -> Iterator[Listener]:
    """The pods on a node that hold a port of it, and the Services that do."""
    for claim in claims(world).get((mapping.port, mapping.protocol), ()):
        if surely_on(world, claim.pod, node):
            yield Listener(pod=claim.pod, claim=claim, number=claim.number)
    for held in node_ports(world).get((mapping.port, mapping.protocol), ()):
        pods = [pod for pod in held.way.pods if not held.local or surely_on(world, pod, node)]
        for pod in pods:
            yield Listener(pod=pod, node_port=held, number=held.way.number)
        if not held.way.pods and held.way.arrives:
            yield Listener(pod=None, node_port=held)


def surely_on(world: World, pod: PodTemplate, node: ClusterNode) -> bool:
    """Whether a pod of this template is on a node: it may run there, and there are so many of them that none is left out."""
    if obstacle(pod, node) is not None:
        return False
    room, wanted = room_for(world, pod), replicas_of(pod)
    return is_per_node(pod) or room is None or (wanted is not None and wanted >= room.count)


def reserved(cluster: Cluster | None, node: ClusterNode | None, number: int) -> str:
    """Who of Kubernetes itself holds a port of a node; empty for a free one."""
    if number in OF_EVERY_NODE:
        return OF_EVERY_NODE[number]
    there = cluster is not None and (node is None or node.role == CONTROL_PLANE)
    return OF_CONTROL_PLANES.get(number, "") if there else ""


def _node_ports(world: World) -> dict[tuple[int, str], tuple[NodePort, ...]]:
    found: defaultdict[tuple[int, str], list[NodePort]] = defaultdict(list)
    for service in whole(world).world.of("", "Service"):
        spec = service.root.get("spec")
        for port in spec.items("ports") if spec is not None else ():
            number = port.get("nodePort")
            if spec is None or number is None or type(number.value) is not int or not number.value:
                continue
            written = port.get("port")
            backend = Backend(namespace=service.ref.namespace, name=service.ref.name, port="" if written is None else str(written.value))
            held = NodePort(
                service=service,
                port=port,
                number=number.value,
                protocol=port.text("protocol") or "TCP",
                way=ending(world, backend),
                local=spec.text("externalTrafficPolicy") == "Local",
            )
            found[held.number, held.protocol].append(held)
    return {key: tuple(held) for key, held in found.items()}
