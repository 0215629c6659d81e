"""The schema of kind's configuration agrees with kind's own types, on every field and on what misspells it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema_rs import Draft7Validator

from crema.policies.model import world as model
from tests.external import run

SCHEMA: dict[str, Any] = json.loads((Path(model.__file__).parent / "kind.schema.json").read_text(encoding="utf-8"))
TOP = {"apiVersion": "kind.x-k8s.io/v1alpha4", "kind": "Cluster"}


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    named = schema.get("$ref")
    return SCHEMA["definitions"][named.rpartition("/")[2]] if named else schema


def _fields(schema: dict[str, Any], way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every field, with the way to it; `[]` is an item of a list."""
    whole = _resolved(schema)
    for name, below in whole.get("properties", {}).items():
        yield (*way, name), _resolved(below)
        yield from _fields(_resolved(below), (*way, name))
    if "items" in whole:
        yield from _fields(_resolved(whole["items"]), (*way, "[]"))


def _sample(schema: dict[str, Any]) -> Any:
    """A value that the schema takes."""
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if "enum" in schema:
        return schema["enum"][0]
    if kind == "object":
        more = schema.get("additionalProperties")
        return {"a": _sample(more)} if isinstance(more, dict) else {}
    return {"string": "a", "boolean": True, "integer": 80, "array": []}[str(kind)]


def _placed(way: tuple[str, ...], value: Any) -> Any:
    for step in reversed(way):
        # A mapping of ports has to have its container's.
        value = [{"containerPort": 80} | value if _PORTS & set(value) else value] if step == "[]" else {step: value}
    return value


_PORTS = {"hostPort", "protocol", "listenAddress"}
FIELDS = [(way, schema) for way, schema in _fields(SCHEMA) if way[0] not in TOP]


@pytest.mark.engine
@pytest.mark.parametrize(("way", "schema"), FIELDS, ids=lambda given: ".".join(given) if isinstance(given, tuple) else "")
def test_a_field_is_known_to_both_and_its_misspelling_to_neither(way: tuple[str, ...], schema: dict[str, Any]) -> None:
    """Kind decodes strictly, so an unknown field, and a value of another type, is an error to it as well."""
    good = TOP | _placed(way, _sample(schema))
    misspelt = TOP | _placed((*way[:-1], f"{way[-1]}x"), _sample(schema))
    mistyped = TOP | _placed(way, [{}] if _sample(schema) != [] else {"a": {}})
    judge = Draft7Validator(SCHEMA)
    for body, right in ((good, True), (misspelt, False), (mistyped, False)):
        done = run("kindconfig", stdin=yaml.safe_dump(body))
        unread = "field " in done.stderr or "unmarshal" in done.stderr
        assert (judge.is_valid(body), not unread) == (right, right), (body, done.stderr)


def test_every_field_is_looked_at() -> None:
    """As many as kind's types have."""
    assert len(FIELDS) > 25
