"""Whether one name misspells another: by a letter or two, or by case. One that is merely alike (`dataTo` beside `data`) may be new."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

#: Shorter names differ by one letter at most.
_LONG: Final = 8


def misspells(name: str, known: Iterable[str]) -> bool:
    """Whether a name is one of the known ones with one letter wrong, missing, too much or swapped with the next; two if it is long."""
    plain = _plain(name)
    return any(_apart(plain, _plain(other)) <= (2 if min(len(plain), len(other)) >= _LONG else 1) for other in known)


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")


def _apart(one: str, other: str) -> int:
    """How many letters to change, to leave out, to add or to swap (optimal string alignment)."""
    if abs(len(one) - len(other)) > 2:
        return 3
    before: list[int] = []
    row: list[int] = [*range(len(other) + 1)]
    for i, letter in enumerate(one, 1):
        following: list[int] = [i]
        for j, wanted in enumerate(other, 1):
            least = min(row[j] + 1, following[j - 1] + 1, row[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                least = min(least, before[j - 2] + 1)
            following.append(least)
        before, row = row, following
    return row[-1]
