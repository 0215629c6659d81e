"""The policy entry-host-port-is-mapped-once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from crema.policies.engine.example import ENVIRONMENT, Denied, Example, Pinned
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.entry.clusters import Cluster, ClusterNode, Mapping, cluster_of
from crema.policies.model.world import World

_AT: Final = f"{ENVIRONMENT}/kind.yaml"


def _kind(*nodes: str, networking: str = "") -> dict[str, str]:
    listed = ", ".join(f"{{role: control-plane, extraPortMappings: [{maps}]}}" for maps in nodes)
    return {"kind.yaml": f"{{apiVersion: kind.x-k8s.io/v1alpha4, kind: Cluster, networking: {{{networking}}}, nodes: [{listed}]}}"}


class HostPortIsMappedOnce(Policy[Cluster]):
    """No port of the host leads to two places of a kind cluster, and none is that of its API server.

    Why: Docker gives a port of the host to one container; the next node with it does not start (port is already allocated), and the
    cluster is never made.
    Fix: map another port of the host, or map it for one node only.
    Source: https://kind.sigs.k8s.io/docs/user/configuration/#extra-port-mappings
    """

    id = "entry-host-port-is-mapped-once"
    basis = "breaks"
    allowed = (
        Example(
            name="two ports, one port in two protocols, and one under two addresses",
            manifests="",
            documents=_kind(
                "{hostPort: 80, containerPort: 80}, {hostPort: 443, containerPort: 80}, {hostPort: 53, containerPort: 53}, "
                "{hostPort: 53, containerPort: 53, protocol: UDP}, {hostPort: 90, containerPort: 1, listenAddress: 127.0.0.1}",
                "{hostPort: 90, containerPort: 1, listenAddress: 127.0.0.2}",
            ),
            closed=True,
        ),
        Example(name="ports that kind chooses", manifests="", documents=_kind("{containerPort: 80}", "{containerPort: 80}"), closed=True),
    )
    denied = (
        Denied(
            name="one port for two nodes",
            manifests="",
            documents=_kind("{hostPort: 80, containerPort: 80}", "{hostPort: 80, containerPort: 80, listenAddress: 127.0.0.1}"),
            closed=True,
            at=_AT,
            pointer="/nodes/1/extraPortMappings/0/hostPort",
            message="port 80 of the host is mapped to port 80 of kind-control-plane and to port 80 of kind-control-plane2",
        ),
        Denied(
            name="twice for one node, and the API server's",
            manifests="",
            documents=_kind(
                "{hostPort: 80, containerPort: 80}, {hostPort: 80, containerPort: 8080}, {hostPort: 6443, containerPort: 443}",
                networking="apiServerPort: 6443, apiServerAddress: 0.0.0.0",
            ),
            closed=True,
            at=_AT,
            pointer="/nodes/0/extraPortMappings/1/hostPort",
            message="port 80 of the host is mapped to port 80 of kind-control-plane and to port 8080 of kind-control-plane",
            also=(
                Pinned(
                    at=_AT,
                    pointer="/nodes/0/extraPortMappings/2/hostPort",
                    message="port 6443 of the host is mapped to port 443 of kind-control-plane, and is the API server's "
                    "(networking.apiServerPort)",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Cluster]:
        """The cluster of kind, if there is one."""
        cluster = cluster_of(world)
        return () if cluster is None else (cluster,)

    def judge(self, world: World, target: Cluster) -> Iterator[Outcome]:
        """Every mapping against those before it."""
        del world
        before: defaultdict[tuple[int, str], list[tuple[ClusterNode, Mapping]]] = defaultdict(list)
        for node, mapping in target.mappings:
            if mapping.host is None:
                continue
            place = mapping.node.get("hostPort") or mapping.node
            first = f"port {mapping.host} of the host is mapped to port"
            known = before[mapping.host, mapping.protocol]
            other = next((pair for pair in known if _share(pair[1], mapping)), None)
            if other is not None:
                message = f"{first} {other[1].port} of {other[0].name} and to port {mapping.port} of {node.name}"
                related = (Related(manifest=target.document, pointer=other[1].node.pointer, note="the first mapping"),)
                yield self.finding(place, message, related=related)
            if target.api_port is not None and target.api_port.value == mapping.host and _meets_api_server(target, mapping):
                related = (Related(manifest=target.document, pointer=target.api_port.pointer, note="the API server's port"),)
                message = f"{first} {mapping.port} of {node.name}, and is the API server's (networking.apiServerPort)"
                yield self.finding(place, message, related=related)
            known.append((node, mapping))


def _meets_api_server(cluster: Cluster, mapping: Mapping) -> bool:
    """Kind lets the API server listen on the loopback, unless it is told another address."""
    address = cluster.document.root.text("networking", "apiServerAddress") or "127.0.0.1"
    return mapping.protocol == "TCP" and (mapping.everywhere or address in {mapping.address, "0.0.0.0", "::"})


def _share(one: Mapping, other: Mapping) -> bool:
    return one.everywhere or other.everywhere or one.address == other.address
