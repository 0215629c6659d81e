"""LimitRanges, ResourceQuotas and PriorityClasses by themselves.

https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/helper/helpers.go
"""

from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.forms import DNS_LABEL, QUALIFIED, is_qualified, misfit
from crema.policies.model.admission.labels import labels
from crema.policies.model.admission.quantity import quantity
from crema.policies.model.admission.refusal import Refusal, Refusals, below, items, lacks, mapping, number, shown, text, texts, twice, wrong
from crema.policies.model.admission.resources import resource_name
from crema.policies.model.admission.scheduling import toleration
from crema.policies.model.values import Json

_COMPUTE: Final = frozenset({"cpu", "memory", "ephemeral-storage"})
_COUNTED: Final = frozenset(
    {"pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps", "persistentvolumeclaims"}
    | {"services.loadbalancers", "services.nodeports"}
)
_HARD: Final = (
    _COMPUTE | _COUNTED | {"storage", "requests.storage"} | {f"{kind}.{name}" for kind in ("requests", "limits") for name in _COMPUTE}
)
_TYPES: Final = ("Container", "Pod", "PersistentVolumeClaim")
_SCOPES: Final[Mapping[str, frozenset[str] | None]] = {
    "Terminating": None,
    "NotTerminating": None,
    "BestEffort": frozenset({"pods"}),
    "NotBestEffort": None,
    "PriorityClass": None,
    "CrossNamespacePodAffinity": None,
    "VolumeAttributesClass": frozenset({"persistentvolumeclaims", "requests.storage"}),
}
_OF_PODS: Final = frozenset({"pods", "cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"})
_APART: Final = (frozenset({"BestEffort", "NotBestEffort"}), frozenset({"Terminating", "NotTerminating"}))
_ORDER: Final = (
    *(("min", "max"), ("min", "defaultRequest"), ("defaultRequest", "max")),
    *(("defaultRequest", "default"), ("min", "default"), ("default", "max")),
)
_HIGHEST: Final = 1_000_000_000


def quota(spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with the specification of a ResourceQuota."""
    hard = mapping(spec.get("hard"))
    for name, amount in hard.items():
        known = name in _HARD or name.startswith(("hugepages-", "requests.hugepages-")) or "/" in name
        if not is_qualified(name) or not known:
            yield Refusal(("hard", name), f"names {shown(name)}; a name such as requests.cpu, pods or count/deployments.apps is required")
        size = quantity(amount)
        if size is not None and (size < 0 or (size.denominator != 1 and (name in _COUNTED or "/" in name))):
            yield wrong(("hard", name), amount, "0 or more" if size < 0 else "a whole number")
    scopes = [one for _, one in texts(spec.get("scopes"))]
    for index, one in enumerate(scopes):
        yield from below(("scopes", index), _scope(one, hard))
    chosen = mapping(spec.get("scopeSelector"))
    for index, term in items(chosen.get("matchExpressions")):
        here, operator = ("scopeSelector", "matchExpressions", index), term.get("operator")
        name = text(term.get("scopeName"))
        yield from below((*here, "scopeName"), _scope(name, hard))
        many = len(list(texts(term.get("values"))))
        if name in _SCOPES and name not in ("PriorityClass", "VolumeAttributesClass") and operator != "Exists":
            yield wrong((*here, "operator"), operator, f"Exists for the scope {name}")
        if operator in ("In", "NotIn") and not many:
            yield lacks("values", f"the operator {operator} needs at least one", here)
        if operator in ("Exists", "DoesNotExist") and many:
            yield Refusal((*here, "values"), f"is given; the operator {operator} takes none")
    for pair in _APART:
        if pair <= set(scopes) or pair <= {text(one.get("scopeName")) for _, one in items(chosen.get("matchExpressions"))}:
            yield Refusal(("scopes",) if scopes else ("scopeSelector",), f"has both {' and '.join(sorted(pair))}; no pod is both")


def _scope(name: str, hard: Mapping[str, Json]) -> Refusals:
    if name not in _SCOPES:
        yield Refusal((), f"is {shown(name)}; one of {', '.join(_SCOPES)} is required")
        return
    allowed = _SCOPES[name]
    if allowed is None and name != "VolumeAttributesClass":
        allowed = _OF_PODS
    for counted in hard:
        if counted in _HARD and allowed is not None and counted not in allowed:
            yield Refusal((), f"is {name}, which does not apply to {counted} in hard; {', '.join(sorted(allowed))} are allowed beside it")


def limit_range(spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with the specification of a LimitRange."""
    seen: set[str] = set()
    for index, limit in items(spec.get("limits")):
        kind = text(limit.get("type"))
        if kind not in _TYPES and ("/" not in kind or not is_qualified(kind)):
            yield wrong(("limits", index, "type"), kind, f"one of {', '.join(_TYPES)}")
        if kind in seen:
            yield Refusal(("limits", index, "type"), twice(kind))
        seen.add(kind)
        yield from below(("limits", index), _limit(kind, limit))


def _limit(kind: str, limit: Mapping[str, Json]) -> Refusals:
    if kind == "Pod":
        for field in ("default", "defaultRequest"):
            if limit.get(field):
                yield Refusal((field,), "is given for the type Pod; only a Container has defaults")
    if kind == "PersistentVolumeClaim" and not any("storage" in mapping(limit.get(field)) for field in ("min", "max")):
        yield Refusal((), "has neither min nor max of storage; one of both is required for claims")
    for field in ("max", "min", "default", "defaultRequest", "maxLimitRequestRatio"):
        for name in mapping(limit.get(field)):
            wanted = resource_name(name) if kind in ("Pod", "Container") else "" if is_qualified(name) else QUALIFIED.words
            if not wanted and kind not in ("Pod", "Container") and "/" not in name and name not in _HARD:
                wanted = "storage or a name such as example.com/disk"
            if wanted:
                yield Refusal((field, name), f"names the resource {shown(name)}; {wanted} is required")
    yield from _order(limit)
    for name, amount in mapping(limit.get("maxLimitRequestRatio")).items():
        ratio = quantity(amount)
        least, most = (quantity(mapping(limit.get(field)).get(name)) for field in ("min", "max"))
        if ratio is not None and ratio < 1:
            yield wrong(("maxLimitRequestRatio", name), amount, "1 or more")
        elif ratio is not None and least and most is not None and ratio > most / least:
            yield wrong(("maxLimitRequestRatio", name), amount, f"at most {float(most / least):g}, which is max divided by min,")


def _order(limit: Mapping[str, Json]) -> Refusals:
    for low, high in _ORDER:
        upper = mapping(limit.get(high))
        for name, amount in mapping(limit.get(low)).items():
            first, second = quantity(amount), quantity(upper.get(name))
            if first is not None and second is not None and first > second:
                yield wrong((low, name), amount, f"at most {upper[name]}, the {high},")
            elif (low, high) == ("defaultRequest", "default") and second is not None and first != second and name not in _COMPUTE:
                yield wrong((low, name), amount, f"{upper[name]}, the default: {name} is not shared,")


def priority_class(body: Mapping[str, Json]) -> Refusals:
    """What is wrong with a PriorityClass."""
    name = text(mapping(body.get("metadata")).get("name"))
    value = number(body.get("value"))
    known = {"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}
    if name.startswith("system-"):
        if known.get(name) != value or body.get("globalDefault") is True:
            yield wrong(("metadata", "name"), name, "a name without system- in front, which is the system's own,")
    elif value is not None and value > _HIGHEST:
        yield wrong("value", value, f"at most {_HIGHEST}")
    if body.get("preemptionPolicy") not in (None, "PreemptLowerPriority", "Never"):
        yield wrong("preemptionPolicy", body.get("preemptionPolicy"), "PreemptLowerPriority or Never")


def runtime_class(body: Mapping[str, Json]) -> Refusals:
    """What is wrong with a RuntimeClass."""
    yield from misfit(body, "handler", DNS_LABEL, required=True)
    for name, amount in mapping(mapping(body.get("overhead")).get("podFixed")).items():
        size = quantity(amount)
        if required := resource_name(name):
            yield Refusal(("overhead", "podFixed", name), f"names the resource {shown(name)}; {required} is required")
        elif size is not None and size < 0:
            yield wrong(("overhead", "podFixed", name), amount, "0 or more")
    chosen = mapping(body.get("scheduling"))
    yield from below(("scheduling", "nodeSelector"), labels(chosen.get("nodeSelector")))
    seen: list[Mapping[str, Json]] = []
    for index, one in items(chosen.get("tolerations")):
        if one in seen:
            yield Refusal(("scheduling", "tolerations", index), "stands there a second time")
        seen.append(one)
        yield from below(("scheduling", "tolerations", index), toleration(one))
