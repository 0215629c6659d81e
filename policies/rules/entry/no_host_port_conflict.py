"""The policy entry-no-host-port-conflict."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.entry.clusters import CONTROL_PLANE, cluster_of
from crema.policies.model.entry.entries import reserved
from crema.policies.model.entry.host_ports import Claim, claims, is_per_node, replicas_of
from crema.policies.model.entry.placement import Room, is_anywhere, room_for
from crema.policies.model.entry.places import place_of
from crema.policies.model.world import World

_COUNTED: Final = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "Pod"})
_SYSTEM: Final = "kube-system"
_ONE_NODE: Final = {"cluster": {"nodes": {"count": 1, "cpu": "4", "memory": "8Gi"}}}


def _workload(name: str, ports: str, *, kind: str = "DaemonSet", spec: str = "", replicas: int = 1) -> str:
    return f"""
    ---
    apiVersion: apps/v1
    kind: {kind}
    metadata: {{name: {name}, namespace: monitoring}}
    spec:
      replicas: {replicas}
      template:
        metadata: {{labels: {{app: {name}}}}}
        spec: {{{spec}containers: [{{name: {name}, ports: [{ports}]}}]}}
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A port of nodes, and every pod that wants it in one environment."""

    number: int
    protocol: str
    claims: tuple[Claim, ...]

    def __str__(self) -> str:
        """The port, as reports name it."""
        return f"port {self.number}/{self.protocol} of nodes"


class NoHostPortConflict(Policy[Held]):
    """No two pods that come to one node want the same port of it, and none wants one that Kubernetes itself holds.

    Why: a port of a node is given once. The second pod finds no node that has it free and stays Pending for ever; with it goes whatever
    it was for (the way in, a node's metrics).
    Fix: give one of them another port, or take it out of the node's network.
    Source: https://kubernetes.io/docs/concepts/configuration/overview/#services
    """

    id = "entry-no-host-port-conflict"
    basis = "breaks"
    allowed = (
        Example(
            name="two ports, and one port in two protocols",
            manifests=_workload("exporter", "{containerPort: 9100}", spec="hostNetwork: true, ")
            + _workload("agent", "{containerPort: 1, hostPort: 9100, protocol: UDP}, {containerPort: 9100}"),
            closed=True,
        ),
        Example(
            name="two Deployments on three nodes, and three pods for them",
            manifests=_workload("a", "{containerPort: 80, hostPort: 80}", kind="Deployment", replicas=2)
            + _workload("b", "{containerPort: 80, hostPort: 80}", kind="Deployment"),
            facts={"cluster": {"nodes": {"count": 3, "cpu": "4", "memory": "8Gi"}}},
            closed=True,
        ),
        Example(
            name="one port under two addresses, and on nodes of two kinds",
            manifests=_workload("a", "{containerPort: 80, hostPort: 80, hostIP: 127.0.0.1}", spec="nodeSelector: {pool: a}, ")
            + _workload("b", "{containerPort: 80, hostPort: 80, hostIP: 10.0.0.1}", spec="nodeSelector: {pool: a}, ")
            + _workload("c", "{containerPort: 80, hostPort: 80}", spec="nodeSelector: {pool: c}, "),
            closed=True,
        ),
    )
    denied = (
        Denied(
            name="two DaemonSets in the node's network",
            manifests=_workload("exporter", "{containerPort: 9100}", spec="hostNetwork: true, ")
            + _workload("traefik", "{name: metrics, containerPort: 9100}", spec="hostNetwork: true, "),
            closed=True,
            at="DaemonSet/monitoring/traefik",
            pointer="/spec/template/spec/containers/0/ports/0",
            message="DaemonSet/monitoring/traefik (hostNetwork) and DaemonSet/monitoring/exporter (hostNetwork) both want port 9100/TCP of "
            "every node that they share, which one of them does not get",
        ),
        Denied(
            name="more pods than nodes, and a Deployment beside a DaemonSet",
            manifests=_workload("a", "{containerPort: 80, hostPort: 80}", kind="Deployment", replicas=2)
            + _workload("b", "{containerPort: 81, hostPort: 81}")
            + _workload("c", "{containerPort: 81, hostPort: 81, hostIP: 10.0.0.1}", kind="Deployment"),
            facts=_ONE_NODE,
            closed=True,
            at="Deployment/monitoring/a",
            pointer="/spec/replicas",
            message="2 pods of Deployment/monitoring/a want port 80/TCP of a node each, and 1 node has room for them",
            also=(
                Pinned(
                    at="Deployment/monitoring/c",
                    pointer="/spec/template/spec/containers/0/ports/0",
                    message="Deployment/monitoring/c (hostPort) and DaemonSet/monitoring/b (hostPort) both want port 81/TCP of "
                    "every node that they share, which one of them does not get",
                ),
            ),
        ),
        Denied(
            name="a port of the kubelet, and one port in two containers",
            manifests=_workload(
                "agent", "{containerPort: 1, hostPort: 10250}, {containerPort: 2, hostPort: 2}, {containerPort: 3, hostPort: 2}"
            ),
            at="DaemonSet/monitoring/agent",
            pointer="/spec/template/spec/containers/0/ports/0",
            message="DaemonSet/monitoring/agent (hostPort) wants port 10250/TCP of its node, which the kubelet holds",
            also=(
                Pinned(
                    at="DaemonSet/monitoring/agent",
                    pointer="/spec/template/spec/containers/0/ports/2",
                    message="DaemonSet/monitoring/agent (hostPort) wants port 2/TCP of its node twice",
                ),
            ),
        ),
        Denied(
            name="the API server's port of the one node of kind",
            manifests=_workload("agent", "{containerPort: 6443}", spec="hostNetwork: true, "),
            documents={"kind.yaml": "{apiVersion: kind.x-k8s.io/v1alpha4, kind: Cluster}"},
            closed=True,
            at="DaemonSet/monitoring/agent",
            pointer="/spec/template/spec/containers/0/ports/0",
            message="DaemonSet/monitoring/agent (hostNetwork) wants port 6443/TCP of its node, which the API server holds",
        ),
    )

    def targets(self, world: World) -> Iterable[Held]:
        """Every port of nodes that some pod wants."""
        for (number, protocol), held in claims(world).items():
            apart: defaultdict[str, list[Claim]] = defaultdict(list)
            for claim in held:
                # In somebody's directory what stands in two folders may never come to one cluster.
                apart["" if world.closed else str(PurePath(claim.pod.manifest.file).parent)].append(claim)
            for together in apart.values():
                yield Held(number=number, protocol=protocol, claims=tuple(together))

    def judge(self, world: World, target: Held) -> Iterator[Outcome]:
        """Give the port away on every node, DaemonSets first, and name whoever finds none that has it free."""
        holders: defaultdict[object, list[Claim]] = defaultdict(list)
        used: defaultdict[object, int] = defaultdict(int)
        seen: dict[object, Claim] = {}
        for claim in sorted(target.claims, key=_order):
            if (holder := self._system(world, claim)) != "":
                message = f"{claim} wants port {target.number}/{target.protocol} of its node, which {holder} holds"
                yield self.finding(place_of(world, claim.node, "hostPort"), message, path=_hops(target, claim))
                continue
            before = seen.setdefault(claim.pod.manifest.ref, claim)
            if before is not claim:
                same = before.pod.manifest is claim.pod.manifest and before.pod.spec.pointer == claim.pod.spec.pointer
                if same and claim.meets(before):
                    message = f"{claim} wants port {target.number}/{target.protocol} of its node twice"
                    yield self.finding(place_of(world, claim.node, "hostPort"), message, path=_hops(target, claim))
                continue
            yield from self._placed(world, target, claim, holders, used)

    def _system(self, world: World, claim: Claim) -> str:
        """Who of Kubernetes itself holds the port on every node that the pod may come to."""
        if claim.pod.manifest.ref.namespace == _SYSTEM:
            return ""
        cluster, room = cluster_of(world), room_for(world, claim.pod)
        planes = {node.name for node in cluster.nodes if node.role == CONTROL_PLANE} if cluster is not None else set()
        everywhere = room is not None and bool(room.names) and room.names <= planes
        found = reserved(cluster if everywhere else None, None, claim.number)
        return found if claim.protocol == "TCP" else ""

    def _placed(
        self, world: World, target: Held, claim: Claim, holders: defaultdict[object, list[Claim]], used: defaultdict[object, int]
    ) -> Iterator[Outcome]:
        room = room_for(world, claim.pod)
        if is_per_node(claim.pod):
            for node in _nodes(claim, room):
                other = next((each for each in holders[node] if each.meets(claim)), None)
                if other is not None:
                    yield self._both(world, target, claim, other)
                    return
            for node in _nodes(claim, room):
                holders[node].append(claim)
            return
        wanted = replicas_of(claim.pod)
        if claim.pod.manifest.ref.kind not in _COUNTED or not wanted:
            return
        nodes = _nodes(claim, room)
        taken = [next((each for each in holders[node] if each.meets(claim)), None) for node in nodes]
        others = [each for each in taken if each is not None]
        if nodes and len(others) == len(nodes):
            yield self._both(world, target, claim, others[0])
        elif room is not None:
            free = room.count - len(others)
            if wanted > free:
                place = claim.pod.manifest.root.get("spec", "replicas") or claim.node
                pods, have = f"{wanted} pod{'s' if wanted > 1 else ''}", "has" if free == 1 else "have"
                want = "wants" if wanted == 1 else "want"
                message = f"{pods} of {claim.pod.manifest} {want} port {target.number}/{target.protocol} of a node each, and "
                message += f"{free} node{'' if free == 1 else 's'} {have} room for them"
                yield self.finding(place_of(world, place, "replicas"), message, path=_hops(target, claim))
            elif (used[room] + wanted) > free and not claim.address:
                yield self._both(world, target, claim, holders[room][0])
            elif not claim.address:
                used[room] += wanted
                holders[room].append(claim)

    def _both(self, world: World, target: Held, claim: Claim, other: Claim) -> Outcome:
        port = f"port {target.number}/{target.protocol}"
        message = f"{claim} and {other} both want {port} of every node that they share, which one of them does not get"
        there = place_of(world, other.node, "hostPort")
        related = Related(
            manifest=there.manifest, pointer=there.pointer, note=f"{other.pod.manifest} wants it too", inner=there.inner or ""
        )
        return self.finding(place_of(world, claim.node, "hostPort"), message, path=(*_hops(target, claim), str(other)), related=(related,))


def _nodes(claim: Claim, room: Room | None) -> tuple[object, ...]:
    """The nodes that a pod may be on: by name, as one that stands for all, or as those that its selector names."""
    if room is not None and room.names:
        return tuple(sorted(room.names))
    if is_anywhere(claim.pod):
        return ("",)
    selector = claim.pod.spec.texts("nodeSelector")
    plain = claim.pod.spec.get("affinity") is None and claim.pod.spec.get("nodeName") is None
    return (tuple(sorted(selector.items())),) if plain and room is None else ()


def _order(claim: Claim) -> tuple[bool, str, int, str, str]:
    """DaemonSets first, then as they are written."""
    manifest = claim.pod.manifest
    return not is_per_node(claim.pod), manifest.file, manifest.index, str(manifest), claim.node.pointer


def _hops(target: Held, claim: Claim) -> tuple[str, ...]:
    return f"port {target.number}/{target.protocol} of a node", str(claim)
