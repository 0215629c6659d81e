"""The syntax of Helm's templates, as far as values flow through it.

Source: https://pkg.go.dev/text/template
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """`.a.b`: fields of the dot; no names is the dot itself."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """`$x.a.b`; the variable `$` is the dot with which a template began."""

    name: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function by its name; `true`, `false` and `nil` too."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """A constant; `text` is None for a number or a character."""

    text: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """`(pipeline).a.b`."""

    pipeline: Pipeline
    names: tuple[str, ...]


Operand = Field | Variable | Function | Literal | Group


@dataclass(frozen=True, slots=True, eq=False)
class Pipeline:
    """`$a, $b := first x y | second z`: what each command yields is the last argument of the next.

    declared: the variables on its left. new: `:=`, which declares them, and not `=`.
    """

    commands: tuple[tuple[Operand, ...], ...]
    declared: tuple[str, ...] = ()
    new: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """What is printed as it stands."""

    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Action:
    """`{{ pipeline }}`."""

    pipeline: Pipeline


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """`if`, `with` (moves the dot) and `range` (moves it to each item in turn), with their `else`."""

    word: str
    pipeline: Pipeline
    body: tuple[Node, ...]
    otherwise: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """`{{ template "name" pipeline }}`."""

    name: str
    pipeline: Pipeline | None


Node = Text | Action | Branch | Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One file: what it prints, and the templates it defines by name."""

    body: tuple[Node, ...]
    defines: dict[str, tuple[Node, ...]]
