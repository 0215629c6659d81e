"""CustomResourceDefinitions: names, versions and the structure of their schemas.

https://github.com/kubernetes/apiextensions-apiserver/blob/master/pkg/apis/apiextensions/validation/validation.go
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from crema.policies.model.admission.forms import DNS_1035, DNS_SUBDOMAIN
from crema.policies.model.admission.refusal import Refusal, Refusals, Way, below, items, lacks, mapping, shown, text, texts, wrong
from crema.policies.model.values import Json

_TYPES: Final = ("array", "boolean", "integer", "number", "object", "string")
_SHAPES: Final[Mapping[str, type | tuple[type, ...]]] = {"array": list, "boolean": bool, "object": dict, "string": str}
_COLUMNS: Final = ("integer", "number", "string", "boolean", "date")
_PATH: Final = re.compile(r"(?:\.[A-Za-z_](?:[-A-Za-z0-9_]*[A-Za-z0-9_])?)+")
_LOOSE_PATH: Final = re.compile(r"\..*")
_PROTECTED: Final = (".k8s.io", ".kubernetes.io")
_APPROVED: Final = "api-approved.kubernetes.io"
_LIST_TYPES: Final = ("atomic", "set", "map")


def definition(body: Mapping[str, Json]) -> Refusals:
    """What is wrong with a CustomResourceDefinition."""
    spec = mapping(body.get("spec"))
    name, wanted = mapping(body.get("metadata")).get("name"), f"{text(mapping(spec.get('names')).get('plural'))}.{text(spec.get('group'))}"
    if name and name != wanted:
        yield wrong(("metadata", "name"), name, f"{wanted}, the plural and the group,")
    yield from below("spec", _names(spec))
    if spec.get("scope") not in (None, "Namespaced", "Cluster"):
        yield wrong(("spec", "scope"), spec.get("scope"), "Namespaced or Cluster")
    if not DNS_SUBDOMAIN.fits(text(spec.get("group"))) or "." not in text(spec.get("group")):
        yield wrong(("spec", "group"), spec.get("group"), "a domain such as shop.example.com")
    group, given = text(spec.get("group")), mapping(mapping(body.get("metadata")).get("annotations"))
    if group.endswith(_PROTECTED) and not given.get(_APPROVED):
        said = f"is {group}, which belongs to Kubernetes; the annotation {_APPROVED} is required"
        yield Refusal(("spec", "group"), said, "use a domain of your own")
    yield from below("spec", _versions(spec))


def _names(spec: Mapping[str, Json]) -> Refusals:
    names = mapping(spec.get("names"))
    for field in ("plural", "singular"):
        value = text(names.get(field))
        if (value or (field == "plural" and "plural" in names)) and not DNS_1035.fits(value):
            yield wrong(("names", field), value, DNS_1035.words)
    for field in ("kind", "listKind"):
        value = text(names.get(field))
        if (value or (field == "kind" and "kind" in names)) and not DNS_1035.fits(value.lower()):
            yield wrong(("names", field), value, "at most 63 letters and digits such as Coffee")
    if names.get("kind") and names.get("kind") == names.get("listKind"):
        yield Refusal(("names", "listKind"), f"is {names.get('kind')}, which is the kind; another name is required")
    for field in ("shortNames", "categories"):
        for index, value in texts(names.get(field)):
            if not DNS_1035.fits(value):
                yield wrong(("names", field, index), value, DNS_1035.words)


def _versions(spec: Mapping[str, Json]) -> Refusals:
    stored, seen = [], set()
    for index, version in items(spec.get("versions")):
        here, name = ("versions", index), text(version.get("name"))
        if not DNS_1035.fits(name):
            yield wrong((*here, "name"), name, "a version such as v1")
        if name in seen:
            yield Refusal((*here, "name"), f"is {name} a second time")
        seen.add(name)
        if version.get("storage") is True:
            stored.append(name)
        yield from below(here, _version(version))
    if len(stored) != 1:
        said = f"are stored as {' and '.join(stored)}" if stored else "have none that is stored"
        yield Refusal(("versions",), f"{said}; exactly one with storage: true is required")
    conversion = mapping(spec.get("conversion"))
    if conversion.get("strategy") == "Webhook" and not mapping(conversion.get("webhook")).get("clientConfig"):
        yield Refusal(("conversion",), "has the strategy Webhook and no webhook.clientConfig; it is required")
    if spec.get("preserveUnknownFields") is True:
        yield wrong(
            "preserveUnknownFields", True, "false in apiextensions.k8s.io/v1", "put x-kubernetes-preserve-unknown-fields into the schema"
        )


def _version(version: Mapping[str, Json]) -> Refusals:
    whole = mapping(mapping(version.get("schema")).get("openAPIV3Schema"))
    if not isinstance(mapping(version.get("schema")).get("openAPIV3Schema"), dict):
        yield Refusal(("schema",) if version.get("schema") is not None else (), "has no openAPIV3Schema; every version has one")
    else:
        here = ("schema", "openAPIV3Schema")
        if whole.get("type") != "object":
            yield wrong((*here, "type"), whole.get("type"), "object at the root")
        else:
            yield from below(here, _structure(whole, ()))
    for index, column in items(version.get("additionalPrinterColumns")):
        if column.get("name") == "":
            yield wrong(("additionalPrinterColumns", index, "name"), "", "a name")
        if column.get("type") not in _COLUMNS:
            yield wrong(("additionalPrinterColumns", index, "type"), column.get("type"), f"one of {', '.join(sorted(_COLUMNS))}")
        if not _LOOSE_PATH.fullmatch(text(column.get("jsonPath"))):
            yield wrong(("additionalPrinterColumns", index, "jsonPath"), column.get("jsonPath"), "a path that begins with .")
    scale = mapping(mapping(version.get("subresources")).get("scale"))
    for field, top in (("specReplicasPath", ".spec."), ("statusReplicasPath", ".status.")):
        path = scale.get(field)
        if isinstance(path, str) and not (path.startswith(top) and _PATH.fullmatch(path)):
            yield wrong(("subresources", "scale", field), path, f"a path such as {top}replicas")


def _structure(schema: Mapping[str, Json], way: Way) -> Refusals:
    """A structural schema says the type of every value: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/"""
    kind = schema.get("type")
    free = schema.get("x-kubernetes-int-or-string") is True or schema.get("x-kubernetes-preserve-unknown-fields") is True
    if not kind and not free:
        yield lacks("type", "a structural schema says the type of every value", way)
    elif kind and kind not in _TYPES:
        yield wrong((*way, "type"), kind, f"one of {', '.join(sorted(_TYPES))}")
    if schema.get("x-kubernetes-preserve-unknown-fields") is False:
        yield wrong((*way, "x-kubernetes-preserve-unknown-fields"), False, "true or nothing")
    if kind == "array" and not isinstance(schema.get("items"), dict):
        yield lacks("items", "an array says what it holds", way)
    if schema.get("x-kubernetes-list-type") is not None and schema.get("x-kubernetes-list-type") not in _LIST_TYPES:
        yield wrong((*way, "x-kubernetes-list-type"), schema.get("x-kubernetes-list-type"), "atomic, set or map")
    if schema.get("x-kubernetes-list-type") == "map" and not schema.get("x-kubernetes-list-map-keys"):
        yield lacks("x-kubernetes-list-map-keys", "a list of the type map names its keys", way)
    yield from _default(schema, kind, way)
    if (
        isinstance(schema.get("properties"), dict)
        and schema.get("additionalProperties") not in (None,)
        and not isinstance(schema.get("additionalProperties"), dict)
    ):
        yield Refusal((*way, "additionalProperties"), "stands beside properties; only one of both is allowed")
    for place, inner in _inside(schema):
        yield from _structure(inner, (*way, *place))


def _inside(schema: Mapping[str, Json]) -> Iterator[tuple[Way, Mapping[str, Json]]]:
    for name, inner in mapping(schema.get("properties")).items():
        if isinstance(inner, dict):
            yield ("properties", name), inner
    for field in ("items", "additionalProperties"):
        inner = schema.get(field)
        if isinstance(inner, dict):
            yield (field,), inner


def _default(schema: Mapping[str, Json], kind: Json, way: Way) -> Refusals:
    if schema.get("default") is None:
        return
    value, allowed = schema.get("default"), schema.get("enum")
    shape = _SHAPES.get(text(kind))
    numeric = isinstance(value, int | float) and not isinstance(value, bool) and (kind != "integer" or float(value).is_integer())
    if (shape is not None and not isinstance(value, shape)) or (kind in ("integer", "number") and not numeric):
        yield wrong((*way, "default"), value, f"a value of the type {kind}")
    elif isinstance(allowed, list) and allowed and value not in allowed:
        yield wrong((*way, "default"), value, f"one of {', '.join(map(shown, allowed))}")
