"""What the kubelet asks of a container: its probes, and the handlers of its life cycle that ask for a URL.

Source: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.model.node import Node
from crema.policies.model.pods import CONTAINER_LISTS, PodTemplate
from crema.policies.model.world import World

_PROBES: Final = ("startupProbe", "readinessProbe", "livenessProbe")
_HANDLERS: Final = ("postStart", "preStop")
_ASKS: Final = ("httpGet", "tcpSocket", "grpc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One question. name: of the probe; asks: `httpGet`, `tcpSocket` or `grpc`; node: what it asks; port: as it is written."""

    pod: PodTemplate
    container: Node
    name: str
    asks: str
    node: Node
    port: Node | None

    def __str__(self) -> str:
        """The probe and its container, as reports name them."""
        return f"{self.name} of container {self.container.text('name') or ''} of {self.pod.manifest}"

    @property
    def path(self) -> str:
        """The path that is asked for, without arguments."""
        return (self.node.text("path") or "/").partition("?")[0]

    @property
    def scheme(self) -> str:
        """`HTTP` or `HTTPS`."""
        return (self.node.text("scheme") or "HTTP").upper()

    @property
    def number(self) -> int | None:
        """The number of the port that is asked: as written, or that of the container's port of that name; None when it has none."""
        value = self.port.value if self.port is not None else None
        if isinstance(value, int):
            return value
        if isinstance(value, str) and value.isdecimal():
            return int(value)
        return next((number for name, number in declared(self.container) if name and name == value), None)


def declared(container: Node) -> list[tuple[str, int]]:
    """The TCP ports that a container declares: name (or empty) and number."""
    found = []
    for port in container.items("ports"):
        number = port.get("containerPort")
        if number is not None and isinstance(number.value, int) and (port.text("protocol") or "TCP") == "TCP":
            found.append((port.text("name") or "", number.value))
    return found


def probes(world: World) -> Iterator[Probe]:
    """Every probe of every container, and every handler that asks for a URL."""
    return world.once(_probes)


def _probes(world: World) -> Iterator[Probe]:
    for pod in world.pod_templates:
        for container in (container for key in CONTAINER_LISTS for container in pod.spec.items(key)):
            holders = [(name, container.get(name)) for name in _PROBES]
            holders += [(name, container.get("lifecycle", name)) for name in _HANDLERS]
            for name, holder in holders:
                for asks in _ASKS:
                    node = holder.get(asks) if holder is not None else None
                    if node is not None:
                        yield Probe(pod=pod, container=container, name=name, asks=asks, node=node, port=node.get("port"))
