"""The connections that a platform needs: requests from outside, calls between pods, scrapes of metrics."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from crema.policies.model.calls.call import Call, calls
from crema.policies.model.entry.controllers import controller_of
from crema.policies.model.manifest import Manifest
from crema.policies.model.network.block import EVERYWHERE
from crema.policies.model.network.end import End, end_of, from_addresses, sources
from crema.policies.model.network.scrapes import scrapes
from crema.policies.model.network.selector import Labels
from crema.policies.model.network.verdict import Connection
from crema.policies.model.node import Node
from crema.policies.model.pods import PodTemplate
from crema.policies.model.routes.every import routes
from crema.policies.model.routes.route import Backend, Route
from crema.policies.model.services import Ending, ending
from crema.policies.model.whole import whole
from crema.policies.model.world import World

Kind = Literal["request", "call", "scrape"]
_ANYWHERE: Final = Labels(open=True)
NOWHERE: Final = "?"
"""The namespace of a pod of which not even that is known."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Need:
    """A connection that something here needs. what: why, as reports say it. node: where that is written; hops: its way."""

    kind: Kind
    connection: Connection
    what: str
    node: Node
    hops: tuple[str, ...]

    def __str__(self) -> str:
        """Who has to reach whom."""
        return f"{self.connection.caller} to {self.connection.callee} port {self.connection.port}"


def all_arrive(world: World) -> bool:
    """Whether every call and every route ends at a container: of one that does not, nobody knows what it would need."""
    return world.derived(_all_arrive)


def _all_arrive(world: World) -> bool:
    ways = (*(call.ending for call in calls(world)), *(ending(world, route.backend) for route in routes(world) if not route.answered))
    return all(way.arrives for way in ways)


def needs(world: World) -> Iterator[Need]:
    """Every connection between known ends that routes, calls and monitors of a world ask for."""
    return world.once(_needs)


def _needs(world: World) -> Iterator[Need]:
    for call in calls(world):
        yield from _of_call(world, call)
    for route in routes(world):
        if not route.answered:
            yield from _of_route(world, route)
    for service in world.of("", "Service"):
        if service.root.text("spec", "type") == "LoadBalancer":
            yield from _of_load_balancer(world, service)
    for scrape in scrapes(world):
        what = f"{scrape.monitor} scrapes {scrape.callee}"
        connection = Connection(caller=scrape.caller, callee=scrape.callee, port=scrape.port)
        hops = (str(scrape.caller), str(scrape.monitor), f"{scrape.callee} port {scrape.port}")
        yield Need(kind="scrape", connection=connection, what=what, node=scrape.node, hops=hops)


def _of_call(world: World, call: Call) -> Iterator[Need]:
    said = call.said
    for caller in callers(world, call):
        for callee, port, protocol in _reached(world, call.ending):
            connection = Connection(caller=caller, callee=callee, port=port, protocol=protocol)
            yield Need(kind="call", connection=connection, what=said, node=call.node, hops=call.hops)


def callers(world: World, call: Call) -> Iterator[End]:
    """The pods that make a call: of a chart's program, where the chart brings just one kind of pods."""
    if call.pod is not None:
        yield end_of(world, call.pod)
        return
    release = call.caller.partition(" in ")[0].removeprefix("chart ") if call.caller.startswith("chart ") else ""
    pods = world.derived(_by_release).get((call.manifest.ref.name, release), ())
    if len(pods) == 1:
        yield end_of(world, pods[0])


def _by_release(world: World) -> dict[tuple[str, str], list[PodTemplate]]:
    every, found = whole(world), dict[tuple[str, str], list[PodTemplate]]()
    for pod in every.world.pod_templates:
        release = every.release(pod.manifest)
        if release is not None and pod.manifest.ref.kind != "Job":
            found.setdefault((release.manifest.ref.name, release.chart), []).append(pod)
    return found


def _reached(world: World, way: Ending) -> Iterator[tuple[End, int, str]]:
    """The pods behind a port, each with its own number of it."""
    if way.number is None or way.broken not in {"", "unknown"}:
        return
    ports = way.service.root.items("spec", "ports") if way.service is not None else ()
    if not way.backend.port and len(ports) > 1:
        return
    protocol = (way.port.text("protocol") if way.port is not None else None) or "TCP"
    asked = way.port.get("targetPort") if way.port is not None else None
    seen: set[int] = set()
    for pod in way.pods:
        if id(pod) not in seen:
            seen.add(id(pod))
            number = way.number if asked is None or isinstance(asked.value, int) else _named(pod, str(asked.value), way.number)
            yield end_of(world, pod), number, protocol


def _named(pod: PodTemplate, name: str, otherwise: int) -> int:
    for container in pod.containers():
        for port in container.items("ports"):
            number = port.get("containerPort")
            if port.text("name") == name and number is not None and isinstance(number.value, int):
                return number.value
    return otherwise


def _of_route(world: World, route: Route) -> Iterator[Need]:
    way = ending(world, route.backend)
    for callee, port, protocol in _reached(world, way):
        for caller in _entering(world, route):
            connection = Connection(caller=caller, callee=callee, port=port, protocol=protocol)
            what = f"{route.url} leads there"
            yield Need(kind="request", connection=connection, what=what, node=route.node, hops=(*route.hops, *way.hops))


def _of_load_balancer(world: World, service: Manifest) -> Iterator[Need]:
    """What comes in by a load balancer has an address of outside, or of a node: no selector means it."""
    caller = End(name=f"what comes in by the load balancer of Service {service.ref.namespace}/{service.ref.name}", addresses=EVERYWHERE)
    for port in service.root.items("spec", "ports"):
        number = port.get("port")
        way = ending(world, Backend(namespace=service.ref.namespace, name=service.ref.name, port=str(number.value) if number else ""))
        for callee, reached, protocol in _reached(world, way):
            connection = Connection(caller=caller, callee=callee, port=reached, protocol=protocol)
            yield Need(kind="request", connection=connection, what="its type is LoadBalancer", node=port, hops=way.hops)


def _entering(world: World, route: Route) -> tuple[End, ...]:
    """Where requests of a route come from, as the pods behind it see it."""
    known = world.derived(_entrances)
    manifest = route.manifest
    if id(manifest) not in known:
        controller = controller_of(world, manifest) if manifest.ref.kind == "Ingress" else None
        pod = None if controller is None or route.family == "alb" else end_of(world, controller.pod)
        ranges = sources(world)
        if pod is not None and not (pod.on_host and ranges):
            known[id(manifest)] = (pod,)
        elif ranges:
            known[id(manifest)] = tuple(from_addresses(network, "ingress traffic") for network in ranges)
        else:
            name = f"the controller of {manifest.ref.kind} {manifest.ref.namespace}/{manifest.ref.name}"
            known[id(manifest)] = (_unknown(name),)
    return known[id(manifest)]


def _entrances(_world: World) -> dict[int, tuple[End, ...]]:
    return {}


def _unknown(name: str) -> End:
    """A pod that is not here, or a load balancer: anything may be said of it, but that it is in the namespace of the pods it asks."""
    return End(name=name, namespace=NOWHERE, labels=_ANYWHERE, space=_ANYWHERE)
