"""Where a pod may run: tolerations, affinities, spread and gates."""

from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.forms import DNS_LABEL, LABEL_VALUE, QUALIFIED, is_qualified
from crema.policies.model.admission.labels import label_key, labels, node_selector, node_term, selector
from crema.policies.model.admission.refusal import Refusal, Refusals, below, items, lacks, mapping, number, text, texts, twice, wrong
from crema.policies.model.values import Json

_REQUIRED: Final = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED: Final = "preferredDuringSchedulingIgnoredDuringExecution"
_EFFECTS: Final = ("NoSchedule", "PreferNoSchedule", "NoExecute")


def scheduling(spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with what a pod says of its node."""
    yield from below("nodeSelector", labels(spec.get("nodeSelector")))
    yield from _gates(spec)
    for index, one in items(spec.get("tolerations")):
        yield from below(("tolerations", index), toleration(one))
    yield from _spread(spec)
    affinity = mapping(spec.get("affinity"))
    nodes = mapping(affinity.get("nodeAffinity"))
    if nodes.get(_REQUIRED) is not None:
        yield from below(("affinity", "nodeAffinity", _REQUIRED), node_selector(nodes.get(_REQUIRED)))
    for index, one in items(nodes.get(_PREFERRED)):
        here = ("affinity", "nodeAffinity", _PREFERRED, index)
        yield from below(here, _weight(one))
        yield from below((*here, "preference"), node_term(one.get("preference"), required=False))
    for kind in ("podAffinity", "podAntiAffinity"):
        pods = mapping(affinity.get(kind))
        for index, one in items(pods.get(_REQUIRED)):
            yield from below(("affinity", kind, _REQUIRED, index), _term(one))
        for index, one in items(pods.get(_PREFERRED)):
            yield from below(("affinity", kind, _PREFERRED, index), _weight(one))
            yield from below(("affinity", kind, _PREFERRED, index, "podAffinityTerm"), _term(mapping(one.get("podAffinityTerm"))))


def toleration(one: Mapping[str, Json]) -> Refusals:
    """What is wrong with a toleration."""
    key, operator, value = text(one.get("key")), one.get("operator") or "Equal", text(one.get("value"))
    if key and not is_qualified(key):
        yield wrong("key", key, QUALIFIED.words)
    if not key and operator != "Exists":
        yield Refusal(
            (), "has no key and the operator Equal; a toleration of every taint has the operator Exists", "write operator: Exists, or a key"
        )
    if one.get("tolerationSeconds") is not None and one.get("effect") != "NoExecute":
        yield Refusal(("tolerationSeconds",), f"is given beside the effect {one.get('effect') or '(any)'}; NoExecute is required beside it")
    if operator == "Exists" and value:
        yield Refusal(("value",), "is given beside the operator Exists, which takes none", "leave the value out, or write operator: Equal")
    if operator == "Equal" and not LABEL_VALUE.fits(value):
        yield wrong("value", value, LABEL_VALUE.words)
    if operator in ("Lt", "Gt"):
        yield wrong("operator", operator, "Equal or Exists")._replace(gated=True)
    if one.get("effect") and one.get("effect") not in _EFFECTS:
        yield wrong("effect", one.get("effect"), f"one of {', '.join(_EFFECTS)}")


def taints(spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with the taints of a node."""
    seen: set[tuple[str, str]] = set()
    for index, one in items(spec.get("taints")):
        yield from below(("taints", index), label_key(one, "key"))
        if not LABEL_VALUE.fits(text(one.get("value"))):
            yield wrong(("taints", index, "value"), one.get("value"), LABEL_VALUE.words)
        if one.get("effect") not in _EFFECTS:
            yield wrong(("taints", index, "effect"), one.get("effect"), f"one of {', '.join(_EFFECTS)}")
        name = (text(one.get("key")), text(one.get("effect")))
        if name in seen:
            yield Refusal(("taints", index, "key"), twice(name[0]))
        seen.add(name)


def _gates(spec: Mapping[str, Json]) -> Refusals:
    for index, one in items(spec.get("readinessGates")):
        if not is_qualified(text(one.get("conditionType"))):
            yield wrong(("readinessGates", index, "conditionType"), one.get("conditionType"), QUALIFIED.words)
    seen: set[str] = set()
    for index, one in items(spec.get("schedulingGates")):
        name = text(one.get("name"))
        if not is_qualified(name):
            yield wrong(("schedulingGates", index, "name"), name, QUALIFIED.words)
        if name in seen:
            yield Refusal(("schedulingGates", index, "name"), twice(name))
        seen.add(name)


def _weight(one: Mapping[str, Json]) -> Refusals:
    weight = number(one.get("weight"))
    if weight is not None and not 1 <= weight <= 100:
        yield wrong("weight", weight, "1 to 100")


def _term(term: Mapping[str, Json]) -> Refusals:
    key = term.get("topologyKey")
    if key is None or key == "":
        yield lacks("topologyKey", "a label of nodes such as kubernetes.io/hostname is required")
    yield from label_key(term, "topologyKey") if key else ()
    for field in ("labelSelector", "namespaceSelector"):
        yield from below(field, selector(term.get(field)))
    for index, name in texts(term.get("namespaces")):
        if not DNS_LABEL.fits(name):
            yield wrong(("namespaces", index), name, DNS_LABEL.words)
    yield from _keys(term)


def _keys(term: Mapping[str, Json]) -> Refusals:
    chosen = mapping(term.get("labelSelector"))
    named = {*mapping(chosen.get("matchLabels"))}
    for field in ("matchLabelKeys", "mismatchLabelKeys"):
        keys = list(texts(term.get(field)))
        if keys and term.get("labelSelector") is None:
            yield Refusal((field,), "is given without a labelSelector; one is required beside it")
            continue
        for index, key in keys:
            if not is_qualified(key):
                yield wrong((field, index), key, QUALIFIED.words)
    match = {key for _, key in texts(term.get("matchLabelKeys"))}
    for index, key in texts(term.get("mismatchLabelKeys")):
        if key in match:
            yield Refusal(("mismatchLabelKeys", index), f"is {key}, which matchLabelKeys has too; only one of both is allowed")
    for index, one in items(chosen.get("matchExpressions")):
        key = text(one.get("key"))
        if key in match and key in named:
            yield Refusal(
                ("labelSelector", "matchExpressions", index, "key"), f"is {key}, which matchLabelKeys and the selector have already"
            )
        named.add(key)


def _spread(spec: Mapping[str, Json]) -> Refusals:
    seen: set[tuple[str, str]] = set()
    for index, one in items(spec.get("topologySpreadConstraints")):
        here, action = ("topologySpreadConstraints", index), one.get("whenUnsatisfiable")
        for field in ("maxSkew", "minDomains"):
            value = number(one.get(field))
            if value is not None and value < 1:
                yield wrong((*here, field), value, "1 or more")
        if one.get("topologyKey") == "":
            yield wrong((*here, "topologyKey"), "", "a label of nodes such as kubernetes.io/hostname")
        if action not in (None, "DoNotSchedule", "ScheduleAnyway"):
            yield wrong((*here, "whenUnsatisfiable"), action, "DoNotSchedule or ScheduleAnyway")
        if one.get("minDomains") is not None and action != "DoNotSchedule":
            yield Refusal((*here, "minDomains"), f"is given beside whenUnsatisfiable: {action}; DoNotSchedule is required beside it")
        pair = (text(one.get("topologyKey")), text(action))
        if pair in seen:
            yield Refusal(here, f"spreads over {pair[0]} with {pair[1]} a second time", "leave one of both constraints out")
        seen.add(pair)
        for field in ("nodeAffinityPolicy", "nodeTaintsPolicy"):
            if one.get(field) not in (None, "Honor", "Ignore"):
                yield wrong((*here, field), one.get(field), "Honor or Ignore")
        yield from below((*here, "labelSelector"), selector(one.get("labelSelector")))
        yield from below(here, _keys(one))
