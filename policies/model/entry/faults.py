"""Where the way from a port of the host to a controller breaks."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.model.entry.balancers import has_balancer
from crema.policies.model.entry.controllers import Controller, controller_of, controllers
from crema.policies.model.entry.doors import Door, doors, node_ports_of, numbers_of, services_of
from crema.policies.model.entry.entries import Entry, Listener, entries, node_ports, reserved
from crema.policies.model.entry.host_ports import claims, claims_of, replicas_of
from crema.policies.model.entry.placement import obstacle, room_for
from crema.policies.model.entry.places import place_of
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.pods import PodTemplate
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_TCP: Final = "TCP"
_TO_TLS: Final = "nginx.ingress.kubernetes.io/force-ssl-redirect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Where the way breaks, and how; `place` None: it cannot be known, and `message` says for want of what."""

    place: Node | None
    message: str
    hops: tuple[str, ...] = ()
    related: tuple[tuple[Node, str], ...] = ()


def faults_of_entry(world: World, entry: Entry) -> Iterator[Fault]:
    """Why nothing listens where a mapping leads, unless it is for a controller to say."""
    mapping, key = entry.mapping, (entry.mapping.port, entry.mapping.protocol)
    if entry.listeners or reserved(entry.cluster, entry.node, mapping.port) or _of_controllers(world, entry):
        return
    lead = f"port {mapping.host} of the host leads" if mapping.host else "a port of the host leads"
    where = f"port {mapping.port} of node {entry.node.name}"
    for claim in claims(world).get(key, ())[:1]:
        yield _astray(world, claim.pod, [entry])
        return
    for held in node_ports(world).get(key, ())[:1]:
        if held.way.pods:
            policy = held.service.root.get("spec", "externalTrafficPolicy") or held.port
            message = f"{lead} to {where}, and no pod of {held} has to be there, which externalTrafficPolicy Local asks for"
            yield Fault(place=place_of(world, policy, "nodePort"), message=message, hops=entry.hops)
        return
    other = "TCP" if mapping.protocol != _TCP else "UDP"
    if (mapping.port, other) in claims(world) or (mapping.port, other) in node_ports(world) or _offers(world, mapping.port, other):
        place = mapping.node.get("protocol") or mapping.node
        yield Fault(place=place, message=f"{lead} {mapping.protocol} to {where}, where {other} is listened for", hops=entry.hops)
    elif (unknown := _unknown(world) or _for_another(world)) != "":
        yield Fault(place=None, message=f"what listens at {where}: {unknown}")
    else:
        place = mapping.node.get("containerPort") or mapping.node
        yield Fault(place=place, message=f"{lead} to {where}, where nothing listens{_holds(world)}", hops=entry.hops)


def _offers(world: World, number: int, protocol: str) -> bool:
    return protocol == _TCP and any(number == port for each in controllers(world) for _, port, _ in each.ports())


def _of_controllers(world: World, entry: Entry) -> bool:
    """Whether a mapping is meant for a controller, so that it is for the controller to hold the port there."""
    return entry.mapping.protocol == _TCP and any(_wants(world, door, entry) for door in doors(world))


def _wants(world: World, door: Door, entry: Entry) -> bool:
    """Whether a mapping is meant for this controller: it has the port, or it is the only one and holds no port of a node at all."""
    held = {claim.number for claim in claims_of(door.controller.pod)}
    inside = {number for _, number, _ in door.controller.ports()}
    return entry.mapping.port in (held or inside) or (len(doors(world)) == 1 and bool(inside) and not numbers_of(world, door.controller))


def _unknown(world: World) -> str:
    """Why it is not known all that listens on nodes; empty where it is."""
    return world.derived(_why_unknown)


def _why_unknown(world: World) -> str:
    every = whole(world)
    if every.unknown:
        return f"no contract says what the chart {every.unknown[0].chart} brings"
    if every.world.of("gateway.networking.k8s.io", "Gateway"):
        return "a controller of the Gateway API makes its pods at run time"
    for pod in every.world.pod_templates:
        if pod.spec.get("hostNetwork") is not None and pod.spec.flag("hostNetwork") and not claims_of(pod):
            return f"{pod.manifest} is in the node's network and does not say on which ports it listens"
    return "" if world.closed or controllers(world) else "the controller is not here"


def _for_another(world: World) -> str:
    """In somebody's directory a port may be for what is not here, where the controllers lack none."""
    lacks = any(_spoken_at(door) < {what for _, _, what in door.controller.ports()} - {""} for door in doors(world))
    return "" if world.closed or lacks else "it is none of the controllers', and what it is for may not be here"


def _spoken_at(door: Door) -> set[str]:
    """What is spoken at the ports of a controller at which the host arrives."""
    spoken = {number: what for _, number, what in door.controller.ports()}
    return {spoken.get(_inside(listener) or 0, "") for entry in door.arriving for listener in entry.listeners}


def _inside(listener: Listener) -> int | None:
    """The port of the container that a listener ends at."""
    written = listener.claim.node.get("containerPort") if listener.claim is not None else None
    if written is not None:
        return written.value if isinstance(written.value, int) else None
    return listener.number


def _holds(world: World) -> str:
    """What the controllers do hold, to say what may have been meant."""
    told = []
    for controller in controllers(world):
        if numbers := numbers_of(world, controller):
            told.append(f"{controller} holds {_listed(numbers)}")
    return f"; {', '.join(told)}" if told else ""


def faults_of_door(world: World, door: Door) -> Iterator[Fault]:
    """What keeps requests of the host from a controller."""
    pod = door.controller.pod
    empty = [entry for entry in entries(world) if not entry.listeners and not reserved(entry.cluster, entry.node, entry.mapping.port)]
    lost = [entry for entry in empty if entry.mapping.protocol == _TCP and _wants(world, door, entry)]
    if lost:
        held = {claim.number for claim in claims_of(pod)}
        astray, bare = [e for e in lost if e.mapping.port in held], [e for e in lost if e.mapping.port not in held]
        if astray:
            yield _astray(world, pod, astray)
        if bare:
            yield _bare(world, door.controller, bare)
    elif not empty:
        yield from _missing(world, door)


def _astray(world: World, pod: PodTemplate, lost: list[Entry]) -> Fault:
    """Pods that hold the port, on a node to which the mapping does not lead."""
    node = lost[0].node
    one, lead = _host_ports(lost), "leads" if len(lost) == 1 else "lead"
    found = obstacle(pod, node)
    if found is not None:
        message = f"{one} of the host {lead} to node {node.name}, and {pod.manifest} does not run there: {found.why}"
        place, what = found.place or pod.spec, "nodeSelector" if found.place is not None else "tolerations"
    else:
        room, wanted = room_for(world, pod), replicas_of(pod)
        many = f"{room.count if room else 0} nodes have room for its {wanted} pod{'' if wanted == 1 else 's'}"
        message = f"{one} of the host {lead} to node {node.name}, and {pod.manifest} may run elsewhere: {many}"
        place, what = pod.spec, "nodeSelector"
    return Fault(
        place=place_of(world, place, what),
        message=message,
        hops=(*lost[0].hops, f"{pod.manifest} on another node"),
        related=((lost[0].mapping.node, "the mapping of the port"),),
    )


def _bare(world: World, controller: Controller, lost: list[Entry]) -> Fault:
    """A controller whose ports nobody outside the network of pods can reach."""
    many, pod = len(lost) > 1, controller.pod
    numbers, inside = [entry.mapping.port for entry in lost], [number for _, number, _ in controller.ports()]
    has = ("them" if many else "it") if set(numbers) <= set(inside) else _listed(inside)
    message = (
        f"{_ports(numbers)} of node {lost[0].node.name}, to which {_host_ports(lost)} of the host lead{'' if many else 's'}, "
        f"{'are' if many else 'is'} held by nobody: {pod.manifest} has {has} in the pod network alone "
        "(no hostNetwork, no hostPort, no NodePort)"
    )
    services = services_of(world, controller) if not set(numbers) & set(inside) else ()
    service = next((each.root.get("spec") for each in services), None)
    place = place_of(world, pod.spec.get("hostNetwork") or pod.spec, "hostNetwork")
    if service is not None:
        place = place_of(world, service.get("type") or service, "service")
    return Fault(
        place=place,
        message=message,
        hops=(*lost[0].hops, f"nothing; {pod.manifest} listens in the pod network"),
        related=((lost[0].mapping.node, "the mapping of the port"),),
    )


def _missing(world: World, door: Door) -> Iterator[Fault]:
    """A controller to which no mapping leads, or none for what its Ingresses need."""
    pod, root = door.controller.pod, door.cluster.nodes[0].place
    place = root.get("extraPortMappings") or root
    plain, secure = _asked(world, door.controller)
    if not door.arriving:
        balanced = any(manifest.root.text("spec", "type") == "LoadBalancer" for manifest in services_of(world, door.controller))
        if (balanced and (has_balancer(world) or not world.closed)) or not (plain or secure or world.closed) or _unknown(world):
            return
        numbers = numbers_of(world, door.controller)
        how = (
            f"is reached on port{'s' if len(numbers) > 1 else ''} {_listed(numbers)} of the node" if numbers else "holds no port of a node"
        )
        hops = (str(pod.manifest), *(str(held) for held in node_ports_of(world, door.controller)))
        yield Fault(place=place, message=f"no port of the host leads to {pod.manifest}, which {how}", hops=hops)
        return
    spoken = {number: what for _, number, what in door.controller.ports()}
    inside: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in door.arriving:
        for listener in entry.listeners:
            inside[spoken.get(_inside(listener) or 0, "")].append(entry)
    for what, asking in (("http", plain), ("https", secure)):
        offered = next((number for number, speaks in spoken.items() if speaks == what), None)
        if asking is None or offered is None or inside[""]:
            continue
        url = f"{what}://{asking}"
        if not inside[what]:
            message = f"no port of the host leads to port {offered} of {pod.manifest}, where requests to {url} have to arrive"
            yield Fault(place=place, message=message, hops=(url, f"{pod.manifest}:{offered}"))
        elif all(entry.mapping.host is None for entry in inside[what]):
            message = (
                f"kind chooses the port of the host that leads to port {offered} of {pod.manifest}, another one each time, "
                f"and requests to {url} have to arrive there"
            )
            yield Fault(place=inside[what][0].mapping.node, message=message, hops=(url, *inside[what][0].hops))


def _asked(world: World, controller: Controller) -> tuple[str | None, str | None]:
    """The host of an Ingress that people come to in plain HTTP, and of one with TLS; None where there is none such."""
    plain, secure = world.derived(_hosts).get(controller.pod.manifest, (None, None))
    return plain, secure


def _hosts(world: World) -> dict[Manifest, tuple[str | None, str | None]]:
    found: dict[Manifest, tuple[str | None, str | None]] = {}
    for ingress in whole(world).world.of("networking.k8s.io", "Ingress"):
        controller = controller_of(world, ingress)
        if controller is None:
            continue
        plain, secure = found.get(controller.pod.manifest, (None, None))
        hosts = [rule.text("host") or "" for rule in ingress.root.items("spec", "rules")]
        if ingress.root.items("spec", "tls") or ingress.root.texts("metadata", "annotations").get(_TO_TLS) == "true":
            secure = secure or next((host for host in hosts if host), None)
        else:
            plain = plain or next((host for host in hosts if host), None)
        found[controller.pod.manifest] = (plain, secure)
    return found


def _host_ports(lost: list[Entry]) -> str:
    """The ports of the host, in words."""
    known = [entry.mapping.host for entry in lost if entry.mapping.host is not None]
    return _ports(known) if known else "a random port"


def _ports(numbers: list[int]) -> str:
    return f"port{'s' if len(numbers) > 1 else ''} {_listed(numbers)}"


def _listed(numbers: list[int]) -> str:
    *most, last = [str(number) for number in numbers]
    return f"{', '.join(most)} and {last}" if most else last
