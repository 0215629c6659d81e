"""A CustomResourceDefinition's openAPIV3Schema as draft-07 JSON Schema, judged as the API server judges an object.

Left out: descriptions, defaults (a field with a default is not required: the server fills it in before it validates),
CEL rules (`x-kubernetes-validations`), and key uniqueness of list maps. Unknown fields are errors wherever the server
would prune them: https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jsonschema_rs import Draft7Validator

from tools.schemas.keywords import Node, constraints, nullable, present

OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"


def kinds(definition: dict[str, Any]) -> Iterator[tuple[str, Node]]:
    """Each served version of one CustomResourceDefinition: ("group/version Kind", schema of the whole object)."""
    spec = definition["spec"]
    for version in spec["versions"]:
        if not version["served"]:
            continue
        root = convert(version["schema"]["openAPIV3Schema"])
        text = present(convert({"type": "string"}))
        root["properties"] |= {"apiVersion": text, "kind": text, "metadata": {"$ref": f"#/definitions/{OBJECT_META}"}}
        yield f"{spec['group']}/{version['name']} {spec['names']['kind']}", root


def convert(node: Node) -> Node:
    """One structural schema node and all below it; null is allowed only where `nullable` says so (see `_fields`).

    https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
    """
    open_ended = node.get("x-kubernetes-preserve-unknown-fields", False)
    found = constraints(node)
    if node.get("x-kubernetes-int-or-string"):
        found["type"] = ["integer", "string"]
    else:
        found |= {
            key: [_with_defaults(_validation(part), node) for part in node[key]] for key in ("allOf", "anyOf", "oneOf") if key in node
        }
        if "type" in node:
            found["type"] = node["type"]
    if "not" in node:
        found["not"] = _validation(node["not"])
    if node.get("x-kubernetes-list-type") == "set":
        found["uniqueItems"] = True
    if "items" in node:
        found["items"] = convert(node["items"])
    if node.get("type") == "object" or "properties" in node:
        found |= _fields(node)
        if not open_ended and not node.get("x-kubernetes-embedded-resource"):
            extra = node.get("additionalProperties", False)
            found["additionalProperties"] = extra if isinstance(extra, bool) else nullable(convert(extra))
    return nullable(found) if node.get("nullable") else found


def _fields(node: Node) -> Node:
    """`properties` and `required`. An optional field may be null (the server prunes it); a default makes it optional."""
    properties = node.get("properties", {})
    required = sorted(name for name in node.get("required", ()) if "default" not in properties.get(name, {}))
    fields = {name: convert(child) if name in required else nullable(convert(child)) for name, child in properties.items()}
    found: Node = {"properties": fields} if fields else {}
    return found | ({"required": required} if required else {})


def _with_defaults(alternative: Node, node: Node) -> Node:
    """An alternative of a choice, in which an absent field counts as its default: the server fills it in first.

    Where the default does not fit the alternative, the field must be there for the alternative to hold.
    """
    defaults = {name: child["default"] for name, child in node.get("properties", {}).items() if "default" in child}
    unfit = {
        name
        for name, part in alternative.get("properties", {}).items()
        if name in defaults and not Draft7Validator(part).is_valid(defaults[name])
    }
    return {**alternative, "required": sorted({*alternative.get("required", ()), *unfit})} if unfit else alternative


def _validation(node: Node) -> Node:
    """A node inside allOf, anyOf, oneOf or not: it constrains values and neither names nor closes the set of fields."""
    found = constraints(node)
    if "type" in node:
        found["type"] = node["type"]
    if "required" in node:
        found["required"] = sorted(node["required"])
    if "properties" in node:
        found["properties"] = {name: _validation(child) for name, child in node["properties"].items()}
    if "items" in node:
        found["items"] = _validation(node["items"])
    if "not" in node:
        found["not"] = _validation(node["not"])
    return found | {key: [_validation(part) for part in node[key]] for key in ("allOf", "anyOf", "oneOf") if key in node}
