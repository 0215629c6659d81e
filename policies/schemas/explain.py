"""A validator's error in our words: the field, its actual value, and what is required of it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from jsonschema_rs import ValidationError, ValidationErrorKind

from crema.policies.schemas.catalog import Schema
from crema.policies.schemas.misspelling import misspells
from crema.policies.schemas.patterns import IN_WORDS
from crema.policies.schemas.violation import HIDDEN, Violation, field_of, pointer_of

Path = tuple[str | int, ...]

#: Longer values are cut: a message is one line.
SHOWN: Final = 60

#: More known fields than these are counted, not listed.
LISTED: Final = 12

#: JSON Schema's types in the words of reports.
_TYPES: Final = {
    "array": "a list",
    "boolean": "a boolean",
    "integer": "an integer",
    "null": "null",
    "number": "a number",
    "object": "a mapping",
    "string": "text",
}

#: Where a schema asks for an IP address, it takes either.
_FORMATS: Final = {"date": "a date such as 2026-01-31", "ipv4": "an IP address", "ipv6": "an IP address"}

#: Fields of a Secret whose values may be shown.
_OPEN_IN_SECRETS: Final[frozenset[Path]] = frozenset(
    {("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace"), ("type",)}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A violation, and what links it to others: the mapping it is about, the name it suggests, the field it misses."""

    violation: Violation
    mapping: str = ""
    suggests: str = ""
    misses: str = ""


def explain(error: ValidationError, schema: Schema, *, hides: bool) -> list[Explained]:
    """One error as violations: one for each unknown field, one for anything else.

    schema: the whole schema, in which the error's place is looked up. hides: values of this object are secret.
    """
    path: Path = tuple(error.instance_path)
    kind, value = error.kind, cast(Any, error.instance)
    if isinstance(kind, ValidationErrorKind.AdditionalProperties):
        known = _at(schema, error.schema_path[:-1]).get("properties", {})
        return [_unknown_field(path, name, value[name], known, hides=hides) for name in kind.unexpected]
    if isinstance(kind, ValidationErrorKind.Required):
        message = f"{field_of((*path, kind.property))} is missing; it is required"
        shown = _shown(path, error.instance, hides=hides)
        violation = Violation(pointer=pointer_of(path), message=message, value=shown, field=kind.property)
        return [Explained(violation=violation, mapping=violation.pointer, misses=kind.property)]
    if isinstance(kind, ValidationErrorKind.PropertyNames):
        key = str(kind.error.instance)
        message = f'{field_of(path)} has the key "{_cut(key)}"; {_required(kind.error, {})} is required'
        return [Explained(violation=_violation((*path, key), message, value[key], hides=hides))]
    required = _required(error, _at(schema, error.schema_path[:-1]))
    shown = _shown(path, error.instance, hides=hides)
    message = f"{field_of(path)} is {shown}{_type_of(error)}; {required} is required"
    if required == "text" and isinstance(error.instance, bool | int | float):
        message += ": put it in quotes"
    options = [option for option in error.kind.value if isinstance(option, str)] if error.kind.name == "enum" else []
    unheard_of = isinstance(value, str) and bool(options) and not misspells(value, options)
    return [Explained(violation=_violation(path, message, error.instance, hides=hides, unheard_of=unheard_of))]


def describe(value: object) -> str:
    """A value as a message shows it: text and numbers as JSON, cut when long; only the kind of a mapping or a list."""
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if isinstance(value, str):
        return json.dumps(_cut(value), ensure_ascii=False)
    return json.dumps(value)


def _violation(path: Path, message: str, value: object, *, hides: bool, unheard_of: bool = False) -> Violation:
    return Violation(pointer=pointer_of(path), message=message, value=_shown(path, value, hides=hides), unheard_of=unheard_of)


def _unknown_field(parent: Path, name: str, value: object, known: Iterable[str], *, hides: bool) -> Explained:
    fields = sorted(known)
    nearest = _nearest(name, fields)
    listed = f"known here: {', '.join(fields)}" if 0 < len(fields) <= LISTED else f"it has {len(fields) or 'no'} others"
    hint = f"did you mean {nearest}?" if nearest else listed
    message = f"{field_of((*parent, name))} is not a field of this API; {hint}"
    violation = _violation((*parent, name), message, value, hides=hides, unheard_of=not misspells(name, fields))
    return Explained(violation=violation, mapping=pointer_of(parent), suggests=nearest)


def _nearest(name: str, known: Iterable[str]) -> str:
    """The known field that a misspelt one most likely means, or nothing."""
    plain = {field.lower(): field for field in sorted(known)}
    close = difflib.get_close_matches(name.lower().replace("-", "").replace("_", ""), plain, n=1, cutoff=0.7)
    return plain[close[0]] if close else ""


def _required(error: ValidationError, node: Mapping[str, Any]) -> str:
    """What the schema asks for, as a noun phrase. node: the part of the schema that holds the failing keyword."""
    keyword, value = error.kind.name, error.kind.value
    if keyword in _UNITS:
        return f"{keyword[:3].replace('min', 'at least').replace('max', 'at most')} {_count(value, _UNITS[keyword])}"
    if keyword in {"minimum", "maximum"}:
        return _range(node)
    if keyword == "type":
        return " or ".join(_TYPES[name] for name in _without_null(value))
    if keyword == "enum":
        options = [describe(option).strip('"') for option in value if option not in (None, "")]
        return f"{'one of ' if len(options) > 1 else ''}{', '.join(options)}"
    phrases = {"pattern": IN_WORDS, "format": _FORMATS}.get(keyword, {})
    if isinstance(value, str):
        return phrases.get(value, f"text that matches {value}")
    return "a list without duplicates" if keyword == "uniqueItems" else f"a value that meets `{keyword}` of the schema"


_UNITS: Final = {
    "maxItems": "item",
    "maxLength": "character",
    "maxProperties": "field",
    "minItems": "item",
    "minLength": "character",
    "minProperties": "field",
}


def _count(limit: int, unit: str) -> str:
    return f"{limit} {unit}{'' if limit == 1 else 's'}"


def _without_null(types: list[str]) -> list[str]:
    """The types without null, which stands for "absent" and is no advice."""
    return [name for name in types if name != "null"] or types


def _range(node: Mapping[str, Any]) -> str:
    """A range when both ends are known, else one end."""
    low, high = node.get("minimum"), node.get("maximum")
    if low is not None and high is not None:
        return f"{low} to {high}"
    return f"at least {low}" if high is None else f"at most {high}"


def _type_of(error: ValidationError) -> str:
    """For a wrong type: what the value is, unless its own form says so."""
    if error.kind.name != "type" or isinstance(error.instance, dict | list | None):
        return ""
    name = "boolean" if isinstance(error.instance, bool) else "string" if isinstance(error.instance, str) else "number"
    return f", {_TYPES[name]}"


def _shown(path: Path, value: object, *, hides: bool) -> str:
    """The value, or HIDDEN where it may be a secret."""
    hidden = hides and path and path not in _OPEN_IN_SECRETS and not isinstance(value, dict | list)
    return HIDDEN if hidden else describe(value)


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def _at(schema: Schema, path: Iterable[str | int]) -> Any:
    """The part of the schema at a path."""
    part: Any = schema
    for step in path:
        part = part[step]
    return part
