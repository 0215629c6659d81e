"""The report's JSON is what its published schema says."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from jsonschema_rs import Draft7Validator

from crema.policies import report as package
from crema.policies.report.as_json import render
from crema.policies.report.report import Report
from tests.policies.reports import FINDING, HOSTILE, SMALL, reports

SCHEMA: dict[str, Any] = json.loads((Path(package.__path__[0]) / "report.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft7Validator(SCHEMA)


@given(report=reports)
@example(report=SMALL)
@example(report=replace(SMALL, findings=tuple(replace(FINDING, message=text) for text in HOSTILE)))
def test_every_report_is_valid(report: Report) -> None:
    """Whatever a run says, and in a JSON that strict readers take too: no lone surrogate is left."""
    read = json.loads(render(report))
    json.dumps(read, ensure_ascii=False).encode("utf-8")
    assert [str(error) for error in VALIDATOR.iter_errors(read)] == []


def objects(schema: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema of an object with known keys."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield at, schema
        for key, value in schema.items():
            yield from objects(value, f"{at}/{key}")
    elif isinstance(schema, list):
        for position, value in enumerate(schema):
            yield from objects(value, f"{at}/{position}")


def test_nothing_is_optional_and_nothing_unknown_is_allowed() -> None:
    """Every key is required and no other one allowed; the timings are there only where they were asked for."""
    found = dict(objects(SCHEMA))
    assert all(schema["additionalProperties"] is False and schema["type"] == "object" for schema in found.values())
    optional = {(at, key) for at, schema in found.items() for key in set(schema["properties"]) ^ set(schema["required"])}
    assert optional == {("", "timings")}


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of every object in a value."""
    if isinstance(value, dict):
        if path[-1:] != ("targets",):
            yield path
        for key, item in value.items():
            yield from places(item, (*path, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from places(item, (*path, position))


PLACES = [*places(json.loads(render(SMALL)))]


@pytest.mark.parametrize("path", PLACES, ids=["/".join(map(str, path)) or "." for path in PLACES])
def test_an_unknown_key_or_a_missing_one_is_refused(path: tuple[str | int, ...]) -> None:
    """Wherever an object stands, the schema sees a key too many and a key too few."""
    more = json.loads(render(SMALL))
    reach(more, path)["surprise"] = 1
    assert not VALIDATOR.is_valid(more)
    for key in reach(json.loads(render(SMALL)), path):
        less = json.loads(render(SMALL))
        del reach(less, path)[key]
        assert not VALIDATOR.is_valid(less), key


def reach(value: Any, path: tuple[str | int, ...]) -> Any:
    """The object at a path."""
    for step in path:
        value = value[step]
    return value
