"""From the text of a template to its pieces: text as it stands, and actions as tokens.

Source: https://cs.opensource.google/go/go/+/refs/tags/go1.26.0:src/text/template/parse/lex.go
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(
    r"""
    (?P<end>(?:(?<=\s)-)?\}\})
    | (?P<space>\s+)
    | (?P<comment>/\*.*?\*/)
    | (?P<raw>`[^`]*`)
    | (?P<string>"(?:\\.|[^"\\\n])*")
    | (?P<character>'(?:\\.|[^'\\\n])+')
    | (?P<number>[+-]?\.?[0-9][0-9A-Za-z_.]*)
    | (?P<field>\.\w+)
    | (?P<dot>\.)
    | (?P<variable>\$\w*)
    | (?P<word>\w+)
    | (?P<declare>:=)
    | (?P<sign>[|(),=])
    """,
    re.VERBOSE | re.DOTALL,
)
_OPEN: Final = re.compile(r"\{\{(?P<trim>-(?=\s))?")


class TemplateError(Exception):
    """A template cannot be read; the message says what and in which line."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token of an action. tight: no space stands before it, so that a field belongs to what precedes it."""

    kind: str
    text: str
    tight: bool


def lex(text: str) -> Iterator[str | list[Token]]:
    """Texts and actions in turn, white space beside `{{-` and `-}}` taken away, comments left out."""
    position, trim = 0, False
    while (opened := _OPEN.search(text, position)) is not None:
        before = text[position : opened.start()]
        before = before.lstrip() if trim else before
        yield before.rstrip() if opened["trim"] else before
        tokens, position, trim = _action(text, opened.end())
        if tokens:
            yield tokens
    yield text[position:].lstrip() if trim else text[position:]


def _action(text: str, position: int) -> tuple[list[Token], int, bool]:
    """The tokens up to `}}`, where it ends, and whether it trims what follows."""
    tokens: list[Token] = []
    tight = False
    while (found := _TOKEN.match(text, position)) is not None:
        position = found.end()
        kind = str(found.lastgroup)
        if kind == "end":
            return tokens, position, found[0].startswith("-")
        if kind not in {"space", "comment"}:
            tokens.append(Token(kind=kind, text=found[0], tight=tight))
        tight = kind != "space"
    line = text.count("\n", 0, position) + 1
    raise TemplateError(f"line {line}: an action cannot be read at {text[position : position + 20]!r}")
