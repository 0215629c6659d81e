"""Labels, selectors of labels and of nodes.

https://github.com/kubernetes/apimachinery/blob/master/pkg/apis/meta/v1/validation/validation.go
"""

from collections.abc import Mapping
from typing import Final

from crema.policies.model.admission.forms import DNS_SUBDOMAIN, LABEL_VALUE, QUALIFIED, is_qualified
from crema.policies.model.admission.refusal import Refusal, Refusals, below, items, lacks, mapping, shown, text, texts, wrong
from crema.policies.model.values import Json

_WITH_VALUES: Final = ("In", "NotIn")
_WITHOUT: Final = ("Exists", "DoesNotExist")
_COMPARED: Final = ("Gt", "Lt")
_OPERATORS: Final = "In, NotIn, Exists or DoesNotExist"


def labels(value: Json) -> Refusals:
    """What is wrong with a mapping of labels."""
    for key, one in mapping(value).items():
        if not is_qualified(key):
            yield Refusal((key,), f"is a label whose key is {shown(key)}; {QUALIFIED.words} is required")
        if isinstance(one, str) and not LABEL_VALUE.fits(one):
            yield wrong(key, one, LABEL_VALUE.words)


def label_key(holder: Mapping[str, Json], field: str) -> Refusals:
    """What is wrong with a field that names a label."""
    value = holder.get(field)
    if value is None:
        yield lacks(field)
    elif isinstance(value, str) and not is_qualified(value):
        yield wrong(field, value, QUALIFIED.words)


def selector(value: Json | Mapping[str, Json]) -> Refusals:
    """What is wrong with a selector of labels, with matchLabels and matchExpressions."""
    chosen = mapping(value)
    yield from below("matchLabels", labels(chosen.get("matchLabels")))
    for index, one in items(chosen.get("matchExpressions")):
        yield from below(("matchExpressions", index), _expression(one, of_nodes=False))


def node_term(value: Json | Mapping[str, Json], *, required: bool) -> Refusals:
    """What is wrong with one term of a selector of nodes. Values need a label's form only where the term is required."""
    term = mapping(value)
    for index, one in items(term.get("matchExpressions")):
        yield from below(("matchExpressions", index), _expression(one, of_nodes=True, judge_values=required))
    for index, one in items(term.get("matchFields")):
        yield from below(("matchFields", index), _field(one))


def node_selector(value: Json) -> Refusals:
    """What is wrong with a selector of nodes."""
    terms = mapping(value).get("nodeSelectorTerms")
    if not terms:
        yield lacks("nodeSelectorTerms", "at least one term is required")
    for index, term in items(terms):
        yield from below(("nodeSelectorTerms", index), node_term(term, required=True))


def takes(value: Json, carried: Mapping[str, str]) -> bool:
    """Whether a selector, valid or not, takes an object that carries these labels. An empty one takes every object."""
    chosen = mapping(value)
    if any(carried.get(key) != wanted for key, wanted in mapping(chosen.get("matchLabels")).items()):
        return False
    return all(_matches(one, carried) for _, one in items(chosen.get("matchExpressions")))


def _matches(expression: Mapping[str, Json], carried: Mapping[str, str]) -> bool:
    key, operator = text(expression.get("key")), expression.get("operator")
    values = {one for _, one in texts(expression.get("values"))}
    if operator == "In":
        return carried.get(key) in values
    if operator == "NotIn":
        return key not in carried or carried[key] not in values
    return (key in carried) if operator == "Exists" else (key not in carried) if operator == "DoesNotExist" else True


def _expression(one: Mapping[str, Json], *, of_nodes: bool, judge_values: bool = True) -> Refusals:
    operator, values = one.get("operator"), one.get("values")
    yield from label_key(one, "key")
    many = len(values) if isinstance(values, list) else 0
    if operator in _WITH_VALUES:
        if not many:
            yield lacks("values", f"the operator {operator} needs at least one")
    elif operator in _WITHOUT:
        if many:
            yield Refusal(("values",), f"is given; the operator {operator} takes none", "leave the values out, or use In or NotIn")
    elif of_nodes and operator in _COMPARED:
        if many != 1:
            yield Refusal(("values",) if values else (), f"holds {many} values; the operator {operator} needs exactly one")
    elif operator is not None:
        yield wrong("operator", operator, f"{_OPERATORS[:-16]}Exists, DoesNotExist, Gt or Lt" if of_nodes else _OPERATORS)
    if judge_values:
        for index, value in texts(values):
            if not LABEL_VALUE.fits(value):
                yield wrong(("values", index), value, LABEL_VALUE.words)


def _field(one: Mapping[str, Json]) -> Refusals:
    values = one.get("values")
    if one.get("operator") not in _WITH_VALUES:
        yield wrong("operator", one.get("operator"), "In or NotIn")
    if one.get("key") != "metadata.name":
        yield wrong("key", one.get("key"), "metadata.name")
    if not isinstance(values, list) or len(values) != 1:
        yield Refusal(("values",) if values else (), "has to hold exactly one value")
    for index, value in texts(values):
        if not DNS_SUBDOMAIN.fits(value):
            yield wrong(("values", index), value, DNS_SUBDOMAIN.words)


def workload_selector(kind: str, spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with the selector of a workload that has one of its own, whose pods it must take."""
    chosen, template = spec.get("selector"), mapping(spec.get("template"))
    carried = {key: text(value) for key, value in mapping(mapping(template.get("metadata")).get("labels")).items()}
    if kind == "ReplicationController":
        yield from below("selector", labels(chosen))
        for key, wanted in mapping(chosen).items():
            if carried.get(key) != wanted:
                has = f"{key}: {carried[key]}" if key in carried else f"no {key}"
                yield Refusal(("selector", key), f"is {shown(wanted)}; the pods of the template have {has}")
        return
    yield from below("selector", selector(chosen))
    empty = not mapping(mapping(chosen).get("matchLabels")) and not mapping(chosen).get("matchExpressions")
    if isinstance(chosen, dict) and empty:
        yield Refusal(("selector",), "is empty; a label of the pods is required", "write the pods' own labels under matchLabels")
    for index, one in items(mapping(chosen).get("matchExpressions")):
        if not _matches(one, carried):
            key, operator = text(one.get("key")), text(one.get("operator"))
            values = ", ".join(value for _, value in texts(one.get("values")))
            has = f"{key}: {carried[key]}" if key in carried else f"no {key}"
            said = f"asks for {key} {operator}{f' {values}' if values else ''}; the pods of the template have {has}"
            yield Refusal(("selector", "matchExpressions", index), said, "let the selector take the template's own labels")
