"""What the writer writes is what every reader reads."""

import json
import math
from typing import Any

import pytest
import yaml
import yaml12
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crema.generators.writer import WriterError, document, manifest
from tests.external import run
from tests.strategies import nasty_objects


def _as_json(value: Any) -> Any:
    """Numbers as JSON has them: one kind, 1.0 is 1; and as Go has them: beyond 2**53 a float."""
    if isinstance(value, dict):
        return {key: _as_json(v) for key, v in value.items()}
    if isinstance(value, list):
        return [_as_json(v) for v in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(value) if abs(value) < 2**53 and value == int(value) else float(value)
    return value


class _Text(str):
    """A text of a class of its own, as an enumeration of strings has."""


@given(nasty_objects)
@example({"a": "x\u2028y\nz"})
def test_pyyaml_reads_back_what_was_written(value: dict[str, Any]) -> None:
    """A YAML 1.1 reader gives back the same data."""
    assert _as_json(yaml.safe_load(document(value))) == _as_json(value)


@given(nasty_objects)
@example({"a": "x\n\u2029y\n"})
@example({"a": {"b:": "c:"}})
def test_a_yaml_1_2_reader_reads_back_what_was_written(value: dict[str, Any]) -> None:
    """A YAML 1.2 reader gives back the same data."""
    assert _as_json(yaml12.parse_yaml(document(value))) == _as_json(value)


@pytest.mark.engine
@given(st.lists(nasty_objects, min_size=20, max_size=40))
@settings(max_examples=25, deadline=None)
def test_kubernetes_own_reader_reads_back_what_was_written(values: list[dict[str, Any]]) -> None:
    """sigs.k8s.io/yaml, strict, which kubectl and Argo CD read with, gives back the same data."""
    done = run("sigsyaml", "-strict", stdin=json.dumps([document(v) for v in values]))
    assert done.status == 0, done.stderr
    answers = json.loads(done.stdout)
    assert [_as_json(a.get("json", a)) for a in answers] == [_as_json(v) for v in values]


@given(nasty_objects, st.randoms())
def test_the_order_of_keys_never_shows(value: dict[str, Any], random: Any) -> None:
    """The same data in another order of keys gives the same bytes."""

    def shuffled(inner: Any) -> Any:
        if isinstance(inner, dict):
            keys = list(inner)
            random.shuffle(keys)
            return {key: shuffled(inner[key]) for key in keys}
        return [shuffled(v) for v in inner] if isinstance(inner, list) else inner

    assert document(shuffled(value)) == document(value)


@given(nasty_objects)
@example({"a": "x\ry"})
def test_lines_end_alike_everywhere(value: dict[str, Any]) -> None:
    """The text has no carriage return and ends in a newline, so that it has the same bytes on every system and through git."""
    text = document(value)
    assert "\r" not in text
    assert text.endswith("\n")


@pytest.mark.parametrize(
    "text",
    [
        "on",
        "1234567",
        "12e4567",
        "0o17",
        "190:20:30",
        "~",
        "",
        "y",
        "1_000",
        "=",
        "2026-11-23",
        "0x1F",
        ".5",
        "NO",
        "Null",
        "Infinity",
        "a:",
        "::",
    ],
)
def test_what_readers_disagree_about_is_quoted(text: str) -> None:
    """Each scalar that some reader takes for something else stands in quotes."""
    assert document({"a": text}) == f'a: "{text}"\n'


def test_several_lines_are_shown_as_they_are() -> None:
    """SQL, PromQL and configuration are literal blocks that a person can read."""
    assert document({"a": "SELECT 1;\n\n  -- two\n"}) == "a: |\n  SELECT 1;\n\n    -- two\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\nb\n\n", '"a\\nb\\n\\n"'),
        ("\na\nb", '"\\na\\nb"'),
        (" a\nb", '" a\\nb"'),
        ("a\nb", "|-\n  a\n  b"),
        ("☕ " * 60, '"' + "☕ " * 60 + '"'),
        (1.0, "1"),
        (1.5, "1.5"),
        (float(2**53), "9007199254740992.0"),
        ((1, "b"), "\n- 1\n- b"),
        (_Text("on"), '"on"'),
    ],
)
def test_what_has_two_ways_of_writing_has_one(value: object, text: str) -> None:
    """Whole numbers without a point, tuples as lists, one line for one line, a block only where it needs no indentation of its own."""
    assert document({"a": value}).removeprefix("a:").strip(" ") == text + "\n"


def test_one_list_in_two_places_is_written_twice() -> None:
    """Manifests have no anchors: a diff of one place must not depend on another."""
    shared = ["x"]
    assert document({"a": shared, "b": shared}) == "a:\n- x\nb:\n- x\n"


def test_a_manifest_begins_with_what_people_look_for() -> None:
    """apiVersion, kind, metadata with name and namespace come first; all else is sorted."""
    body = {
        "spec": {"b": 1, "a": 2},
        "data": {},
        "kind": "K",
        "apiVersion": "v1",
        "metadata": {"labels": {}, "namespace": "s", "name": "m"},
    }
    assert manifest(body).split("\n")[:6] == ["apiVersion: v1", "kind: K", "metadata:", "  name: m", "  namespace: s", "  labels: {}"]


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"a": {"b/c": [1, math.nan]}}, "/a/b~1c/1 is nan"),
        ({"a": math.inf}, "/a is inf"),
        ({"a": "\ud800"}, "/a holds half of a surrogate pair"),
        ({"a": {1: 2}}, "/a has a key of class int"),
        ({"a": object()}, "/a is a object"),
        ({"\ud800": 1}, "/ holds half of a surrogate pair"),
        ({"~a": math.nan}, "/~0a is nan"),
    ],
)
def test_what_yaml_cannot_hold_is_refused_with_its_place(value: dict[str, Any], where: str) -> None:
    """The error names the place of the value."""
    with pytest.raises(WriterError) as caught:
        document(value)
    assert str(caught.value).startswith(where)


def test_data_without_end_is_refused() -> None:
    """A list that holds itself is an error, not an endless loop."""
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(WriterError, match="nested more than 100 levels"):
        document({"a": loop})
