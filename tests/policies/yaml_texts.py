"""YAML as people and programs write it, and as nobody should: the texts on which readers are compared.

Built from the inside out: words, scalars in every style, collections in both styles, documents with comments and line
ends, and texts with one character where it does not belong.
"""

# ruff: noqa: E501

from typing import Final

from hypothesis import strategies as st

WORDS: Final = (
    *("y", "Y", "yes", "Yes", "YES", "yEs", "n", "N", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", "oFF"),
    *("true", "True", "TRUE", "tRue", "false", "False", "FALSE", "null", "Null", "NULL", "nULL", "~", "=", "<", "<<", "-", "--", ".", "..", "_"),
    *("0", "-0", "00", "08", "017", "-017", "0o17", "0O17", "0o8", "0x1F", "0X1f", "-0x1F", "0xg", "0b11", "-0b11", "0b-11", "0b+1", "0b2", "+12"),
    *("1_000", "0_x1F", "+_1", "_1", "1_", "1__0", "1.", ".5", "-.5", "+.5", ".5_0", "._5", ".5_", "1.0", "1.10", "1.2.3", "10.0.0.1", "5_.0_1"),
    *("1e3", "1E3", "1e+3", "1e", "12e4567", "1e999", "-1e999", ".5e3", ".5e999", ".e3", "1.e5", ".inf", "-.inf", "+.INF", ".iNf", ".nan", ".NaN"),
    *("9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "-9223372036854775809", "9" * 40),
    *("0xffffffffffffffff", "0x10000000000000000", "+18446744073709551615", "1e400", "1e-400", "100m", "1Gi", "30s", "80/tcp", "8080:80"),
    *("190:20:30", "12:30", "2026-01-02", "2026-1-2", "2026-13-45", "2026_01", "2026-01-02T03:04:05Z", "2026-01-02 03:04:05", "2001-12-14t21:59:43.10-05:00"),
    *("text", "on call", "a b", "a#b", "a:b", "http://x/y", "v1", "Infinity", "nan", "inf", "None", "é", "字", "\N{CAT FACE}", "x" * 130),
)  # fmt: skip
numbers = st.text("+-._0123456789eExXoObBaf:", min_size=1, max_size=8)
words = st.sampled_from(WORDS) | numbers
_PLAIN = st.text("abyn01 -_.:#é", min_size=1, max_size=12).map(str.strip).filter(bool)
_INNER = st.text("abyn01 -_.:#,[]{}&*!|>%@é\t", max_size=12)
_ESCAPES = ("\\n", "\\t", '\\"', "\\\\", "\\x41", "\\u00e9", "\\/", "\\e", "\\ ", "\\_", "\\N", "\\q")
_HEADERS = ("|", "|-", "|+", ">", ">-", ">+", "|2", ">1-", "|  # c", "|9", "|0", "|+-")


def _quoted(pieces: list[str]) -> str:
    return '"' + "".join(piece.replace('"', "") if piece not in _ESCAPES else piece for piece in pieces) + '"'


single_quoted = _INNER.map(lambda text: "'" + text.replace("'", "''") + "'")
double_quoted = st.lists(st.sampled_from(_ESCAPES) | _INNER.map(lambda text: text.replace("\\", "")), max_size=3).map(_quoted)
_TAME = (
    "text",
    "on call",
    "true",
    "false",
    "null",
    "~",
    "0",
    "12",
    "-3",
    "0.5",
    "10.25",
    "1.2.3",
    "100m",
    "80/tcp",
    "http://x/y",
    "é",
    "a#b",
    "a:b",
    "=",
)
_NOTES = ("&a ", "!!str ", "!!int ", "!!float ", "!!binary ", "!foo ", "! ")
wild = words | _PLAIN | single_quoted | double_quoted
tame = st.sampled_from(_TAME) | st.sampled_from(_TAME) | single_quoted | st.sampled_from(['"x"', '"yes"', '"a b\\n"', "'08'"])
"""Scalars on one line: of every kind, and of those that nobody takes otherwise (`wild` has one now and then)."""


def _flow(scalars: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.lists(st.tuples(scalars, scalars), max_size=3)
    return st.one_of(
        scalars,
        scalars,
        st.lists(scalars, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        pairs.map(lambda given: "{" + ", ".join(f"{key}: {value}" for key, value in given) + "}"),
        st.tuples(double_quoted, scalars).map(lambda pair: f"[{{{pair[0]}:{pair[1]}}}]"),
    )


def _indented(text: str, by: str = "  ") -> str:
    return "\n".join(by + line if line else line for line in text.split("\n"))


@st.composite
def _block_scalar(draw: st.DrawFn) -> str:
    header = draw(st.sampled_from(_HEADERS[:6]) | st.sampled_from(_HEADERS))
    lines = draw(st.lists(_INNER | st.sampled_from(["", " x", "on", "---", "&a b", "- y", "{", "a: 0b1"]), max_size=4))
    return "\n".join([header, *("  " + line for line in lines)])


_KEYS = st.lists(st.sampled_from(["a", "b", "c", "kind", "mode", "metadata", "data", "spec"]), min_size=1, max_size=4, unique=True)


@st.composite
def _mapping(draw: st.DrawFn, scalars: st.SearchStrategy[str], below: st.SearchStrategy[str], *, odd: bool) -> str:
    keys = draw(st.lists(scalars, min_size=1, max_size=3)) if odd and draw(st.booleans()) else draw(_KEYS)
    return "\n".join(_entry(draw, f"{key}:", below, odd=odd) for key in keys)


@st.composite
def _sequence(draw: st.DrawFn, below: st.SearchStrategy[str], *, odd: bool) -> str:
    return "\n".join(_entry(draw, "-", below, odd=odd) for _ in range(draw(st.integers(1, 3))))


def _entry(draw: st.DrawFn, lead: str, below: st.SearchStrategy[str], *, odd: bool) -> str:
    """One key or dash with its value: on the same line, or below it."""
    value = draw(below)
    note = draw(st.sampled_from(_NOTES)) if odd and draw(st.integers(0, 3)) == 0 else ""
    comment = draw(st.sampled_from(["", "", "", " # c", "  # on", "#c", "\t"]))
    if value.startswith(("|", ">")):
        return f"{lead} {note}{_indented(value).lstrip()}"
    if "\n" in value or draw(st.integers(0, 5)) == 0:
        if lead == "-" and draw(st.booleans()):
            return f"- {note}{_indented(value).lstrip()}"
        return f"{lead} {note}{comment}\n{_indented(value)}"
    return f"{lead} {note}{value}{comment}"


_HANGING = ("", "|", "x\n  y", "on\n  y", "'a\n\n  b'", '"a\\\n  b"')


def _blocks(scalars: st.SearchStrategy[str], *, odd: bool) -> st.SearchStrategy[str]:
    return st.recursive(
        _flow(scalars) | _block_scalar() | st.sampled_from((*_HANGING, "*a") if odd else _HANGING),
        lambda below: _mapping(scalars, below, odd=odd) | _sequence(below, odd=odd),
        max_leaves=5,
    )


@st.composite
def documents(draw: st.DrawFn, scalars: st.SearchStrategy[str] = wild, *, odd: bool = True) -> str:
    """One document that is meant to be right. `odd`: with anchors, tags, merges, directives and keys of every kind."""
    blocks = _blocks(scalars, odd=odd)
    text = draw(_mapping(scalars, blocks, odd=odd) | _sequence(blocks, odd=odd) | blocks)
    merges = ("x0: &a {b: 1, c: on}\n<<: *a\n", "<<: {a: 1}\n", "<<: [{a: 1}, {a: 2, b: 2}]\n")
    merge = draw(st.sampled_from(("", "", "", *merges))) if odd else ""
    tail = draw(st.sampled_from(("", "\n", "\n", "\n", "\n\n", "\n# c\n", *(["\n<<: {a: 1, b: 2}\n"] if odd else []))))
    heads = ("", "", "# c\n", "---\n", "# c\n---\n", "---\n# c\n")
    head = draw(st.sampled_from((*heads, "--- # c\n", "%YAML 1.1\n---\n", "%YAML 1.2\n---\n", "\ufeff") if odd else heads))
    return head + merge + text + tail


_SEPARATORS = ("---\n", "---\n", "---\n---\n", "\n---\n", "---\n# c\n---\n", "--- # c\n", "...\n", "--- \n", "---x\n", " ---\n", "--- on\n")


@st.composite
def streams(draw: st.DrawFn, scalars: st.SearchStrategy[str] = wild, *, odd: bool = True) -> str:
    """Several documents, perhaps with other line ends and a character that breaks something."""
    text, *others = draw(st.lists(documents(scalars, odd=odd), min_size=1, max_size=3))
    for other in others:
        text += draw(st.sampled_from(_SEPARATORS[: None if odd else 5])) + other
    if odd:
        text = text.replace("\n", draw(st.sampled_from(["\n", "\n", "\n", "\n", "\r\n", "\r"])))
    if draw(st.integers(0, 3)) == 0:
        place = draw(st.integers(0, len(text)))
        wrong = draw(st.sampled_from("\t\r\x00\x07\x7f\x85\u2028\u2029\ufeff\ufffe\xa0\"'\\[]{}:,#&*!|>%@`?- \n"))
        text = text[:place] + wrong + text[place:]
    return text


texts = documents() | streams() | documents(tame, odd=False) | streams(tame, odd=False) | streams(tame | tame | wild, odd=False)
"""Texts of every kind, more than half of them fit for the quick way."""
