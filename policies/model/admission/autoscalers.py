"""HorizontalPodAutoscalers and PodDisruptionBudgets."""

from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.forms import DNS_LABEL, PATH_SEGMENT, misfit
from crema.policies.model.admission.labels import selector
from crema.policies.model.admission.quantity import quantity
from crema.policies.model.admission.refusal import Refusal, Refusals, below, items, lacks, mapping, number, text, wrong
from crema.policies.model.admission.resources import resource_name
from crema.policies.model.admission.workloads import share
from crema.policies.model.values import Json

_SOURCES: Final = {
    "Object": "object",
    "Pods": "pods",
    "Resource": "resource",
    "External": "external",
    "ContainerResource": "containerResource",
}
_TARGETS: Final[Mapping[str, tuple[str, ...]]] = {
    "object": ("value", "averageValue"),
    "external": ("value", "averageValue"),
    "pods": ("averageValue",),
    "resource": ("averageUtilization", "averageValue"),
    "containerResource": ("averageUtilization", "averageValue"),
}
_WINDOW: Final = 3600
_PERIOD: Final = 1800


def autoscaler(spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with the specification of a HorizontalPodAutoscaler."""
    least, most = number(spec.get("minReplicas")), number(spec.get("maxReplicas"))
    if most is not None and most < 1:
        yield wrong("maxReplicas", most, "1 or more")
    elif most is not None and least is not None and least > most:
        yield Refusal(
            ("minReplicas",),
            f"is {least}, and maxReplicas is {most}; at most as many are required",
            "lower minReplicas or raise maxReplicas",
        )
    if least is not None and least < 0:
        yield wrong("minReplicas", least, "0 or more")
    elif least == 0:
        yield wrong("minReplicas", 0, "1 or more")._replace(gated=True)
    yield from below("scaleTargetRef", _reference(mapping(spec.get("scaleTargetRef")), grouped=True))
    percent = number(spec.get("targetCPUUtilizationPercentage"))
    if percent is not None and percent < 1:
        yield wrong("targetCPUUtilizationPercentage", percent, "1 or more")
    for index, metric in items(spec.get("metrics")):
        yield from below(("metrics", index), _metric(metric))
    for direction in ("scaleUp", "scaleDown"):
        rules = mapping(spec.get("behavior")).get(direction)
        if rules is not None:
            yield from below(("behavior", direction), _rules(mapping(rules)))


def budget(spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with the specification of a PodDisruptionBudget."""
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        yield Refusal(
            ("maxUnavailable",), "stands beside minAvailable; only one of both is allowed", "leave minAvailable or maxUnavailable out"
        )
    for field in ("minAvailable", "maxUnavailable"):
        yield from share(spec, field)
    if spec.get("unhealthyPodEvictionPolicy") not in (None, "IfHealthyBudget", "AlwaysAllow"):
        yield wrong("unhealthyPodEvictionPolicy", spec.get("unhealthyPodEvictionPolicy"), "IfHealthyBudget or AlwaysAllow")
    yield from below("selector", selector(spec.get("selector")))


def _reference(ref: Mapping[str, Json], *, grouped: bool) -> Refusals:
    for field in ("kind", "name"):
        yield from misfit(ref, field, PATH_SEGMENT, required=True)
    version = text(ref.get("apiVersion"))
    if version.count("/") > 1:
        yield wrong("apiVersion", version, "a group and a version such as apps/v1")
    elif grouped and not version.rpartition("/")[0] and not (version == "v1" and ref.get("kind") == "ReplicationController"):
        said = "is missing" if not version else f'is "{version}", without a group'
        yield Refusal(("apiVersion",) if version else (), f"{said}; one such as apps/v1 is required", "", "" if version else "apiVersion")


def _metric(metric: Mapping[str, Json]) -> Refusals:
    kind = text(metric.get("type"))
    given = [field for field in _SOURCES.values() if metric.get(field) is not None]
    if kind not in _SOURCES:
        yield wrong("type", metric.get("type"), f"one of {', '.join(_SOURCES)}")
    elif _SOURCES[kind] not in given:
        yield Refusal((), f"has the type {kind} and no {_SOURCES[kind]}; it is required")
    for field in given:
        if kind in _SOURCES and field != _SOURCES[kind]:
            yield Refusal((field,), f"stands in a metric of the type {kind}; only {_SOURCES[kind]} is allowed there")
        else:
            yield from below(field, _source(field, mapping(metric.get(field))))


def _source(kind: str, source: Mapping[str, Json]) -> Refusals:
    target = mapping(source.get("target"))
    if kind in ("resource", "containerResource"):
        name = text(source.get("name"))
        if not name:
            yield lacks("name", "cpu or memory is required")
        elif kind == "containerResource" and (required := resource_name(name)):
            yield wrong("name", name, required)
        if kind == "containerResource":
            yield from misfit(source, "container", DNS_LABEL, required=True)
    else:
        yield from below("metric", misfit(mapping(source.get("metric")), "name", PATH_SEGMENT, required=True))
    if kind == "object":
        yield from below("describedObject", _reference(mapping(source.get("describedObject")), grouped=False))
    if target.get("type") not in ("Utilization", "Value", "AverageValue"):
        yield wrong(("target", "type"), target.get("type"), "Utilization, Value or AverageValue")
    for field in ("value", "averageValue"):
        amount = quantity(target.get(field))
        if amount is not None and amount <= 0:
            yield wrong(("target", field), target.get(field), "more than 0")
    share = number(target.get("averageUtilization"))
    if share is not None and share < 1:
        yield wrong(("target", "averageUtilization"), share, "1 or more")
    given = [field for field in _TARGETS[kind] if target.get(field) is not None]
    if not given:
        yield Refusal(("target",), f"has no {' and no '.join(_TARGETS[kind])}; one is required for a metric of {kind}")
    elif len(given) > 1 and kind != "object":
        yield Refusal(("target", given[1]), f"stands beside {given[0]}; only one of both is allowed")


def _rules(rules: Mapping[str, Json]) -> Refusals:
    window = number(rules.get("stabilizationWindowSeconds"))
    if window is not None and not 0 <= window <= _WINDOW:
        yield wrong("stabilizationWindowSeconds", window, f"0 to {_WINDOW} (an hour)")
    if rules.get("selectPolicy") not in (None, "Max", "Min", "Disabled"):
        yield wrong("selectPolicy", rules.get("selectPolicy"), "Max, Min or Disabled")
    if rules.get("policies") == []:
        yield Refusal(("policies",), "is empty; at least one policy is required", "leave policies out to have the server's own")
    for index, policy in items(rules.get("policies")):
        here, value, period = ("policies", index), number(policy.get("value")), number(policy.get("periodSeconds"))
        if policy.get("type") not in ("Pods", "Percent"):
            yield wrong((*here, "type"), policy.get("type"), "Pods or Percent")
        if value is not None and value < 1:
            yield wrong((*here, "value"), value, "1 or more")
        if period is not None and not 1 <= period <= _PERIOD:
            yield wrong((*here, "periodSeconds"), period, f"1 to {_PERIOD} (half an hour)")
    tolerance = quantity(rules.get("tolerance"))
    if tolerance is not None and tolerance < 0:
        yield wrong("tolerance", rules.get("tolerance"), "0 or more")
