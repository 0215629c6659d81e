"""Deployments, StatefulSets, DaemonSets and ReplicaSets: numbers, strategies, and what their pods may be."""

from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.forms import DNS_LABEL, PERCENT, misfit
from crema.policies.model.admission.refusal import Refusal, Refusals, Way, below, items, mapping, number, text, wrong
from crema.policies.model.admission.storage import claim
from crema.policies.model.manifest import Manifest
from crema.policies.model.values import Json
from crema.policies.model.world import World

_COUNTS: Final = ("replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds")


def lasting(world: World) -> tuple[Manifest, ...]:
    """The workloads that run for ever."""
    return (*world.of("apps", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"), *world.of("", "ReplicationController"))


def workload(kind: str, spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with the numbers and the strategy of a workload that runs for ever."""
    yield from counts(spec, _COUNTS if kind != "StatefulSet" else _COUNTS[:2])
    if not mapping(mapping(spec.get("template")).get("spec")):
        way: Way = ("template",) if spec.get("template") else ()
        yield Refusal(way, "has no pods; a template with at least one container is required")
    deadline = mapping(mapping(spec.get("template")).get("spec")).get("activeDeadlineSeconds")
    if deadline is not None:
        yield Refusal(
            ("template", "spec", "activeDeadlineSeconds"),
            f"is given; a pod of a {kind} runs for ever and has no deadline",
            "leave it out, or make it a Job",
        )
    if kind == "Deployment":
        yield from _deployment(spec)
    elif kind == "StatefulSet":
        yield from _stateful_set(spec)
    elif kind == "DaemonSet":
        yield from below("updateStrategy", _daemon_set(mapping(spec.get("updateStrategy"))))


def counts(holder: Mapping[str, Json], fields: tuple[str, ...]) -> Refusals:
    """Fields that hold a number below zero."""
    for field in fields:
        value = number(holder.get(field))
        if value is not None and value < 0:
            yield wrong(field, value, "0 or more")


def share(holder: Mapping[str, Json], field: str, *, most: bool = True) -> Refusals:
    """What is wrong with a field that holds a number or a percentage."""
    value = holder.get(field)
    if isinstance(value, str):
        if not PERCENT.fits(value):
            yield wrong(field, value, PERCENT.words, f"write {value} without quotes" if value.isdecimal() else "")
        elif most and int(value[:-1]) > 100:
            yield wrong(field, value, "at most 100%")
    elif (number(value) or 0) < 0:
        yield wrong(field, value, "0 or more")


def _deployment(spec: Mapping[str, Json]) -> Refusals:
    strategy = mapping(spec.get("strategy"))
    rolling = mapping(strategy.get("rollingUpdate"))
    deadline, ready = number(spec.get("progressDeadlineSeconds")), number(spec.get("minReadySeconds")) or 0
    deadline = 600 if spec.get("progressDeadlineSeconds") is None else deadline
    if deadline is not None and 0 <= deadline <= ready:
        way = () if spec.get("progressDeadlineSeconds") is None else ("progressDeadlineSeconds",)
        said = f"is {deadline}; more than minReadySeconds, which is {ready}, is required"
        yield Refusal(
            way or ("minReadySeconds",), said if way else f"is {ready}; less than progressDeadlineSeconds, which is 600, is required"
        )
    if strategy.get("type") == "Recreate" and strategy.get("rollingUpdate") is not None:
        said = "is given beside the type Recreate, which stops every pod first"
        yield Refusal(("strategy", "rollingUpdate"), said, "leave rollingUpdate out, or write type: RollingUpdate")
        return
    yield from below(("strategy", "rollingUpdate"), share(rolling, "maxSurge", most=False))
    yield from below(("strategy", "rollingUpdate"), share(rolling, "maxUnavailable"))
    if _is_zero(rolling.get("maxUnavailable")) and _is_zero(rolling.get("maxSurge")):
        said = f"is {rolling.get('maxUnavailable')} beside a maxSurge of {rolling.get('maxSurge')}: no pod could ever be replaced"
        yield Refusal(("strategy", "rollingUpdate", "maxUnavailable"), said, "raise one of both above 0")


def _stateful_set(spec: Mapping[str, Json]) -> Refusals:
    yield from misfit(spec, "serviceName", DNS_LABEL)
    strategy = mapping(spec.get("updateStrategy"))
    rolling = mapping(strategy.get("rollingUpdate"))
    if strategy.get("type") == "OnDelete" and strategy.get("rollingUpdate") is not None:
        yield Refusal(("updateStrategy", "rollingUpdate"), "is given beside the type OnDelete; only RollingUpdate has one")
    yield from below(("updateStrategy", "rollingUpdate"), counts(rolling, ("partition",)))
    yield from below("ordinals", counts(mapping(spec.get("ordinals")), ("start",)))
    for field in ("whenDeleted", "whenScaled"):
        value = mapping(spec.get("persistentVolumeClaimRetentionPolicy")).get(field)
        if value not in (None, "", "Retain", "Delete"):
            yield wrong(("persistentVolumeClaimRetentionPolicy", field), value, "Retain or Delete")
    for index, template in items(spec.get("volumeClaimTemplates")):
        yield from below(("volumeClaimTemplates", index, "spec"), claim(mapping(template.get("spec"))))
        name = mapping(template.get("metadata")).get("name")
        if not DNS_LABEL.fits(text(name)):
            yield wrong(("volumeClaimTemplates", index, "metadata", "name"), name, DNS_LABEL.words)


def _daemon_set(strategy: Mapping[str, Json]) -> Refusals:
    rolling = mapping(strategy.get("rollingUpdate"))
    if strategy.get("type") == "OnDelete" or not rolling:
        return
    yield from below("rollingUpdate", share(rolling, "maxUnavailable"))
    yield from below("rollingUpdate", share(rolling, "maxSurge"))
    unavailable, surge = rolling.get("maxUnavailable"), rolling.get("maxSurge")
    none = _is_zero(unavailable)
    few = surge is None or _is_zero(surge)
    if none and few:
        yield Refusal(
            ("rollingUpdate", "maxUnavailable"), "is 0 beside a maxSurge of 0: no pod could ever be replaced", "raise one of both above 0"
        )
    elif not none and not few:
        said = f"is {surge} beside a maxUnavailable of {1 if unavailable is None else unavailable}; one of both has to be 0"
        yield Refusal(("rollingUpdate", "maxSurge"), said, "write maxUnavailable: 0 beside it")


def _is_zero(value: Json) -> bool:
    if isinstance(value, str):
        return PERCENT.fits(value) and int(value[:-1]) == 0
    return value is not None and number(value) == 0
