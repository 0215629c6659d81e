"""The policy entry-name-leads-to-the-host."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome, Related
from crema.policies.engine.policy import Policy
from crema.policies.model.entry.addresses import address_of, carries_address, is_loopback
from crema.policies.model.entry.entries import Entry, entries
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.world import World

_KIND: Final = (
    "{{apiVersion: kind.x-k8s.io/v1alpha4, kind: Cluster, nodes: [{{extraPortMappings: [{{hostPort: 80, containerPort: 80{more}}}]}}]}}"
)


def _kind(address: str = "") -> dict[str, str]:
    return {"kind.yaml": _KIND.format(more=f", listenAddress: {address}" if address else "")}


def _ingress(*hosts: str) -> str:
    rules = ", ".join(f"{{host: {host}}}" for host in hosts)
    return f"""
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {{name: shop, namespace: shop}}
    spec: {{rules: [{rules}]}}
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A host that a route of a kind cluster is for."""

    manifest: Manifest
    node: Node
    host: str

    def __str__(self) -> str:
        """The host and who routes it, as reports name it."""
        return f"{self.host} of {self.manifest}"


class NameLeadsToTheHost(Policy[Name]):
    """A name that has its address in it (nip.io, sslip.io) leads to the address at which kind's ports are listened for.

    Why: such a name is answered with the address in it, whatever that is. One wrong figure, or a port that is bound to another address of
    the machine, and requests go to a machine where nothing listens.
    Fix: give every name the address of the host, and let the mapping listen on it (no listenAddress means every address).
    Source: https://nip.io
    """

    id = "entry-name-leads-to-the-host"
    basis = "breaks"
    allowed = (
        Example(
            name="every address is listened on",
            manifests=_ingress("a.192.168.38.140.nip.io", "b-192-168-38-140.nip.io"),
            documents=_kind(),
            closed=True,
        ),
        Example(name="the very address", manifests=_ingress("a.10.0.0.5.sslip.io"), documents=_kind("10.0.0.5"), closed=True),
        Example(
            name="the loopback by its names",
            manifests=_ingress("a.127.0.0.1.nip.io", "shop.localhost"),
            documents=_kind("127.0.0.1"),
            closed=True,
        ),
        Example(name="names of which nothing is known", manifests=_ingress("shop.test"), documents=_kind("127.0.0.1"), closed=True),
        Example(name="no cluster of kind", manifests=_ingress("a.10.0.0.5.nip.io", "b.10.0.0.6.nip.io"), closed=True),
    )
    denied = (
        Denied(
            name="two addresses for one machine, and a name without one",
            manifests=_ingress("a.192.168.38.140.nip.io", "b.192.168.38.140.nip.io", "c.192.168.38.141.nip.io", "d.192.168.38.nip.io"),
            documents=_kind(),
            closed=True,
            at="Ingress/shop/shop",
            pointer="/spec/rules/2/host",
            message="c.192.168.38.141.nip.io leads to 192.168.38.141, and the other names to 192.168.38.140: the cluster is on one machine",
            also=(
                Pinned(
                    at="Ingress/shop/shop",
                    pointer="/spec/rules/3/host",
                    message="d.192.168.38.nip.io has no address in it, which nip.io and sslip.io need to answer",
                ),
            ),
        ),
        Denied(
            name="ports on the loopback only",
            manifests=_ingress("a.192.168.38.140.nip.io"),
            documents=_kind("127.0.0.1"),
            closed=True,
            at="example/kind.yaml",
            pointer="/nodes/0/extraPortMappings/0/listenAddress",
            message="port 80 of the host listens on 127.0.0.1 only, and a.192.168.38.140.nip.io leads to 192.168.38.140",
        ),
    )

    def targets(self, world: World) -> Iterable[Name]:
        """Every host of an Ingress or HTTPRoute of a kind cluster."""
        return world.derived(_names)

    def judge(self, world: World, target: Name) -> Iterator[Outcome]:
        """The address in the name, against those of the other names and of the ports."""
        address = address_of(target.host)
        path = (f"http://{target.host}", f"{address}" if address else "no address")
        if address is None:
            if carries_address(target.host):
                message = f"{target.host} has no address in it, which nip.io and sslip.io need to answer"
                yield self.finding(target.node, message, path=path)
            return
        usual, example = world.derived(_usual)
        if address != usual and not is_loopback(address):
            message = f"{target.host} leads to {address}, and the other names to {usual}: the cluster is on one machine"
            related = (Related(manifest=example.manifest, pointer=example.node.pointer, note="the other address"),)
            yield self.finding(target.node, message, path=path, related=related)
            return
        first = world.derived(_first_by_address)[address] is target
        for entry in entries(world) if first else ():
            listening = entry.mapping.address
            both = is_loopback(listening) and is_loopback(address)
            if not entry.mapping.everywhere and listening != address and not both and not _also_there(world, entry, address):
                place = entry.mapping.node.get("listenAddress") or entry.mapping.node
                message = f"port {entry.mapping.host} of the host listens on {listening} only, and {target.host} leads to {address}"
                related = (Related(manifest=target.manifest, pointer=target.node.pointer, note="the name"),)
                yield self.finding(place, message, path=(*path, f"port {entry.mapping.host} of {listening}"), related=related)


def _also_there(world: World, entry: Entry, address: str) -> bool:
    """Whether another mapping offers the same port under that address."""
    others = (each.mapping for each in entries(world) if each.mapping.host == entry.mapping.host)
    return any(other.everywhere or other.address == address for other in others)


def _names(world: World) -> tuple[Name, ...]:
    if not any(True for _ in entries(world)):
        return ()
    found = []
    for ingress in world.of("networking.k8s.io", "Ingress"):
        hosts = (rule.get("host") for rule in ingress.root.items("spec", "rules"))
        found += [Name(manifest=ingress, node=host, host=str(host.value)) for host in hosts if host is not None]
    for route in world.of("gateway.networking.k8s.io", "HTTPRoute"):
        found += [Name(manifest=route, node=host, host=str(host.value)) for host in route.root.items("spec", "hostnames")]
    return tuple(found)


def _usual(world: World) -> tuple[str, Name]:
    """The address that most names have, of several the first, and a name that has it. Asked only where some name has one."""
    known = [(address, name) for name in world.derived(_names) if (address := address_of(name.host)) is not None]
    outside = [pair for pair in known if not is_loopback(pair[0])] or known
    most = Counter(address for address, _ in outside).most_common(1)[0][0]
    return most, next(name for address, name in outside if address == most)


def _first_by_address(world: World) -> dict[str, Name]:
    found: dict[str, Name] = {}
    for name in world.derived(_names):
        if (address := address_of(name.host)) is not None:
            found.setdefault(address, name)
    return found
