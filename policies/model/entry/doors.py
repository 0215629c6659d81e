"""Controllers as somebody outside sees them: which ports of the host lead to them, and at which ports of nodes they are."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from crema.policies.model.entry.clusters import Cluster, cluster_of
from crema.policies.model.entry.controllers import Controller, controllers
from crema.policies.model.entry.entries import Entry, NodePort, entries, key_of, node_ports
from crema.policies.model.entry.host_ports import claims_of
from crema.policies.model.manifest import Manifest
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_TCP: Final = "TCP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A controller of a kind cluster, and the mappings of the host's ports that arrive at it."""

    cluster: Cluster
    controller: Controller
    arriving: tuple[Entry, ...]

    def __str__(self) -> str:
        """The controller, as reports name it."""
        return str(self.controller)


def doors(world: World) -> tuple[Door, ...]:
    """Every controller that stands behind a kind cluster. One that is written twice, for two clusters, may be meant for another."""
    return world.derived(_doors)


def _doors(world: World) -> tuple[Door, ...]:
    cluster, every = cluster_of(world), controllers(world)
    if cluster is None:
        return ()
    written = Counter(controller.pod.manifest.ref for controller in every)
    arriving: defaultdict[tuple[Manifest, str], list[Entry]] = defaultdict(list)
    for entry in entries(world):
        for controller in entry.controllers:
            arriving[key_of(controller.pod)].append(entry)
    return tuple(
        Door(cluster=cluster, controller=controller, arriving=tuple(arriving[key_of(controller.pod)]))
        for controller in every
        if written[controller.pod.manifest.ref] == 1
    )


def services_of(world: World, controller: Controller) -> Iterable[Manifest]:
    """The Services that lead to a controller."""
    return world.derived(_leading).get(key_of(controller.pod), ())


def _leading(world: World) -> dict[tuple[Manifest, str], list[Manifest]]:
    every = whole(world).world
    found: defaultdict[tuple[Manifest, str], list[Manifest]] = defaultdict(list)
    wanted = {key_of(controller.pod) for controller in controllers(world)}
    for service in every.of("", "Service") if wanted else ():
        spec = service.root.get("spec")
        for pod in every.pods(service.ref.namespace, spec.texts("selector")) if spec is not None else ():
            if key_of(pod) in wanted:
                found[key_of(pod)].append(service)
    return found


def node_ports_of(world: World, controller: Controller) -> list[NodePort]:
    """The NodePorts that lead to a controller."""
    return [held for service in services_of(world, controller) for held in node_ports_at(world, service)]


def node_ports_at(world: World, service: Manifest) -> list[NodePort]:
    """The ports of nodes that a Service asks for."""
    return world.derived(_by_service).get(service, [])


def _by_service(world: World) -> dict[Manifest, list[NodePort]]:
    found: defaultdict[Manifest, list[NodePort]] = defaultdict(list)
    for every in node_ports(world).values():
        for held in every:
            found[held.service].append(held)
    return found


def numbers_of(world: World, controller: Controller) -> list[int]:
    """The ports of its nodes at which a controller is reached."""
    held = {claim.number for claim in claims_of(controller.pod) if claim.protocol == _TCP}
    return sorted(held | {node_port.number for node_port in node_ports_of(world, controller)})
