"""Specs: frozen descriptions that a chart's author writes, and the mistakes found in them afterwards, all at once."""

import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from types import FunctionType
from typing import Annotated, Any, Literal, TypeVar, Union

from crema.generators.checks import Check, DnsName, Requirement, SecretKey
from crema.generators.source import Line, Source, caller


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One wrong value: where it was written, what is wrong with it and what to write."""

    file: str
    line: int
    message: str

    @classmethod
    def at(cls, line: Line, message: str) -> "Mistake":
        """A mistake at a line of Python."""
        return cls(line.file, line.line, message)


class Note(UserWarning):
    """Something a chart's author should know that is no mistake; given with `warnings.warn`, shown with the line."""

    def __init__(self, text: str) -> None:
        """Remember who is being told."""
        super().__init__(text)
        self.source = caller()


# Somebody may have written a password where the name of a Secret belongs; reports end up in logs.
_MAYBE_SECRET = re.compile("passw|token|secret|credential|private|webhook", re.IGNORECASE)


def may_be_secret(name: str) -> bool:
    """Whether what has this name may be the value of a secret."""
    return _MAYBE_SECRET.search(name) is not None


_Problem = Mistake | tuple[str, Requirement, object]

_READS: dict[FunctionType, tuple[str, ...]] = {}
_Rule = TypeVar("_Rule", bound=Callable[..., Iterator[Mistake]])


def rule(*reads: str) -> Callable[[_Rule], _Rule]:
    """Mark a method of a spec that yields mistakes; it runs only where each field it reads is right by itself."""

    def mark(method: _Rule) -> _Rule:
        assert isinstance(method, FunctionType)
        _READS[method] = reads
        return method

    return mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """Base of all specs. Making one never raises for a wrong value; `mistakes()` lists what is wrong, after all charts are built.

    A subclass is a frozen dataclass whose fields are annotated with the types of `crema.generators.checks`; what must hold between
    fields is a method marked with `@rule`.
    """

    source: Source = field(default_factory=caller, init=False, repr=False, compare=False)

    def mistakes(self) -> tuple[Mistake, ...]:
        """Everything wrong with this spec and the specs inside it: wrong values in the order of the fields, then broken rules."""
        found: list[Mistake] = []
        wrong: set[str] = set()
        try:
            hints = _hints(type(self))
        except Exception as error:  # noqa: BLE001 - a platform's own spec may be annotated with anything
            return (Mistake.at(self.source.line, f"{self._title()}: its annotations cannot be read: {error}"),)
        for name, hint in hints.items():
            for problem in self._problems_of(name, hint):
                wrong.add(name)
                found.append(problem if isinstance(problem, Mistake) else self.mistake(*problem))
        for cls in type(self).__mro__:
            for member in vars(cls).values():
                reads = _READS.get(member) if isinstance(member, FunctionType) else None
                if reads is not None and wrong.isdisjoint(reads):
                    found.extend(self._broken(member))
        return tuple(found)

    def _problems_of(self, name: str, hint: Any) -> "list[_Problem]":
        try:
            return list(_problems(getattr(self, name), hint, name))
        except Exception as error:  # noqa: BLE001 - a value may be of anybody's class; what it raises is a mistake of this field alone
            return [(name, f"a value that can be read (this one raises {type(error).__name__})", getattr(self, name))]

    def _broken(self, judge: FunctionType) -> list[Mistake]:
        try:
            return list(judge(self))
        except Exception as error:  # noqa: BLE001 - a rule may be anybody's; the other mistakes are still listed
            return [
                Mistake.at(self.source.line, f"{self._title()}: its rule {judge.__name__} raises {type(error).__name__}; mend that rule")
            ]

    def mistake(self, field_name: str, required: Requirement, value: object) -> Mistake:
        """A mistake of this spec's field, in the voice all of them have. What could be a secret is not shown."""
        secret = may_be_secret(f"{type(self).__name__} {field_name}") and not isinstance(value, Spec)
        shown = "a value that is not shown here" if secret else shown_value(value)
        keyword, _, path = field_name.removesuffix("]").partition("[")
        line = self.source.of_keyword(keyword, type(self).__name__, value, path.split("][") if path else ())
        return Mistake.at(line, f"{self._title()}: {field_name} is {shown}; it must be {required}")

    def _title(self) -> str:
        kind = type(self).__name__.removesuffix("Spec")
        values = [getattr(self, f.name) for f in fields(self)[1:2]]
        named = values and isinstance(values[0], str) and not may_be_secret(kind)
        return f"{kind} {shown_value(values[0])}" if named else kind


_HINTS: dict[type[Spec], dict[str, Any]] = {}


def _hints(spec: type[Spec]) -> dict[str, Any]:
    """The annotations of a spec's fields, worked out once a class: resolving them takes longer than everything else here."""
    if spec not in _HINTS:
        hints = typing.get_type_hints(spec, include_extras=True)
        _HINTS[spec] = {f.name: hints[f.name] for f in fields(spec) if f.name != "source"}
    return _HINTS[spec]


def _problems(value: object, hint: Any, name: str) -> Iterator[_Problem]:
    """What keeps `value` from being a `hint`: (field, what is required, the value), or mistakes of a spec inside."""
    if hint is Any:
        return
    problems_of = _BY_ORIGIN.get(typing.get_origin(hint))
    if problems_of is not None:
        yield from problems_of(value, hint, name)
    elif isinstance(hint, type) and issubclass(hint, Spec):
        if isinstance(value, hint):
            yield from value.mistakes()
        else:
            yield name, with_article(hint.__name__), value
    elif not isinstance(hint, type):
        yield name, f"annotated with something that specs can check, not {hint}", value
    elif type(value) is not hint and not (isinstance(value, hint) and hint not in {bool, int, str}):
        yield name, {bool: "True or False", int: "a whole number", str: "a text"}.get(hint, with_article(hint.__name__)), value


def _of_annotated(value: object, hint: Any, name: str) -> Iterator[_Problem]:
    required = next(c for c in hint.__metadata__ if isinstance(c, Check)).requirement_of(value)
    if required is not None:
        yield name, required, value


def _of_literal(value: object, hint: Any, name: str) -> Iterator[_Problem]:
    known = typing.get_args(hint)
    if value not in known:
        yield name, _one_of(value, known), value


def _of_tuple(value: object, hint: Any, name: str) -> Iterator[_Problem]:
    if not isinstance(value, tuple):
        yield name, "a tuple: (a, b) or, with one element, (a,)", value
        return
    for element in value:
        yield from _problems(element, typing.get_args(hint)[0], name)


def _of_mapping(value: object, hint: Any, name: str) -> Iterator[_Problem]:
    if not isinstance(value, Mapping):
        yield name, "a mapping: {name: value}", value
        return
    key_hint, value_hint = typing.get_args(hint)
    for key, element in value.items():
        yield from _problems(key, key_hint, name)
        yield from _problems(element, value_hint, f"{name}[{shown_value(key)}]")


def _of_union(value: object, hint: Any, name: str) -> Iterator[_Problem]:
    choices = [c for c in typing.get_args(hint) if c is not type(None)]
    if value is None and len(choices) < len(typing.get_args(hint)):
        return
    specs = tuple(c for c in choices if isinstance(c, type) and issubclass(c, Spec))
    matching = next((c for c in specs if isinstance(value, c)), None)
    if matching is None and len(specs) == len(choices):
        yield name, " or ".join(with_article(c.__name__) for c in specs), value
        return
    tried = [list(_problems(value, c, name)) for c in ([matching] if matching else [c for c in choices if c not in specs])]
    yield from min(tried, key=len)


_BY_ORIGIN: dict[Any, Callable[[object, Any, str], Iterator[_Problem]]] = {
    Annotated: _of_annotated,
    Literal: _of_literal,
    tuple: _of_tuple,
    Mapping: _of_mapping,
    Union: _of_union,
    types.UnionType: _of_union,
}


def _one_of(value: object, known: tuple[Any, ...]) -> Requirement:
    near = get_close_matches(str(value), [str(k) for k in known], n=1)
    listed = ", ".join(str(k) for k in known[:-1]) + f" or {known[-1]}" if len(known) > 1 else str(known[0])
    return listed + (f" (did you mean {near[0]}?)" if near else "")


def shown_value(value: object) -> str:
    """A value as a person typed it, on one line and cut short; a spec by its class alone."""
    cls = type(value)
    if issubclass(cls, Spec):
        return with_article(cls.__name__)
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - anybody's class, or data nested without end
        return f"{with_article(cls.__name__)} that cannot be shown"
    text = text if len(text) <= 80 else text[:77] + "…" + text[-1]
    return "".join(c if c.isprintable() else "?" for c in text)


def with_article(name: str) -> str:
    """A class's name in a sentence: a WebServiceSpec, an AlbSpec."""
    return f"{'an' if name[:1] in 'AEIOUaeiou' else 'a'} {name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretKeySpec(Spec):
    """One key of a Secret that something else creates: specs name secrets, they never hold their values."""

    name: DnsName
    key: SecretKey

    def body(self) -> dict[str, str]:
        """A reference to it."""
        return {"name": self.name, "key": self.key}

    def variable(self) -> dict[str, dict[str, str]]:
        """The `valueFrom` of a container's variable."""
        return {"secretKeyRef": self.body()}
