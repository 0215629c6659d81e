"""The OpenAPI definitions of Kubernetes' own kinds as draft-07 JSON Schema.

The definitions say less than the API server enforces. Where Kubernetes documents a rule for every object, it is added:
the form of quantities and of label and annotation keys, and the closed sets of values. All else stays as published.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from crema.policies.schemas.patterns import ANNOTATION_KEY, LABEL_KEY, LABEL_VALUE, QUANTITY
from tools.schemas.keywords import Node, constraints, present

_META: Final = "io.k8s.apimachinery.pkg.apis.meta.v1."

#: Definitions whose published form is only "a string or a number".
REPLACED: Final[Mapping[str, Node]] = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {"pattern": QUANTITY, "type": ["number", "string", "null"]},
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {"type": ["integer", "string", "null"]},
}


def convert_all(definitions: Mapping[str, Node], enums: Mapping[tuple[str, str], list[str]]) -> tuple[dict[str, str], dict[str, Node]]:
    """(kinds, definitions): kinds maps "group/version Kind" to the name of its definition.

    definitions: name → published definition. enums: (definition, property) → the values the API server accepts; it
    takes an empty string for an optional field as absent.
    """
    converted = {name: dict(REPLACED[name]) if name in REPLACED else convert(node, definitions) for name, node in definitions.items()}
    for (name, field), values in enums.items():
        property_ = converted[name]["properties"][field]
        target = property_.get("items", property_)
        optional = field not in converted[name].get("required", ()) and target is property_
        target["enum"] = [*sorted({"", *values}), None] if optional else values
    labels = converted[f"{_META}ObjectMeta"]["properties"]["labels"]
    labels["propertyNames"] = {"pattern": LABEL_KEY}
    labels["additionalProperties"]["pattern"] = LABEL_VALUE
    converted[f"{_META}ObjectMeta"]["properties"]["annotations"]["propertyNames"] = {"pattern": ANNOTATION_KEY}
    kinds = {
        f"{entry['group']}/{entry['version']} {entry['kind']}".removeprefix("/"): name
        for name, node in definitions.items()
        if len(node.get("x-kubernetes-group-version-kind", ())) == 1
        for entry in node["x-kubernetes-group-version-kind"]
    }
    return kinds, converted


def convert(node: Node, definitions: Mapping[str, Node]) -> Node:
    """One published node and all below it. Null stays where it is published, and is refused for what is required.

    https://github.com/kubernetes/kubernetes/tree/master/api/openapi-spec
    """
    if isinstance(node.get("$ref"), str):
        return {"$ref": f"#/definitions/{_target(node)}"}
    found = constraints(node)
    for key in ("type", "required"):
        if key in node:
            found[key] = node[key]
    if "items" in node:
        found["items"] = (
            _filled(node["items"], definitions) if _has_required(node["items"], definitions) else convert(node["items"], definitions)
        )
    if "additionalProperties" in node:
        extra = node["additionalProperties"]
        found["additionalProperties"] = extra if isinstance(extra, bool) else convert(extra, definitions)
    if "properties" in node:
        required = node.get("required", ())
        found["properties"] = {
            name: _filled(child, definitions) if name in required else convert(child, definitions)
            for name, child in node["properties"].items()
        }
    return found


def _filled(node: Node, definitions: Mapping[str, Node]) -> Node:
    """A value that must be there: null, which decodes to an empty value without its own required fields, is refused."""
    if not isinstance(node.get("$ref"), str):
        return present(convert(node, definitions))
    target = _target(node)
    types = present(REPLACED.get(target, definitions[target])).get("type")
    reference = convert(node, definitions)
    return {"allOf": [reference, {"type": types}]} if types else reference


def _has_required(node: Node, definitions: Mapping[str, Node]) -> bool:
    return isinstance(node.get("$ref"), str) and bool(definitions[_target(node)].get("required"))


def _target(node: dict[str, Any]) -> str:
    return str(node["$ref"]).rsplit("/", 1)[1]
