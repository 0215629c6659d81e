"""Where requests to a port of a Service end: Service → port → pods → container, through what is written here and what charts bring.

https://kubernetes.io/docs/concepts/services-networking/service/#services-in-kubernetes
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal

from crema.policies.model.facts import fact
from crema.policies.model.manifest import Manifest, Ref
from crema.policies.model.node import Node
from crema.policies.model.operated import makes
from crema.policies.model.pods import PodTemplate
from crema.policies.model.routes.route import Backend
from crema.policies.model.whole import complete, whole
from crema.policies.model.world import World

Broken = Literal["", "service", "port", "selector", "target", "outside", "unknown"]
_LEFT_OUT: Final = frozenset({"", "default"})
ENDS_WELL: Final[frozenset[Broken]] = frozenset({"", "outside", "unknown"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The way of a request to a port of a Service, as far as it goes.

    port: the entry of `spec.ports`. number: the container's port, None where it is a name that no container has. containers: those that
    have the port, each with its pod at the same place in `pods`. broken: where the way ends.
     - "": a container listens there, or a fact says so
     - "service": no such Service, though all of its namespace is here
     - "port": the Service has no such port
     - "selector": its selector matches no pod template that is here, though all of the namespace is
     - "target": the pods have containers with ports, and none is the one that is meant
     - "outside": it leads out of the cluster, or to addresses that stand elsewhere (ExternalName, Endpoints)
     - "unknown": something of the way is not here, or nothing says on which ports the containers listen
    hops: the way in words, one hop each.
    """

    backend: Backend
    service: Manifest | None = None
    port: Node | None = None
    pods: tuple[PodTemplate, ...] = ()
    number: int | None = None
    containers: tuple[Node, ...] = ()
    broken: Broken
    hops: tuple[str, ...] = ()

    @property
    def arrives(self) -> bool:
        """Whether nothing here says that the way ends before a container."""
        return self.broken in ENDS_WELL


def ending(world: World, backend: Backend) -> Ending:
    """Follow a Service port, which is named or numbered by `backend.port`; an empty one is the Service's first.

    Asked often for one back end: each way is followed once for a world.
    """
    known = world.derived(_endings)
    if backend not in known:
        known[backend] = _follow(world, backend)
    return known[backend]


def _endings(_world: World) -> dict[Backend, Ending]:
    return {}


def _follow(world: World, backend: Backend) -> Ending:
    every = whole(world).world
    service = every.get(Ref(group="", kind="Service", namespace=backend.namespace, name=backend.name))
    if service is None:
        surely = complete(world, backend.namespace) and not _elsewhere(world, backend.namespace, name=backend.name)
        broken: Broken = "service" if surely else "unknown"
        return Ending(backend=backend, broken=broken, hops=(str(backend),))
    spec = service.root.get("spec")
    ports = spec.items("ports") if spec is not None else ()
    port = next((one for one in ports if backend.port in {"", _written(one, "port"), one.text("name")}), None)
    hops = (str(backend),) if backend.port or port is None else (f"{backend}:{_written(port, 'port')}",)
    if spec is None or spec.text("type") == "ExternalName":
        return Ending(backend=backend, service=service, port=port, broken="outside", hops=hops)
    if port is None:
        return Ending(backend=backend, service=service, broken="port" if ports or backend.port else "outside", hops=hops)
    selector = spec.texts("selector")
    if not selector:
        return Ending(backend=backend, service=service, port=port, broken="outside", hops=hops)
    pods = every.pods(backend.namespace, selector)
    if not pods:
        given = service.file in world.given_selectors or not complete(world, backend.namespace)
        unsure = given or makes(world, backend.namespace, selector) or _elsewhere(world, backend.namespace, selector=selector)
        return Ending(backend=backend, service=service, port=port, broken="unknown" if unsure else "selector", hops=hops)
    return _in_pods(world, Ending(backend=backend, service=service, port=port, pods=pods, broken="", hops=hops), port)


def _elsewhere(world: World, namespace: str, *, name: str = "", selector: Mapping[str, str] = MappingProxyType({})) -> bool:
    """Whether a Service of this name, or pods that a selector takes, are in a namespace that may be this very one.

    Who leaves a namespace out says it when applying: in somebody's directory it may be any, and most often it is `default`.
    """
    if world.closed or namespace not in _LEFT_OUT:
        return False
    every = whole(world).world
    others = (every.derived(_namespaces) if not namespace else _LEFT_OUT) - {namespace}
    if name:
        return any(every.get(Ref(group="", kind="Service", namespace=other, name=name)) is not None for other in others)
    return any(every.pods(other, dict(selector)) for other in others)


def _namespaces(world: World) -> frozenset[str]:
    return frozenset(manifest.ref.namespace for manifest in world.manifests)


def _in_pods(world: World, way: Ending, port: Node) -> Ending:
    """The containers that a port leads to. A container may listen on a port that it does not declare: then a fact has to say so."""
    asked = _target(port)
    protocol = port.text("protocol") or "TCP"
    found = [(pod, container, number) for pod in way.pods for container, number in _listening(pod, asked, protocol)]
    hops = (*way.hops, *dict.fromkeys(f"{pod.manifest} container {container.text('name')}:{number}" for pod, container, number in found))
    number = found[0][2] if found else int(asked) if asked.isdecimal() else None
    if found:
        pods, containers = tuple(pod for pod, _, _ in found), tuple(container for _, container, _ in found)
        return replace(way, broken="", pods=pods, containers=containers, number=number, hops=hops)
    said = fact(world.facts, "services", f"{way.backend.namespace}/{way.backend.name}", "port")
    declared = any(True for pod in way.pods for container in pod.containers() for _ in container.items("ports"))
    broken: Broken = "target" if declared or not asked.isdecimal() or (said is not None and said != number) else "unknown"
    if asked.isdecimal() and not world.closed and (_has_others(way, port) or _is_headless(way)):
        broken = "unknown"
    if said is not None and said == number:
        broken = ""
    pods_at = tuple(f"{pod.manifest}" for pod in way.pods[:1])
    return replace(way, broken=broken, pods=way.pods, containers=(), number=number, hops=(*way.hops, *pods_at))


def _has_others(way: Ending, port: Node) -> bool:
    """Whether another port of the Service is one that the pods declare: whoever declares that one may listen on more than they say."""
    spec = None if way.service is None else way.service.root.get("spec")
    others = [other for other in spec.items("ports") if other.pointer != port.pointer] if spec is not None else []
    return any(_listening(pod, _target(other), other.text("protocol") or "TCP") for other in others for pod in way.pods)


def _is_headless(way: Ending) -> bool:
    """Whether a Service only gives the addresses of its pods: who asks them chooses the port."""
    return way.service is not None and way.service.root.text("spec", "clusterIP") == "None"


def _target(port: Node) -> str:
    """The container's port that a port of a Service leads to: a number or a name."""
    return _written(port, "targetPort") or _written(port, "port")


def _listening(pod: PodTemplate, asked: str, protocol: str) -> list[tuple[Node, int]]:
    """The containers of a pod that have a port of this number or name, and its number. An init container only listens if it goes on."""
    found = []
    for container in pod.containers():
        if "/initContainers/" in container.pointer and container.text("restartPolicy") != "Always":
            continue
        for port in container.items("ports"):
            number = port.get("containerPort")
            same = (port.text("protocol") or "TCP") == protocol
            if number is not None and isinstance(number.value, int) and same and asked in {str(number.value), port.text("name")}:
                found.append((container, number.value))
    return found


def _written(node: Node, key: str) -> str:
    value = node.get(key)
    return "" if value is None else str(value.value)
