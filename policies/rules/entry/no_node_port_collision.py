"""The policy entry-no-node-port-collision."""

from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Final

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.entry.entries import NodePort, node_ports
from crema.policies.model.entry.host_ports import claims
from crema.policies.model.entry.places import place_of
from crema.policies.model.world import World

_ON_NODES: Final = frozenset({"NodePort", "LoadBalancer"})


def _service(name: str, ports: str, kind: str = "NodePort", namespace: str = "shop") -> str:
    return f"""
    ---
    apiVersion: v1
    kind: Service
    metadata: {{name: {name}, namespace: {namespace}}}
    spec: {{type: {kind}, selector: {{app: {name}}}, ports: [{ports}]}}
    """


class NoNodePortCollision(Policy[NodePort]):
    """A port of nodes that a Service asks for is one that its type may have, and that no other Service or pod asks for.

    Why: the API server refuses a Service whose nodePort is taken, or whose type has none; of two, what a sync brings first gets it, and
    the other Service is never made.
    Fix: give it a port that is free, or leave nodePort out and let Kubernetes choose.
    Source: https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport
    """

    id = "entry-no-node-port-collision"
    basis = "breaks"
    allowed = (
        Example(
            name="two ports, and one port in two protocols of one Service",
            manifests=_service("a", "{name: t, port: 53, nodePort: 30053}, {name: u, protocol: UDP, port: 53, nodePort: 30053}")
            + _service("b", "{port: 80, nodePort: 30080}", "LoadBalancer"),
            closed=True,
        ),
        Example(
            name="two environments of one Service in somebody's directory",
            manifests=_service("a", "{port: 80, nodePort: 30080}") + _service("a", "{port: 80, nodePort: 30080}"),
        ),
    )
    denied = (
        Denied(
            name="one port for two Services",
            manifests=_service("a", "{port: 80, nodePort: 30080}")
            + _service("b", "{port: 80, nodePort: 30080}", "LoadBalancer", "billing"),
            closed=True,
            at="Service/billing/b",
            pointer="/spec/ports/0/nodePort",
            message="NodePort 30080 is that of Service/shop/a too: the API server refuses whichever comes second",
        ),
        Denied(
            name="on a Service without such ports, and under a pod's feet",
            manifests=_service("b", "{port: 80, nodePort: 30081}", "ClusterIP")
            + _service("c", "{port: 80, nodePort: 30082}")
            + """
    ---
    apiVersion: apps/v1
    kind: DaemonSet
    metadata: {name: agent, namespace: shop}
    spec: {template: {spec: {hostNetwork: true, containers: [{name: agent, ports: [{containerPort: 30082}]}]}}}
    """,
            closed=True,
            at="Service/shop/b",
            pointer="/spec/ports/0/nodePort",
            message="NodePort 30081 stands on a Service of type ClusterIP, and only NodePort and LoadBalancer have one",
            also=(
                Pinned(
                    at="Service/shop/c",
                    pointer="/spec/ports/0/nodePort",
                    message="NodePort 30082 takes what comes to port 30082 of every node, on which "
                    "DaemonSet/shop/agent (hostNetwork) listens",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[NodePort]:
        """Every port of nodes that a Service asks for."""
        for held in node_ports(world).values():
            yield from held

    def judge(self, world: World, target: NodePort) -> Iterator[Outcome]:
        """Its type, and whoever else asks for it."""
        place = place_of(world, target.port.get("nodePort") or target.port, "nodePort")
        kind = target.service.root.text("spec", "type") or "ClusterIP"
        said = f"NodePort {target.number}"
        if kind not in _ON_NODES:
            message = f"{said} stands on a Service of type {kind}, and only NodePort and LoadBalancer have one"
            yield self.finding(place, message, fix="leave nodePort out, or make the Service one of type NodePort")
            return
        key = (target.number, target.protocol)
        first = world.derived(_first).get((*key, _tree(world, target)))
        if first is not None and first.service.ref != target.service.ref:
            related = Related(manifest=first.service, pointer=first.port.pointer, note="asks for it too")
            message = f"{said} is that of {first.service} too: the API server refuses whichever comes second"
            yield self.finding(place, message, related=(related,), path=(f"port {target.number} of every node", str(first), str(target)))
        for claim in claims(world).get(key, ())[:1] if world.closed else ():
            message = f"{said} takes what comes to port {target.number} of every node, on which {claim} listens"
            yield self.finding(
                place, message, related=(Related(manifest=claim.pod.manifest, pointer=claim.node.pointer, note="listens there"),)
            )


def _first(world: World) -> dict[tuple[int, str, str], NodePort]:
    """Who asks first for a port, in each environment."""
    found: dict[tuple[int, str, str], NodePort] = {}
    for key, held in node_ports(world).items():
        for each in held:
            place = (*key, _tree(world, each))
            if (each.service.root.text("spec", "type") or "ClusterIP") in _ON_NODES and (
                place not in found or _order(each) < _order(found[place])
            ):
                found[place] = each
    return found


def _order(held: NodePort) -> tuple[str, int, str]:
    return held.service.file, held.service.index, str(held.service)


def _tree(world: World, held: NodePort) -> str:
    """In somebody's directory what stands in two folders may never come to one cluster."""
    return "" if world.closed else str(PurePath(held.service.file).parent)
