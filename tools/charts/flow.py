"""What becomes of values: which of them are read, and what stands below them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tools.charts.atoms import ANY, NOTHING, At, Atom, Chart, Each, Items, Mapping, Object, Path, Serialised, Value, Word, join, word
from tools.charts.reads import Reads
from tools.charts.source import Source

_DEEPEST: Final = 3
"""As many unknown keys in a row as a path has: a template that calls itself on what it finds reads everything."""


class Flow:
    """The values of one chart with its sub-charts. `reads`: what was read. `unknown`: what is not understood."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.reads = Reads()
        self.unknown: set[str] = set()
        self._also: dict[Path, Value] = {}
        self.reads.read.update(source.conditions)
        self.reads.open.update(source.missing)

    def truth(self, value: Value) -> None:
        """Whether there is a value is looked at, or it is printed as a text."""
        for atom in value:
            if isinstance(atom, At):
                self.reads.read.add(atom.path)
            elif isinstance(atom, Serialised):
                self.truth(atom.value)

    def text(self, value: Value) -> None:
        """A value is compared, counted or taken apart."""
        self.truth(value)
        self.whole(frozenset(atom for atom in value if isinstance(atom, Serialised)))

    def keys(self, value: Value) -> None:
        """The keys of a mapping, or the items of a list, are looked at: whatever they are, they count."""
        self.truth(value)
        self.truth(frozenset(At((*atom.path, ANY)) for atom in value if isinstance(atom, At)))

    def whole(self, value: Value) -> None:
        """All of a value is used as it is."""
        for atom in value:
            match atom:
                case At(path) | Chart(path):
                    self.reads.open.add(path)
                case Serialised(inner) | Each(inner):
                    self.whole(inner)
                case Items(items):
                    self.whole(join(*items))
                case Mapping(entries):
                    self.whole(join(*(below for _, below in entries)))

    def at(self, *path: str) -> Value:
        """The value at a path, with what templates write there."""
        if path[-_DEEPEST - 1 :] == (ANY,) * (_DEEPEST + 1):
            self.reads.open.add(path)
            path = path[:-1]
        found: set[Atom] = {At(path)}
        waiting = [path] if self._also else []
        while waiting:
            more = self._written(waiting.pop()) - found
            found |= more
            waiting += [atom.path for atom in more if isinstance(atom, At)]
        return frozenset(found)

    def write(self, path: Path, value: Value) -> None:
        """A template writes a value to a path."""
        self._also[path] = join(self._also.get(path, NOTHING), value)

    @property
    def written(self) -> int:
        """How much templates have written so far."""
        return sum(map(len, self._also.values()))

    def _written(self, path: Path) -> Value:
        return join(*(value for place, value in self._also.items() if len(place) == len(path) and _alike(place, path)))

    def field(self, value: Value, name: str) -> Value:
        """What stands under a key, whatever the value may be."""
        return join(*(self._field(atom, name) for atom in value))

    def _field(self, atom: Atom, name: str) -> Value:
        match atom:
            case At(path) if name == "global" and path in self.source.charts:
                return join(*(self.at(*path[:depth], name) for depth in range(len(path) + 1)))
            case At(path):
                return self.at(*path, ANY if name.isdigit() else name)
            case Chart(path) if name == "Values":
                return self.at(*path)
            case Chart(path) if name in {"Files", "Subcharts"}:
                return frozenset({Object(name, path)})
            case Object("Subcharts", path):
                return frozenset({Chart((*path, name))})
        return _made(atom, name)

    def items(self, value: Value) -> Value:
        """What any item of a list, or any value of a mapping, may be."""
        return join(*(below for _, below in self.pairs(value)))

    def pairs(self, value: Value) -> Iterator[tuple[Value, Value]]:
        """What a loop gives in turn: a key, if it is known, and a value."""
        places: list[Value] = []
        for atom in value:
            match atom:
                case At(path):
                    places.append(self.at(*path, ANY))
                case Mapping(entries):
                    yield from ((word(None if key == ANY else key), below) for key, below in sorted(entries, key=str))
                case Items(items):
                    yield from ((NOTHING, item) for item in items)
                case Each(item):
                    yield NOTHING, item
        if places:
            yield NOTHING, join(*places)

    def file(self, chart: Path, name: str | None) -> Value:
        """The text of a file of a chart; without a name, of any of them."""
        return frozenset(Word((text,)) for known, text in self.source.texts[chart].items() if name in {None, known})


def _made(atom: Atom, name: str) -> Value:
    """What stands under a key of something that a template made."""
    match atom:
        case Mapping(entries):
            return join(*(below for key, below in entries if key in {name, ANY}))
        case Items(items) if name.isdigit():
            return items[int(name)] if int(name) < len(items) else NOTHING
        case Each(item):
            return item
    return NOTHING


def _alike(one: Path, other: Path) -> bool:
    """Whether two paths of one length may be the same place."""
    return all(a == b or ANY in {a, b} for a, b in zip(one, other, strict=True))
