"""Which pods Prometheus asks for metrics, by ServiceMonitors and PodMonitors.

https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitor
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from crema.policies.model.manifest import Manifest
from crema.policies.model.network.end import End, end_of, space_of
from crema.policies.model.network.selector import Labels, Selector, selector_of
from crema.policies.model.node import Node
from crema.policies.model.operated import operated
from crema.policies.model.pods import PodTemplate
from crema.policies.model.routes.route import Backend
from crema.policies.model.services import ending
from crema.policies.model.whole import whole
from crema.policies.model.world import World

_GROUP: Final = "monitoring.coreos.com"
_FIELDS: Final = {"ServiceMonitor": "serviceMonitorSelector", "PodMonitor": "podMonitorSelector"}
T = TypeVar("T")
_Index = Mapping[tuple[str, tuple[str, str] | None], list[T]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scrape:
    """Prometheus asks a port of a pod. monitor: what makes it do so; node: the endpoint in it."""

    caller: End
    callee: End
    port: int
    monitor: str
    node: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Reader:
    """A Prometheus and the monitors of one kind that it reads, by their labels and those of their namespace (None: only its own one)."""

    end: End
    monitors: Selector
    spaces: Selector | None


def scrapes(world: World) -> Iterator[Scrape]:
    """Every scrape of a pod of the whole world, by each Prometheus that reads the monitor; where there is none, by an unseen one."""
    return world.once(_scrapes)


def _readers(world: World) -> dict[tuple[str, str], list[_Reader]]:
    """Those that read monitors, by the kind of monitor and the namespace they look in (empty: more than their own). A selector that is
    left out reads nothing: https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.CommonPrometheusFields
    """
    found: dict[tuple[str, str], list[_Reader]] = {}
    anything = Labels(open=True)
    unseen = End(name="the Prometheus that reads it", namespace="?", labels=anything, space=anything)
    pods = [pod for pod in operated(world) if pod.manifest.ref.kind.startswith("Prometheus")]
    for kind, field in _FIELDS.items():
        for pod in pods:
            chosen, spaces = pod.spec.get(field), pod.spec.get(field.replace("Selector", "NamespaceSelector"))
            if chosen is not None:
                across = selector_of(spaces) if spaces is not None else None
                reader = _Reader(end=end_of(world, pod), monitors=selector_of(chosen), spaces=across)
                found.setdefault((kind, pod.manifest.ref.namespace if across is None else ""), []).append(reader)
        if not pods:
            found[kind, ""] = [_Reader(end=unseen, monitors=Selector(), spaces=Selector())]
    return found


def _reading(world: World, monitor: Manifest) -> list[End]:
    readers, space = world.derived(_readers), monitor.ref.namespace
    near = (*readers.get((monitor.ref.kind, ""), ()), *(readers.get((monitor.ref.kind, space), ()) if space else ()))
    return [
        one.end
        for one in near
        if one.monitors.selects(Labels(carried=_own(monitor))) is True
        and (one.spaces is None or one.spaces.selects(space_of(world, space)) is not False)
    ]


def _scrapes(world: World) -> Iterator[Scrape]:
    every = whole(world).world
    for monitor in every.of(_GROUP, "ServiceMonitor"):
        for endpoint in monitor.root.items("spec", "endpoints"):
            for service in _chosen(monitor, every.derived(_services)):
                yield from _of_service(world, monitor, endpoint, service)
    for monitor in every.of(_GROUP, "PodMonitor"):
        for endpoint in monitor.root.items("spec", "podMetricsEndpoints"):
            for pod in _chosen(monitor, every.derived(_pods)):
                name, number = endpoint.text("port"), endpoint.get("portNumber")
                port = _number(pod, name) if name else number.value if number is not None and isinstance(number.value, int) else None
                yield from _each(world, monitor, endpoint, pod, port)


def _of_service(world: World, monitor: Manifest, endpoint: Node, service: Manifest) -> Iterator[Scrape]:
    name, target = endpoint.text("port"), endpoint.get("targetPort")
    pods: tuple[PodTemplate, ...]
    if name:
        way = ending(world, Backend(namespace=service.ref.namespace, name=service.ref.name, port=name))
        pods, number = way.pods if way.broken in {"", "unknown"} else (), way.number
        for pod in {id(pod): pod for pod in pods}.values():
            asked = way.port.get("targetPort") if way.port is not None else None
            own = _number(pod, str(asked.value)) if asked is not None and isinstance(asked.value, str) else None
            yield from _each(world, monitor, endpoint, pod, own or number)
    elif target is not None:
        pods = whole(world).world.pods(service.ref.namespace, service.root.texts("spec", "selector"))
        for pod in pods:
            yield from _each(
                world, monitor, endpoint, pod, target.value if isinstance(target.value, int) else _number(pod, str(target.value))
            )


def _each(world: World, monitor: Manifest, endpoint: Node, pod: PodTemplate, port: int | None) -> Iterator[Scrape]:
    if port is not None:
        said = f"{monitor.ref.kind} {monitor.ref.namespace}/{monitor.ref.name}"
        for caller in _reading(world, monitor):
            yield Scrape(caller=caller, callee=end_of(world, pod), port=port, monitor=said, node=endpoint)


def _number(pod: PodTemplate, name: str) -> int | None:
    for container in pod.containers():
        for port in container.items("ports"):
            number = port.get("containerPort")
            if port.text("name") == name and number is not None and isinstance(number.value, int):
                return number.value
    return None


def _chosen(monitor: Manifest, index: _Index[T]) -> list[T]:
    """What a monitor's selector means, in the namespaces that it looks in."""
    selected = monitor.root.get("spec", "selector")
    selector = selector_of(selected) if selected is not None else Selector()
    pair = next(iter(selector.pairs), None)
    anywhere = bool(monitor.root.flag("spec", "namespaceSelector", "any"))
    named = [str(node.value) for node in monitor.root.items("spec", "namespaceSelector", "matchNames")]
    near = [found for space in ([""] if anywhere else named or [monitor.ref.namespace]) for found in index.get((space, pair), ())]
    return [found for found in near if selector.selects(_labels(found)) is True]


def _labels(found: object) -> Labels:
    if isinstance(found, PodTemplate):
        return Labels(carried=found.labels)
    return Labels(carried=_own(found)) if isinstance(found, Manifest) else Labels()


def _own(manifest: Manifest) -> dict[str, str]:
    metadata = manifest.root.get("metadata")
    return metadata.texts("labels") if metadata is not None else {}


def _services(world: World) -> _Index[Manifest]:
    """Services by namespace (empty: in any) and a label that they carry (None: whatever they carry)."""
    return _index((one.ref.namespace, _own(one), one) for one in world.of("", "Service"))


def _pods(world: World) -> _Index[PodTemplate]:
    return _index((pod.manifest.ref.namespace, pod.labels, pod) for pod in world.pod_templates)


def _index(found: Iterable[tuple[str, Mapping[str, str], T]]) -> _Index[T]:
    made: defaultdict[tuple[str, tuple[str, str] | None], list[T]] = defaultdict(list)
    for namespace, labels, one in found:
        for space in ("", namespace) if namespace else ("",):
            for pair in (None, *labels.items()):
                made[space, pair].append(one)
    return dict(made)
