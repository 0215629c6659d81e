"""What another reader of the same YAML would have understood differently."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One place where readers differ.

    pointer: JSON pointer (RFC 6901) from the top of the document, or of the object once it is a manifest's. line: from 1, in the file.
    text: the readings in words. It quotes keys and never the value of a Secret.
    """

    pointer: str
    line: int
    severity: Literal["error", "warning", "info"]
    text: str


def below(doubts: Iterable[Doubt], base: str) -> tuple[Doubt, ...]:
    """The doubts about the value at a pointer and inside it, with pointers that begin there."""
    inside = (doubt for doubt in doubts if f"{doubt.pointer}/".startswith(f"{base}/"))
    return tuple(replace(doubt, pointer=doubt.pointer.removeprefix(base)) for doubt in inside)
