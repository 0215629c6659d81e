"""The quick way from YAML text to values: ryaml, for text in which nothing can be taken in two ways.

ryaml wraps serde_yaml, whose scanner and parser are libyaml's, carried over to Rust: the text comes apart as it does for PyYAML
and, through go-yaml's copy of the same code, for Kubernetes. It differs in what a plain scalar means, so text with a plain
scalar that not every reader takes alike goes the careful way; as do anchors, tags, merge keys, keys that are not text, and
everything that ryaml refuses (a key given twice is one such thing).
"""

import re
from typing import Final, cast

import ryaml

from crema.policies.model.values import MAX_DEPTH, Json


def _doubtful(lead: str, end: str, *others: str) -> re.Pattern[str]:
    """An expression for a plain scalar that not every reader takes alike: between the `lead` before a scalar and the `end` behind
    it. Searched in time that is linear in the text: repetitions are possessive or bounded, so none is tried twice.
    """
    behind = rf"[ \t]*+(?:{end}|:(?=[\s,\[\]{{}}]|$))"
    word = r"[yYnN]|[yY]es|YES|[nN]o|NO|[oO]n|ON|[oO]ff|OFF|[-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)"
    key = r"(?:[tT]rue|TRUE|[fF]alse|FALSE|[nN]ull|NULL|~)[ \t]*+:(?=[\s,\[\]{}]|$)"
    # Decimal numbers that every reader takes alike, and versions and addresses, which are numbers to nobody.
    harmless = rf"(?:(?:0|-?[1-9][0-9]{{0,17}})(?:\.[0-9]{{1,15}})?|[0-9]+\.[0-9]+\.[0-9.]*+)[ \t]*+(?:{end})"
    number = rf"(?!{harmless})[-+._]*+[0-9][-+.0-9_]*+(?:[eExXoObB][-+0-9a-fA-F_.]*+)?{behind}"
    indicator = r"[&*][0-9A-Za-z_-]|!|<<|[?:](?:\s|$)"
    kinds = "|".join((rf"(?:{word}){behind}", key, number, indicator, *others))
    return re.compile(rf"{lead}(?=[-+._0-9yYnNoOtTfF~&*!<?:\[{{%])(?:{kinds})", re.MULTILINE)


_IN_BLOCKS: Final = _doubtful(
    r"[\n:][ \t]*+(?:-[ \t]++)*+(?<=[\n \t])",
    r"$|#",
    r"(?<=\n)(?:---(?!\n)|\.\.\.|%)",
    # A flow collection that is neither empty nor a list of quoted words on one line: the other expression must look, too.
    r"""(?P<flow>[\[{](?!\}$|\]$|(?:"[^"\\\n]*+"(?:, ?)?)++\]$))""",
)
_ANYWHERE: Final = _doubtful(
    r"""[\n\[{,:?-][ \t]*+(?:(?<=[\s\[{,])|(?<=["'\]}]:))""",
    r"$|[#,\]}]",
    r"(?<=\n)(?:---(?!\n)|\.\.\.|%)",
    r"(?<=[\[{,])[?:]",
)
_ODD: Final = re.compile("[\x85\u2028\u2029\ufeff]")
"""Line breaks to libyaml, and its byte order mark, for which the expressions above do not look."""
_NOTHING: Final = re.compile(r"(?: *+(?:#[^\n]*+)?\n)*+(?: *+(?:#[^\n]*+)?\Z)?")
"""Comments and empty lines before a document."""
_BETWEEN: Final = re.compile(r"(?<=\n)---\n")
_BRACKET: Final = re.compile(r"[\[\]{}]")


def _nests(text: str) -> bool:
    """Whether flow collections may be nested deeply, on which ryaml spends quadratic time. Brackets in quotes count as well."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    depth = 0
    for bracket in _BRACKET.findall(text):
        depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
        if depth > MAX_DEPTH:
            return True
    return False


def quick(text: str) -> list[tuple[int, Json]] | None:
    """The first line and the value of every document of a text; None when the text has to be read carefully."""
    if "\r" in text or "\\/" in text or (not text.isascii() and _ODD.search(text)) or _nests(text):
        return None
    whole = f"\n{text}"
    doubtful = _IN_BLOCKS.search(whole)
    if doubtful is not None and (doubtful["flow"] is None or "?" in text or _ANYWHERE.search(whole)):
        return None
    line = 1
    documents: list[tuple[int, Json]] = []
    for position, part in enumerate(_BETWEEN.split(whole)):
        inside = part if position else part[1:]
        comments = cast("re.Match[str]", _NOTHING.match(inside)).end()
        if inside[comments : comments + 1] == "\t":
            return None
        if comments < len(inside):
            try:
                value = cast("Json", ryaml.loads(inside))  # type: ignore[attr-defined]  # its stub exports nothing by name
            except (ryaml.InvalidYamlError, TypeError, ValueError):  # type: ignore[attr-defined]  # as above
                return None
            documents.append((line + inside.count("\n", 0, comments), value))
        elif not inside.replace("\n", "").isprintable():
            return None
        elif position:
            documents.append((line, None))
        line += inside.count("\n") + 1
    return documents
