"""The two ways to read YAML give one result, it is that of sigs.k8s.io/yaml, and where another reader differs there is a doubt."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
import yaml12
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from crema.policies.model import builder
from crema.policies.model.documents import Document, Unreadable, read_carefully, read_documents
from crema.policies.model.quick import quick
from crema.policies.model.read import read
from crema.policies.model.readings import core
from tests.external import run
from tests.policies.yaml_texts import WORDS, numbers, texts, words

REFUSED: Final = "refused"
KNOWN: Final = (
    ("a: [b:, c]", "not YAML: found unexpected ':'"),
    ("a: " + "[" * 300 + "]" * 300, "nested deeper than 200 levels"),
)
"""Where Kubernetes reads and crema refuses: a colon before a comma in a flow collection, which libyaml's parser does not know, and
depth that no object has.
"""
_PYYAML_ALONE: Final = re.compile(
    r"""
    [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?      # base 60
    | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*                # a date, a time
    | [-+]?0o[0-7]+ | [-+]?0[0-9]+(\.[0-9]*)?            # YAML 1.2's octal numbers, decimal ones that begin with 0
    | [-+]?[0-9.]+[eE][-+]?[0-9]+ | [-+]?[0-9]*\.[0-9]*   # floats in other spellings
    | = | <<                                          # tags of YAML 1.1 that nobody uses as values
    """,
    re.VERBOSE,
)
_SLIPS: Final = re.compile(r"0[xo][-+].*|[-+]{2}[0-9].*|0xf{16}")
"""Signs and sizes that py-yaml12 takes and the core schema does not have."""


def outcome(way: Callable[[str], Any], text: str) -> object:
    """Everything that a way of reading says of a text; types count, as in `1` and `1.0`."""
    try:
        return [(repr(document.body), document.index, document.line, document.doubts) for document in way(text)]
    except Unreadable as refused:
        return refused.line, refused.why


@settings(max_examples=300)
@given(texts)
@example("---\na: 1\n---\n---\nb: 2")
@example("\t# c\n---\n- a\n")
@example("#\x07\n---\n- a\n")
@example("a: |\n  x\n---\nb: 1\n")
def test_the_quick_way_and_the_careful_one_give_one_result(text: str) -> None:
    """Values and their types, positions, doubts and refusals are the same, whichever way is taken."""
    assert outcome(read_documents, text) == outcome(read_carefully, text)


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(
    "shape", ["{}", "a: {}", "a: {}  # c", "- {}", "- - {}", "a:\n  {}", "{}: a", "[{}]", "a: [b, {}]", "a: {{b: {}}}", "{{{}: a}}"]
)
def test_no_word_is_taken_otherwise_by_the_quick_way(shape: str, word: str) -> None:
    """Every ambiguous word, wherever a scalar may stand."""
    text = shape.format(word) + "\n"
    assert outcome(read_documents, text) == outcome(read_carefully, text)


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("# c\na: text\nb:\n  - 1\n  - 0.5\nc: {}\nd: |\n  on\n", False),
        ("# c\na: text\nb:\n  - 1\n  - 0.5\nc: {}\nd: |\n  on call\n---\ne: 1.2.3\n", True),
        ("a: on\n", False), ("a: 0b1\n", False), ("on: a\n", False), ("1: a\n", False), ("<<: {}\n", False), ("a: &a b\n", False),
        ("a: !b c\n", False), ("a: 1\na: 2\n", False), ("\ufeffa: 1\n", False), ("a: 1\r\n", False), ("a: [b, no]\n", False),
        ("a: [b, c]\n", True), ('a: ["no"]\n', True),
    ],
)  # fmt: skip
def test_the_quick_way_is_taken_where_nothing_is_ambiguous(text: str, taken: bool) -> None:
    """Ordinary manifests go the quick way, and what a reader could take otherwise does not."""
    assert (quick(text) is not None) is taken


def kubernetes(given_texts: Sequence[str]) -> list[object]:
    """The first document of each text as sigs.k8s.io/yaml reads it, or REFUSED."""
    done = run("sigsyaml", stdin=json.dumps(list(given_texts)))
    assert done.status == 0, done.stderr
    return [comparable(answer["json"]) if "json" in answer else REFUSED for answer in json.loads(done.stdout)]


def ours(text: str) -> tuple[object, bool]:
    """The first document of a text as crema reads it, or REFUSED, or KNOWN; and whether the file as a whole is refused."""
    found: list[object] = []
    try:
        found += (comparable(built.value) for built in builder.build(text))
    except Unreadable as refused:
        return found[0] if found else KNOWN if refused.why in {why for _, why in KNOWN} else REFUSED, True
    return (found or [None])[0], False


def comparable(value: Any) -> object:
    """The value with every number as the float that JSON may make of it."""
    if isinstance(value, dict):
        return {key: comparable(below) for key, below in value.items()}
    if isinstance(value, list):
        return [comparable(below) for below in value]
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def differences(given_texts: Sequence[str]) -> list[tuple[str, object, object]]:
    """The texts that crema and Kubernetes do not read alike, with both readings. A byte order mark in the middle may end a document for
    one and break it for the other; the file is refused either way.
    """
    trios = zip(given_texts, map(ours, given_texts), kubernetes(given_texts), strict=True)
    return [
        (text, mine, theirs)
        for text, (mine, refused), theirs in trios
        if mine not in (theirs, KNOWN) and not (refused and theirs == REFUSED)
    ]


@pytest.mark.engine
@settings(max_examples=15)
@given(st.lists(texts, min_size=10, max_size=20))
def test_every_text_is_read_as_kubernetes_reads_it(given_texts: list[str]) -> None:
    """The same value, or both refuse: anchors, tags, merges, duplicates, tabs, line ends and characters that break something included."""
    assert differences(given_texts) == []


@pytest.mark.engine
@settings(max_examples=20)
@given(st.lists(numbers | words, min_size=200, max_size=300))
def test_every_scalar_is_read_as_kubernetes_reads_it(scalars: list[str]) -> None:
    """As a value, as a key and with a tag."""
    shapes = ("a: {}\n", "{}: a\n", "a: !!int {}\n", "a: !!float '{}'\n", "a: !!str {}\n", "a: !!bool {}\n", "a: !!null {}\n", "a: !x {}\n")
    assert differences([shapes[place % len(shapes)].format(scalar) for place, scalar in enumerate((*scalars, *WORDS))]) == []


@pytest.mark.engine
def test_a_broken_resolver_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison can fail: with the resolver of YAML 1.2 it does, on the words that differ."""
    monkeypatch.setattr(builder, "resolve", core)
    assert {text for text, _, _ in differences(["a: on", "a: 017", "a: true", "a: 12"])} == {"a: on", "a: 017"}


@pytest.mark.engine
def test_what_crema_refuses_and_kubernetes_reads() -> None:
    """There are two such things, and this pins them."""
    texts_read = [text for text, _ in KNOWN]
    assert REFUSED not in kubernetes(texts_read)
    assert [outcome(read_carefully, text) for text in texts_read] == [(1, why) for _, why in KNOWN]


def others(text: str) -> tuple[object, object]:
    """The value as PyYAML and as a reader of YAML 1.2 make it, or REFUSED."""
    try:
        python = comparable(json.loads(json.dumps(yaml.load(text, yaml.CSafeLoader), default=str)))
    except (yaml.YAMLError, ValueError, TypeError):
        python = REFUSED
    try:
        newer = comparable(json.loads(json.dumps(_untagged(yaml12.parse_yaml(text.removeprefix("\ufeff"))))))
    except (ValueError, TypeError):
        newer = REFUSED
    return python, newer


def _untagged(value: Any) -> Any:
    """The value without `!`, which says no more than "no number": py-yaml12 keeps it as a tag."""
    if isinstance(value, yaml12.Yaml):
        return _untagged(value.value) if value.tag == "!" else value
    if isinstance(value, dict):
        return {_untagged(key): _untagged(below) for key, below in value.items()}
    return [_untagged(item) for item in value] if isinstance(value, list) else value


@settings(max_examples=400)
@given(words)
@example("0x-1")
@example("+08")
@example("<<")
def test_where_a_reader_takes_a_scalar_otherwise_there_is_a_doubt(scalar: str) -> None:
    """Kubernetes and YAML 1.2 agree, or there is a doubt; PyYAML agrees, or the scalar is of a kind that it alone takes otherwise."""
    text = f"a: {scalar}\n"
    try:
        (document,) = read_carefully(text)
    except Unreadable:
        return
    python, newer = others(text)
    mine = comparable(document.body)
    assert newer == mine or document.doubts or _SLIPS.fullmatch(scalar)
    assert python == mine or document.doubts or _PYYAML_ALONE.fullmatch(scalar.replace("_", ""))


def _key(key: str) -> str:
    """A key as text; a number's is that of its value, since each reader writes it its own way."""
    try:
        return str(float(key))
    except ValueError:
        return key.strip()


def alike(mine: Any, other: Any, *, key: str = "") -> bool:
    """Whether two readings are one, apart from scalars that PyYAML alone takes otherwise, and octal modes, which the API writes so."""
    if isinstance(mine, dict) and isinstance(other, dict):
        ours, theirs = ({_key(key): value for key, value in one.items()} for one in (mine, other))
        return len(ours) == len(theirs) and all(alike(ours[name], theirs.get(name, REFUSED), key=name) for name in ours)
    if isinstance(mine, list) and isinstance(other, list):
        return len(mine) == len(other) and all(alike(one, two, key=key) for one, two in zip(mine, other, strict=True))
    if isinstance(mine, str) and isinstance(other, str) and mine.strip() == other.strip():
        return True  # py-yaml12 keeps or drops spaces at the end of a block otherwise than the standard says
    alone = [str(value).replace("_", "") for value in (mine, other) if isinstance(value, str)]
    return mine == other or any(_PYYAML_ALONE.fullmatch(text) or _SLIPS.fullmatch(text) for text in alone) or key.lower().endswith("mode")


@settings(max_examples=400)
@given(texts)
@example("a: &x {b: 1}\nc: *x\n")
@example("apiVersion: v1\r\nkind: List\r\nitems:\r\n- a: |\r\n    x\r\n")
def test_where_readers_take_a_document_otherwise_there_is_a_doubt(text: str) -> None:
    """A document that crema reads without a doubt is read alike, or refused, by the others: no value is another one to anybody.

    Left out: three characters that end a line in YAML 1.1 alone, which no manifest has; and the tag `!`, of which PyYAML alone thinks
    nothing.
    """
    assume(not set(text) & set("\x85\u2028\u2029") and not re.search(r"(?<!\S)!(?!\S)", text))
    try:
        found = [*read_carefully(text)]
    except Unreadable:
        return
    if len(found) != 1 or found[0].doubts:
        return
    python, newer = others(text)
    mine = comparable(found[0].body)
    assert python == REFUSED or alike(mine, python)
    assert newer == REFUSED or alike(mine, newer)


@pytest.mark.parametrize(
    ("text", "doubts"),
    [
        ("a: text\nb: [1, true, ~]\n", []),
        ("a: on\n", [("/a", 1, "warning")]),
        ("a:\n  - x\n  - 0b1\n", [("/a/1", 3, "warning")]),
        ("a/b~c:\n  y: 1\n", [("/a~1b~0c/true", 2, "warning")]),
        ("defaultMode: 0644\nitems: [{mode: 0400}]\n", []),
        ("count: 0644\n", [("/count", 1, "warning")]),
        ("modest: yes\nmode: yes\n", [("/modest", 1, "warning"), ("/mode", 2, "warning")]),
        ("a: 1\nb: 2\na: 3\n", [("/a", 3, "error")]),
        ("a: {b: 1, b: 1}\n", [("/a/b", 1, "error")]),
        ("1: a\n'1': a\n", [("/1", 2, "error")]),
        ("a: !x b\n", [("/a", 1, "error")]),
        ("a: &a {b: 1}\nc:\n  <<: *a\n  b: 2\n", [("/c/<<", 3, "info")]),
        ("a: &a {b: 1}\nc:\n  b: 2\n  <<: *a\n", [("/c/b", 3, "warning"), ("/c/<<", 4, "info")]),
        ('{"a": 1,\n "a": "\\ud83d\\ude00"}', [("/a", 2, "error")]),
        ('{"a": {"b": 1, "b": 2}, "' + "k" * 2000 + '": 1}', [("", 1, "error")]),
        ("a: 1e999\n", [("/a", 1, "warning")]),
    ],
)
def test_a_doubt_has_a_place_and_a_weight(text: str, doubts: list[tuple[str, int, str]]) -> None:
    """Where it is, in pointers and lines, and how bad it is."""
    (document,) = read_documents(text)
    assert [(doubt.pointer, doubt.line, doubt.severity) for doubt in document.doubts] == doubts


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("a: 1\na: 2\n", {"a": 2}),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ("a: 1\n<<: {a: 2}\n", {"a": 2}),
        ("<<: {a: 2}\na: 1\n", {"a": 1}),
        ("a: !x b\n", {"a": "b"}),
        ("a: !!binary aGk=\n", {"a": "hi"}),
        ('{"a": "\\/\\ud83d\\ude00"}', {"a": "/\N{CAT FACE}".replace("\N{CAT FACE}", "\N{GRINNING FACE}")}),
        ("1.5: a\n1e10: b\n123456789.0: c\n0.00001: d\n", {"1.5": "a", "1e+10": "b", "1.2345679e+08": "c", "1e-05": "d"}),
    ],
)
def test_what_is_in_doubt_is_still_read_as_kubernetes_reads_it(text: str, body: object) -> None:
    """The last of two keys counts, a merge wins over what stands before it, a tag that nobody knows is dropped."""
    assert [document.body for document in read_documents(text)] == [body]


@given(
    st.integers(1000, 10**6),
    st.sampled_from(["0{}", "{}_0", "0b{}", "!x {}", "!!int x{}", "!!binary {}", "{}: y", "1e{}", "[a: {}", "*x{}", "0x{}g", "- {}"]),
)
def test_no_doubt_and_no_refusal_quotes_a_secret(number: int, spelling: str) -> None:
    """Whatever a Secret's value is, and wherever a reader stumbles over it, its text is not repeated."""
    text = f"kind: Secret\napiVersion: v1\nstringData:\n  pin: {spelling.format(number)}\n"
    try:
        said = [doubt.text for document in read_documents(text) for doubt in document.doubts]
    except Unreadable as refused:
        said = [refused.why]
    assert not [words_said for words_said in said if str(number) in words_said]


def test_a_password_outside_of_a_secret_is_not_quoted_either() -> None:
    """The values of a chart may hold one."""
    (document,) = read_documents("kind: Application\nspec: {grafana: {adminPassword: 0123456}, port: 0123}\n")
    assert [doubt.text for doubt in document.doubts] == [
        "a number has another value to Kubernetes than to readers of YAML 1.2",
        "0123 is the number 83 to Kubernetes and 123 to readers of YAML 1.2",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\n---\n" * 50_000, "---\n" * 100_000, "- " * 200_000, "[" * 200_000, "{a: " * 100_000, "a: [" + "x," * 200_000 + "]\n",
        "k" * 1_000_000 + ": 1\n", '"' + "k" * 1_000_000 + '": 1\n', "a: " + "1_" * 300_000, "a: " + "-." * 300_000,
        "a: 1e" + "1-" * 300_000, "a: " + " " * 1_000_000 + "b\n", " " * 1_000_000, "a: [" + '"x", ' * 100_000,
        "a: [" + '"x"' * 100_000 + "]\n", "- yes\n" * 50_000, "k: v\n" * 50_000, "a: b\n" * 50_000 + "\x00",
        'a: "' + "\\n" * 300_000 + '"\n', "a: |\n" + "  {[\n" * 100_000, "? " * 200_000, "? a\n" * 50_000, "#" * 1_000_000,
        "# c\n" * 200_000, "a:" + "\t" * 500_000 + "b\n", '{"a": [' + '{"b": 1},' * 50_000 + "1]}",
    ],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_no_text_takes_more_than_linear_time(text: str) -> None:
    """Half a megabyte of anything is over in seconds on either way; what is quadratic would take minutes."""
    assert outcome(read_documents, text) == outcome(read_carefully, text)


@pytest.mark.parametrize("way", [read_documents, read_carefully])
def test_ten_megabytes_are_read(way: Callable[[str], Any]) -> None:
    """A document of 10 MB is one document, not a refusal: only aliases are counted."""
    text = "items:\n" + "- name: some-name\n  image: registry.example.com/some/image:1.2.3\n  ports: [80, 443]\n" * 130_000
    assert len(text) > 10_000_000
    (document,) = way(text)
    assert isinstance(document, Document)
    assert isinstance(document.body, dict)
    assert isinstance(document.body["items"], list)
    assert len(document.body["items"]) == 130_000


@pytest.mark.parametrize(
    ("content", "line", "why"),
    [
        (b"a: 1\nb: \xff\xfe\n", 4, "not UTF-8"),
        (b"a: 1\nb: \xed\xa0\x80\n", 4, "not UTF-8"),
        (b"a: 1\n\nb: \x00\n", 5, "not YAML: control characters are not allowed"),
        (b"a: &a [*a]\n", 3, "an alias inside its own anchor"),
        (b"x: 1\na: !!int " + b"hunter2" * 3 + b"\n", 4, "a value is not what its tag says"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_line(tmp_path: Path, content: bytes, line: int, why: str) -> None:
    """Whatever the bytes, there is a file, a line and a reason, and no value."""
    (tmp_path / "a.yaml").write_bytes(b"apiVersion: v1\nkind: ConfigMap\n" + content)
    (unreadable,) = read([tmp_path]).unreadable
    assert (unreadable.line, unreadable.why) == (line, why)
