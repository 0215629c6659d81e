"""The two ends of a connection: a pod, or addresses outside of pods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from crema.policies.model.facts import fact
from crema.policies.model.network.block import PRIVATE, Block, Network, network_of
from crema.policies.model.network.selector import Labels
from crema.policies.model.node import Node
from crema.policies.model.pods import PodTemplate
from crema.policies.model.whole import whole
from crema.policies.model.world import World

NAME_LABEL: Final = "kubernetes.io/metadata.name"
"""The label that the API server gives every Namespace."""
_SMALLEST: Final = {4: 16, 6: 64}
"""Length of the prefix of the smallest range that the pods of a whole cluster have."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class End:
    """A pod (`labels`, and those of its namespace) or, without labels, traffic from or to addresses.

    on_host: it has the address of its node, and no selector means it. addresses: where its own address is; of a pod nobody knows which
    one of them. nowhere: ranges in which no pod has its address, for it is said what has. each: every one of its addresses is meant, not
    just some. name: how reports call it.
    """

    name: str
    namespace: str = ""
    labels: Labels | None = None
    space: Labels | None = None
    addresses: tuple[Network, ...] = PRIVATE
    nowhere: tuple[Network, ...] = ()
    each: bool = False
    on_host: bool = False
    pod: PodTemplate | None = None

    def __str__(self) -> str:
        """How reports call it."""
        return self.name

    def within(self, block: Block) -> bool | None:
        """Whether its address lies in a range. A range too small for the pods of a cluster is one of nodes or of something else."""
        held = [block.holds(network) for network in self.addresses]
        if len(set(held)) == 1 and None not in held:
            return held[0]
        if self.labels is None or self.on_host:
            return None
        elsewhere = any(Block(cidr=network).holds(block.cidr) for network in self.nowhere)
        return False if elsewhere or block.cidr.prefixlen > _SMALLEST.get(block.cidr.version, 0) else None

    def has_port(self, name: str, protocol: str, number: int) -> bool | None:
        """Whether a port of this name is this number: of an address nothing has a name, of a pod that is not here anything may."""
        if self.labels is None:
            return False
        if self.pod is None:
            return None
        return any(
            port.text("name") == name and (port.text("protocol") or "TCP") == protocol and _number(port) == number
            for container in self.pod.containers()
            for port in container.items("ports")
        )

    def halves(self) -> Iterator[End]:
        """The same with each half of its range of addresses, one after the other; nothing where it has not just one that can be halved."""
        if self.each and len(self.addresses) == 1 and self.addresses[0].prefixlen < self.addresses[0].max_prefixlen:
            for half in self.addresses[0].subnets():
                yield replace(self, addresses=(half,))


def _number(port: Node) -> int | None:
    number = port.get("containerPort")
    return number.value if number is not None and isinstance(number.value, int) else None


def end_of(world: World, pod: PodTemplate) -> End:
    """A pod as an end of connections, made once for a world."""
    known = world.derived(_ends)
    if id(pod) not in known:
        on_host = bool(pod.spec.flag("hostNetwork"))
        namespace = pod.manifest.ref.namespace
        labels = Labels(carried=pod.labels, open=pod.manifest.file in world.given_selectors)
        known[id(pod)] = End(
            name=f"{pod.manifest.ref.kind} {namespace}/{pod.manifest.ref.name}",
            namespace=namespace,
            labels=labels,
            space=space_of(world, namespace),
            nowhere=() if on_host else sources(world),
            on_host=on_host,
            pod=pod,
        )
    return known[id(pod)]


def _ends(_world: World) -> dict[int, End]:
    return {}


def sources(world: World) -> tuple[Network, ...]:
    """The ranges that ingress traffic comes from, as a fact says: of nodes or load balancers."""
    said = fact(world.facts, "cluster", "ingress", "sources")
    found = (network_of(str(one)) for one in said) if isinstance(said, (list, tuple)) else ()
    return tuple(one for one in found if one is not None)


def from_addresses(network: Network, what: str) -> End:
    """Traffic that comes from anywhere in a range."""
    return End(name=f"{what} from {network}", addresses=(network,), each=True)


def space_of(world: World, namespace: str) -> Labels:
    """The labels of a namespace. One that no manifest makes has at least its name; in a closed world no other."""
    written = whole(world).world.derived(_namespaces)
    own = {NAME_LABEL: namespace} if namespace else {}
    if namespace in written:
        return Labels(carried={**written[namespace], **own})
    return Labels(carried=own, open=not world.closed)


def _namespaces(world: World) -> Mapping[str, Mapping[str, str]]:
    """Labels by the name of the Namespace: of manifests, and those that Argo CD gives the ones that it makes."""
    found: dict[str, Mapping[str, str]] = dict(_managed(world))
    for manifest in world.of("", "Namespace"):
        metadata = manifest.root.get("metadata")
        found[manifest.ref.name] = metadata.texts("labels") if metadata is not None else {}
    return found


def _managed(world: World) -> Iterator[tuple[str, Mapping[str, str]]]:
    for manifest in world.of("argoproj.io", "Application"):
        labels = manifest.root.get("spec", "syncPolicy", "managedNamespaceMetadata", "labels")
        namespace = manifest.root.text("spec", "destination", "namespace")
        if labels is not None and namespace:
            yield namespace, labels.texts()
