"""YAML and JSON text into plain values, as Kubernetes reads it. There are two ways, with one result: a quick one for text in
which nothing can be taken in two ways, and a careful one for the rest.
"""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from crema.policies.model.builder import build
from crema.policies.model.doubts import Doubt
from crema.policies.model.positions import line_of
from crema.policies.model.quick import quick
from crema.policies.model.values import MAX_DEPTH, TOO_DEEP, Json, Unreadable

__all__ = ["Document", "Json", "Unreadable", "embedded", "first_body", "line_of", "read_carefully", "read_documents"]

_ESCAPE: Final = re.compile(r"(?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\(?P<slash>/)|\\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One YAML document: its value, its position in the file (from 0), the line on which it starts (from 1), and where
    another reader would differ.
    """

    body: Json
    index: int
    line: int
    doubts: tuple[Doubt, ...] = ()


def read_documents(text: str) -> Iterator[Document]:
    """Every document of a file. Empty documents (nothing between two `---`) are passed over, as kubectl does.

    Raises Unreadable for what Kubernetes does not read: broken YAML, values that are not what their tag says, cyclic or
    exploding aliases; and for absurd depth.
    """
    parts = quick(text)
    if parts is None:
        yield from read_carefully(text)
        return
    for index, (line, body) in enumerate(parts):
        if body is not None:
            yield Document(body=body, index=index, line=line)


def first_body(text: str) -> Json:
    """The value of the first document of a text; None when it has none. Raises Unreadable."""
    return next((document.body for document in read_documents(text)), None)


@lru_cache(maxsize=16)
def embedded(text: str) -> Json:
    """The value of the YAML that a text of a manifest holds; None when it holds none. Kept while findings ask for it."""
    try:
        return first_body(text)
    except Unreadable:
        return None


def read_carefully(text: str) -> Iterator[Document]:
    """The same, without the quick way."""
    document = _json_document(text) if text.lstrip().startswith("{") else None
    if document is not None:
        yield document
        return
    for index, built in enumerate(build(text)):
        if built.value is not None:
            yield Document(body=built.value, index=index, line=built.line, doubts=built.doubts)


def _json_document(text: str) -> Document | None:
    """Text that is one JSON object, which kubectl reads as such: JSON has escapes and long keys that Kubernetes' YAML refuses. None for
    any other text.
    """
    once = _Once()
    try:
        body: Json = json.loads(text, object_pairs_hook=once, parse_constant=_no_number, parse_int=_integer, parse_float=_fraction)
    except (ValueError, RecursionError):
        return None
    line = 1 + text.count("\n", 0, text.index("{"))
    _refuse_depth(body, 0, line)
    return Document(body=body, index=0, line=line, doubts=_doubts(text, line) if once.twice else ())


class _Once:
    """Makes mappings, the last of two equal keys counts, and remembers whether there were any."""

    def __init__(self) -> None:
        self.twice = False

    def __call__(self, pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        made = dict(pairs)
        self.twice |= len(made) < len(pairs)
        return made


def _doubts(text: str, line: int) -> tuple[Doubt, ...]:
    """Where keys are given twice: found by reading the JSON as YAML, its own escapes replaced by what they stand for."""
    try:
        return next(build(_ESCAPE.sub(_plain, text))).doubts
    except (Unreadable, StopIteration):
        return (Doubt(pointer="", line=line, severity="error", text="a key is given twice in one mapping: Kubernetes keeps the last one"),)


def _plain(escape: re.Match[str]) -> str:
    pair = escape["pair"]
    if pair is None:
        return escape["slash"] or escape[0]
    return bytes.fromhex(pair[2:6] + pair[8:12]).decode("utf-16-be")


def _no_number(word: str) -> Json:
    raise ValueError(word)


def _integer(digits: str) -> int | float:
    value = int(digits) if len(digits) <= 20 else _fraction(digits)
    return value if -(2**63) <= value < 2**64 else float(value)


def _fraction(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError(digits)
    return value


def _refuse_depth(body: Json, depth: int, line: int) -> None:
    if depth > MAX_DEPTH:
        raise Unreadable(line, TOO_DEEP)
    for value in body.values() if isinstance(body, dict) else body if isinstance(body, list) else ():
        _refuse_depth(value, depth + 1, line)
