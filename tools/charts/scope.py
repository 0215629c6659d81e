"""The dot and the variables at a place in a template."""

from __future__ import annotations

from dataclasses import dataclass, field

from tools.charts.atoms import NOTHING, Value, Word, join


@dataclass(slots=True)
class Scope:
    """`frames`: the variables of each body around the place, innermost last; the first one holds `$`."""

    dot: Value
    frames: list[dict[str, Value]]

    @classmethod
    def of(cls, dot: Value) -> Scope:
        """The scope with which a template begins."""
        return cls(dot, [{"$": dot}])

    def inner(self, dot: Value) -> Scope:
        """The scope of a body."""
        return Scope(dot, [*self.frames, {}])

    def look(self, name: str) -> Value:
        """What a variable may be."""
        return next((frame[name] for frame in reversed(self.frames) if name in frame), NOTHING)

    def give(self, name: str, value: Value, *, new: bool) -> None:
        """Declares a variable, or adds to what one may be: the branch that sets it need not be taken."""
        frame = self.frames[-1] if new else next((frame for frame in reversed(self.frames) if name in frame), self.frames[-1])
        frame[name] = value if new else join(frame.get(name, NOTHING), value)


@dataclass(slots=True)
class Printed:
    """What a template prints: what it serialises, whether it prints anything beside, and its text, part by part."""

    serialised: Value = NOTHING
    beside: bool = False
    parts: list[str | None] = field(default_factory=list)

    def add(self, value: Value) -> None:
        """Something printed by an action."""
        words = [atom for atom in value if isinstance(atom, Word)]
        self.serialised |= value.difference(words)
        known = len(words) == 1 and len(value) == 1
        self.parts += words[0].parts if known else (None,)
        self.beside = self.beside or any(word.text != "" for word in words)

    def add_text(self, text: str) -> None:
        """Text of the template itself."""
        self.parts.append(text)
        self.beside = self.beside or bool(text.strip())

    def add_body(self, body: Printed) -> None:
        """What a branch or a loop prints, if it is taken."""
        self.serialised |= body.serialised
        self.beside = self.beside or body.beside
        self.parts += [None] if body.parts else []
