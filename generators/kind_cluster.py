"""A cluster of kind (Kubernetes in Docker) as its configuration file.

https://kind.sigs.k8s.io/docs/user/configuration/
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from constructs import Construct

from crema.generators.bootstrap import BOOTSTRAP
from crema.generators.checks import Cidr, DnsLabel, NodeImage, Port
from crema.generators.manifest import Document
from crema.generators.part import Part
from crema.generators.spec import Mistake, Spec, rule


@dataclass(frozen=True, slots=True, kw_only=True)
class KindClusterSpec(Spec):
    """A cluster of one node, whose ports the host machine reaches.

    Args:
        name: of the cluster, and of its kubectl context `kind-<name>`.
        image: of the node, by digest: it decides the Kubernetes version.
        ports: port of the host → port of the node. Nothing else of the node can be reached from outside.
        pod_subnet: the addresses of pods. NetworkPolicies name its first one: that of the node among pods.

    """

    name: DnsLabel
    image: NodeImage
    ports: Mapping[Port, Port]
    pod_subnet: Cidr = "10.244.0.0/16"

    @rule("ports")
    def _one_way_into_each_port(self) -> Iterator[Mistake]:
        """Kind refuses nothing here, and Docker fails when the cluster is made."""
        if len(set(self.ports.values())) < len(self.ports):
            yield self.mistake("ports", "without a port of the node twice", dict(self.ports))

    def body(self) -> dict[str, Any]:
        """The configuration file."""
        mappings = [{"hostPort": host, "containerPort": node, "protocol": "TCP"} for host, node in sorted(self.ports.items())]
        node = {"role": "control-plane", "image": self.image}
        return {
            "apiVersion": "kind.x-k8s.io/v1alpha4",
            "kind": "Cluster",
            "name": self.name,
            "networking": {"podSubnet": self.pod_subnet},
            "nodes": [{**node, "extraPortMappings": mappings} if mappings else node],
        }


def build(spec: KindClusterSpec) -> tuple[Document, ...]:
    """One file, `kind.yaml`."""
    return (Document(name="kind.yaml", body=spec.body()),)


class KindCluster(Part[KindClusterSpec]):
    """The configuration of a kind cluster; `kind create cluster --config` reads it."""

    directory = BOOTSTRAP

    def __init__(self, scope: Construct, id: str, spec: KindClusterSpec) -> None:
        """Add the file to the bootstrap of the chart's environment."""
        super().__init__(scope, id, spec, build)
