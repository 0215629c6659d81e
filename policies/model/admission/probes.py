"""Probes of containers and the handlers of their lifecycle."""

from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.containers import Container, containers
from crema.policies.model.admission.forms import HEADER
from crema.policies.model.admission.ports import port_or_name
from crema.policies.model.admission.refusal import Refusal, Refusals, below, items, lacks, mapping, number, wrong
from crema.policies.model.values import Json

_PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")
_OF_PROBES: Final = ("exec", "httpGet", "tcpSocket", "grpc")
_OF_LIFECYCLE: Final = ("exec", "httpGet", "tcpSocket", "sleep")
_COUNTS: Final = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")


def probes(spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with the probes and lifecycle handlers of a pod's containers."""
    given = spec.get("terminationGracePeriodSeconds")
    grace = 30 if given is None else number(given)
    for way, container in containers(spec):
        if way[0] == "initContainers" and container.get("restartPolicy") != "Always":
            continue
        for kind in _PROBES:
            if container.get(kind) is not None:
                yield from below((*way, kind), _probe(kind, mapping(container.get(kind))))
        yield from below((*way, "lifecycle"), _lifecycle(container, grace))


def _probe(kind: str, probe: Mapping[str, Json]) -> Refusals:
    yield from _handler(probe, _OF_PROBES, None)
    for field in _COUNTS:
        value = number(probe.get(field))
        if value is not None and value < 0:
            yield wrong(field, value, "0 or more")
    success = number(probe.get("successThreshold"))
    if kind != "readinessProbe" and success not in (None, 0, 1) and success is not None and success > 0:
        yield wrong("successThreshold", success, f"1 for a {kind}", "leave successThreshold out: only a readinessProbe may have another")
    grace = number(probe.get("terminationGracePeriodSeconds"))
    if grace is not None and kind == "readinessProbe":
        yield Refusal(("terminationGracePeriodSeconds",), "is given; a readinessProbe restarts nothing and has none", "leave it out")
    if grace is not None and grace <= 0:
        yield wrong("terminationGracePeriodSeconds", grace, "1 or more")


def _lifecycle(container: Container, grace: int | None) -> Refusals:
    lifecycle = mapping(container.get("lifecycle"))
    for moment in ("postStart", "preStop"):
        if lifecycle.get(moment) is not None:
            yield from below(moment, _handler(mapping(lifecycle.get(moment)), _OF_LIFECYCLE, grace))


def _handler(value: Mapping[str, Json], kinds: tuple[str, ...], grace: int | None) -> Refusals:
    given = [kind for kind in kinds if value.get(kind) is not None]
    if not given:
        yield Refusal((), f"has no handler; exactly one of {', '.join(kinds)} is required")
    for surplus in given[1:]:
        yield Refusal((surplus,), f"stands beside {given[0]}; exactly one handler is required", f"leave {surplus} or {given[0]} out")
    for kind in given[:1]:
        yield from below(kind, _action(kind, mapping(value.get(kind)), grace))


def _action(kind: str, action: Mapping[str, Json], grace: int | None) -> Refusals:
    if kind == "exec" and not action.get("command"):
        yield lacks("command", "a command to run is required")
    if kind in ("httpGet", "tcpSocket"):
        yield from port_or_name(action, "port")
    if kind == "grpc":
        yield from port_or_name(action, "port")
    for index, header in items(action.get("httpHeaders")):
        name = header.get("name")
        if isinstance(name, str) and not HEADER.fits(name):
            yield wrong(("httpHeaders", index, "name"), name, HEADER.words)
    seconds = number(action.get("seconds")) or 0
    if kind == "sleep" and grace is not None and not 0 <= seconds <= grace:
        yield wrong(
            "seconds", seconds, f"at most {grace}, the terminationGracePeriodSeconds of the pod,", "sleep for less, or give more grace"
        )
