"""YAML is read as Kubernetes reads it, and nothing that a file can hold ends in a traceback."""

import json
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crema.policies.model.documents import Json, Unreadable, line_of, read_documents

NO_NUMBER = "infinity, or not a number at all, which JSON and so Kubernetes cannot hold"
TREES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**63), max_value=2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(), below, max_size=4),
    max_leaves=12,
)


def bodies(text: str) -> list[Json]:
    """The values of every document of a text."""
    return [document.body for document in read_documents(text)]


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("on", True), ("y", True), ("Yes", True), ("off", False), ("N", False), ("yEs", "yEs"),
        ("~", None), ("", None), ("NULL", None), ("=", "="), ("<", "<"),
        ("0o17", 15), ("017", 15), ("0x1F", 31), ("0b11", 3), ("-0b11", -3), ("1_000", 1000), ("+12", 12), ("08", 8.0),
        ("1e3", 1000.0), (".5", 0.5), ("1.", 1.0), ("1e999", "1e999"),
        ("9" * 400, "9" * 400), ("0x" + "f" * 400, "0x" + "f" * 400), ("1e", "1e"), ("0xg", "0xg"), ("12:30", "12:30"),
        ("190:20:30", "190:20:30"), ("2026-01-02", "2026-01-02"), ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
        ("'on'", "on"), ('"1"', "1"), ("1.2.3", "1.2.3"), ("9" * 19, int("9" * 19)), ("9" * 20, 1e20),
    ],
)  # fmt: skip
def test_a_scalar_is_what_kubernetes_takes_it_for(scalar: str, value: object) -> None:
    """The resolver of sigs.k8s.io/yaml decides, not YAML 1.2's and not PyYAML's."""
    assert bodies(f"a: {scalar}\n") == [{"a": value}]


@given(TREES)
@example("\N{CAT FACE}")
def test_json_is_read_as_json(tree: Any) -> None:
    """Whatever object Python's json writes is read back equal, for JSON files are manifests too."""
    text = json.dumps({"tree": tree})
    assert bodies(text) == [json.loads(text)]


@given(st.text())
def test_no_text_ends_in_anything_but_documents_or_unreadable(text: str) -> None:
    """Any text is either read or refused with a line inside it."""
    refused_at = 1
    try:
        list(read_documents(text))
    except Unreadable as refused:
        refused_at = refused.line
    assert 1 <= refused_at <= len(re.split("\r\n|[\n\r\x85\u2028\u2029]", text)) + 1


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a: 1\nb: [1\n", 3, "not YAML: did not find expected ',' or ']'"),
        ("a: 1\nb:\n\t- c\n", 3, "not YAML: found character that cannot start any token"),
        ("a: 1\nb: \x00\n", 2, "not YAML: control characters are not allowed"),
        ("a: 1\nb: [c?d]\n", 2, "not YAML: a question mark inside [] or {} that is not in quotes"),
        ("a: !!int hunter2\n", 1, "a value is not what its tag says"),
        ("a: !!binary hunter2\n", 1, "a value is not what its tag says"),
        ("a: !!timestamp hunter2\n", 1, "a value is not what its tag says"),
        ("%YAML 1.2\n---\na: 1\n", 1, "Kubernetes reads no YAML but 1.1: leave out the %YAML directive"),
        ('a: "x\\/y"\n', 1, "not YAML: found unknown escape character (`\\/` is one in JSON and YAML 1.2 only)"),
        ("a: \ud800\n", 1, "half of a character (a lone surrogate), which UTF-8 cannot hold"),
        ("a: 1\nb: .inf\n", 2, NO_NUMBER),
        ("a: !!float .NaN\n", 1, NO_NUMBER),
        ('{"a": "\\ud83d\\ude00", "b": NaN}', 1, "not YAML: found invalid Unicode character escape code"),
        ('{"a": "\\ud83d\\ude00", "b": ' + "[" * 300 + "]" * 300 + "}", 1, "nested deeper than 200 levels"),
        ("? [a]\n: 1\n", 1, "a mapping's key is itself a mapping or a list"),
        ("18446744073709551615: 1\n", 1, "a mapping's key is null, or a number beyond 64 bits"),
        ("~: 1\n", 1, "a mapping's key is null, or a number beyond 64 bits"),
        ("a: &a [*a]\n", 1, "an alias inside its own anchor"),
        ("a: *nowhere\n", 1, "not YAML: found undefined alias"),
        ("<<: 1\n", 1, "`<<` merges something that is not a mapping"),
        ("[" * 100_000, 1, "nested deeper than 200 levels"),
        ("- " * 100_000, 1, "nested deeper than 200 levels"),
        ("{a: " * 100_000, 1, "nested deeper than 200 levels"),
    ],
)
def test_hostile_text_is_refused_with_its_line(text: str, line: int, why: str) -> None:
    """What Kubernetes could not read is refused and named."""
    with pytest.raises(Unreadable) as refused:
        list(read_documents(text))
    assert (refused.value.line, refused.value.why) == (line, why)


def test_aliases_cannot_multiply_a_small_file_into_a_huge_one() -> None:
    """Ten aliases of ten aliases, seven deep, are refused before memory is gone."""
    names = "abcdefgh"
    levels = [f"{names[i]}: &{names[i]} [{', '.join([f'*{names[i - 1]}'] * 10)}]" for i in range(1, 8)]
    with pytest.raises(Unreadable, match="aliases multiply this document"):
        list(read_documents("\n".join(["a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]", *levels])))


def test_merge_keys_anchors_boms_and_several_documents_are_read() -> None:
    """What is legal stays legal: an explicit key wins over a merged one, empty documents are passed over."""
    text = "\ufeffbase: &base {a: 1, b: 2}\nmine: {<<: *base, b: 3}\n---\n---\n1: x\r\ntrue: z\r\n"
    assert bodies(text) == [{"base": {"a": 1, "b": 2}, "mine": {"a": 1, "b": 3}}, {"1": "x", "true": "z"}]


@pytest.mark.parametrize(
    ("pointer", "inner", "line"),
    [
        ("/metadata/annotations/a~1b", "", 4),
        ("/spec/ports/1/port", "", 8),
        ("/spec/ports/9", "", 6),
        ("", "", 2),
        ("/data/rules.yaml", "/groups/1/name", 13),
        ("/data/rules.yaml", "/groups/7", 11),
    ],
)
def test_a_pointer_leads_to_its_line(pointer: str, inner: str, line: int) -> None:
    """The line is the key's or the item's, also inside YAML that a block of text holds; else its nearest ancestor's."""
    text = """\
# a comment
metadata:
  annotations:
    a/b: c
spec:
  ports:
    - port: 1
    - port: 2
data:
  rules.yaml: |
    groups:
      - name: first
      - name: second
"""
    assert line_of(text, 0, pointer, inner) == line
