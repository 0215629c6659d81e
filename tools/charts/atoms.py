"""What an expression of a template may be, as far as it comes from values.

A value is a set of atoms: everything that the expression may be under some values and some conditions. What comes from
elsewhere (the release, the cluster, a sum) is no atom at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

Value = frozenset["Atom"]
Path = tuple[str, ...]

ANY: Final = "*"
"""The part of a path that stands for every key of a mapping or every item of a list."""
NOTHING: Final[Value] = frozenset()
_LONGEST: Final = 8


@dataclass(frozen=True, slots=True)
class At:
    """What stands at a place in the values."""

    path: Path


@dataclass(frozen=True, slots=True)
class Chart:
    """The dot with which the templates of a chart begin. `path`: where its values are in those of the whole."""

    path: Path


@dataclass(frozen=True, slots=True)
class Object:
    """Something of a chart that is not its values: its `Files` or its `Subcharts`."""

    name: str
    chart: Path


@dataclass(frozen=True, slots=True)
class Word:
    """A text; None stands for a part that is not known."""

    parts: tuple[str | None, ...]

    @property
    def text(self) -> str | None:
        """The text if all of it is known."""
        return "".join(part for part in self.parts if part is not None) if None not in self.parts else None


@dataclass(frozen=True, slots=True)
class TextOf:
    """The value at a place as a text, which may be a template."""

    path: Path


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping that a template makes."""

    entries: frozenset[tuple[str, Value]]


@dataclass(frozen=True, slots=True)
class Items:
    """A list that a template makes."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Each:
    """A list of which only what its items may be is known."""

    item: Value


@dataclass(frozen=True, slots=True)
class Serialised:
    """A value as YAML or JSON text: all of it is used where the text is."""

    value: Value


Atom = At | Chart | Object | Word | TextOf | Mapping | Items | Each | Serialised


def parts_of(parts: Iterable[str | None]) -> tuple[str | None, ...]:
    """The parts of a text, as long as there are few of them: a template that calls itself makes ever more."""
    listed = tuple(parts)
    return listed if len(listed) <= _LONGEST else (None,)


def word(text: str | None) -> Value:
    """A text; None is one that is not known."""
    return frozenset({Word((text,))})


def mapping(entries: Iterable[tuple[str, Value]]) -> Value:
    """A mapping with these entries; of equal keys the value may be either."""
    merged: dict[str, Value] = {}
    for key, value in entries:
        merged[key] = merged.get(key, NOTHING) | value
    return frozenset({Mapping(frozenset(merged.items()))})


def join(*values: Value) -> Value:
    """What any of these may be. Mappings become one, so that the number of cases does not multiply."""
    atoms = frozenset().union(*values)
    made = [atom for atom in atoms if isinstance(atom, Mapping)]
    if len(made) < 2:
        return atoms
    return atoms.difference(made) | mapping(entry for atom in made for entry in atom.entries)
