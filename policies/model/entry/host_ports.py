"""Ports of nodes that pods hold: hostPort, and in the node's own network every port that a container declares.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#ports
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from crema.policies.model.node import Node
from crema.policies.model.pods import PodTemplate
from crema.policies.model.whole import whole
from crema.policies.model.world import World

Key = tuple[int, str]
"""A number and a protocol."""

_EVERY_ADDRESS: Final = frozenset({"", "0.0.0.0", "::"})  # what pods bind, not what we do
_PER_NODE: Final = "DaemonSet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A port of its node that a pod holds. node: the entry of the container's `ports`; network: it is in the node's network."""

    pod: PodTemplate
    node: Node
    container: str
    number: int
    protocol: str
    address: str
    network: bool

    def __str__(self) -> str:
        """The workload and how it holds the port, as reports write it."""
        return f"{self.pod.manifest} ({'hostNetwork' if self.network else 'hostPort'})"

    def meets(self, other: "Claim") -> bool:
        """Whether both cannot be on one node: the same port, under an address in common."""
        same = (self.number, self.protocol) == (other.number, other.protocol)
        return same and (self.address == other.address or bool({self.address, other.address} & _EVERY_ADDRESS))


def claims(world: World) -> Mapping[Key, tuple[Claim, ...]]:
    """Every port of a node that some pod of the whole world holds, with those that hold it."""
    return whole(world).world.derived(_claims)


def claims_of(pod: PodTemplate) -> tuple[Claim, ...]:
    """The ports of its node that one template holds. A port that is named twice, for two containers, is two claims."""
    network = bool(pod.spec.flag("hostNetwork"))
    found = []
    for container in pod.containers():
        if "/initContainers/" in container.pointer and container.text("restartPolicy") != "Always":
            continue
        for port in container.items("ports"):
            number = port.get("hostPort") or (port.get("containerPort") if network else None)
            if number is not None and type(number.value) is int and number.value:
                found.append(
                    Claim(
                        pod=pod,
                        node=port,
                        container=container.text("name") or "",
                        number=number.value,
                        protocol=port.text("protocol") or "TCP",
                        address=port.text("hostIP") or "",
                        network=network,
                    )
                )
    return tuple(found)


def _claims(world: World) -> dict[Key, tuple[Claim, ...]]:
    found: defaultdict[Key, list[Claim]] = defaultdict(list)
    for pod in world.pod_templates:
        for claim in claims_of(pod):
            found[claim.number, claim.protocol].append(claim)
    return {key: tuple(held) for key, held in found.items()}


def replicas_of(pod: PodTemplate) -> int | None:
    """How many pods of a template there are; None for one on every node, and for a kind that does not say so in `spec.replicas`."""
    manifest = pod.manifest
    if manifest.ref.kind == _PER_NODE:
        return None
    wanted = manifest.root.get("spec", "replicas") if manifest.ref.kind not in {"Pod", "Job", "CronJob"} else None
    return wanted.value if wanted is not None and type(wanted.value) is int else 1


def is_per_node(pod: PodTemplate) -> bool:
    """Whether there is one pod of it on every node that it may run on."""
    return pod.manifest.ref.kind == _PER_NODE
