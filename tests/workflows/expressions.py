"""Expressions of GitHub Actions, as far as the workflows here use them; anything else is an error, never a guess.

Left out on purpose: `<` and its kin, and whatever functions nobody here calls.
https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w-]*)|(?P<sign>&&|\|\||==|!=|[!()\[\].,*]))"
)
_HOLE: Final = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_STATUS: Final = frozenset({"always", "success", "failure", "cancelled"})
Contexts = Mapping[str, Any]


class Unsupported(Exception):
    """What stands there is not understood here, or asks for something that the contexts given do not have."""


def evaluated(text: str, contexts: Contexts, status: str = "success") -> Any:
    """The value of one expression, without its `${{ }}`. `status` is that of the job so far: success, failure or cancelled."""
    parser = _Parser(text, contexts, status)
    value = parser.either()
    parser.end()
    return value


def filled(text: str, contexts: Contexts, status: str = "success") -> str:
    """A string with all of its `${{ }}` replaced by what GitHub would put there."""
    return _HOLE.sub(lambda hole: as_text(evaluated(hole[1], contexts, status)), text)


def holds(condition: str | bool | None, contexts: Contexts, status: str) -> bool:
    """Whether a step or a job with that `if` runs; one that asks for no status runs after success alone."""
    text = "success()" if condition is None else as_text(condition).strip()
    whole = _HOLE.fullmatch(text)
    expression = whole[1] if whole else text
    asks = any(re.search(rf"\b{name}\s*\(", expression) for name in _STATUS)
    return (asks or status == "success") and is_true(evaluated(expression, contexts, status))


def as_text(value: Any) -> str:
    """A value inside a string."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    raise Unsupported(f"{value!r} has no one form as text; use toJSON")


def is_true(value: Any) -> bool:
    """Whether a condition with that value is met."""
    return value not in (None, False, 0, "")


@dataclass(frozen=True, slots=True)
class _Many:
    """What `.*` makes: the values of a collection, of which a property is taken one by one."""

    values: tuple[Any, ...]


class _Parser:
    """One expression, from left to right."""

    def __init__(self, text: str, contexts: Contexts, status: str) -> None:
        self._text, self._contexts, self._status = text, contexts, status
        self._tokens: list[tuple[str, str]] = []
        position = 0
        while text[position:].strip():
            match = _TOKEN.match(text, position)
            if match is None:
                raise Unsupported(f"{text[position:].strip()!r} in {text!r}")
            self._tokens.append((str(match.lastgroup), match[str(match.lastgroup)]))
            position = match.end()
        self._at = 0

    def end(self) -> None:
        """Nothing is left."""
        if self._at != len(self._tokens):
            raise Unsupported(f"{self._tokens[self._at][1]!r} in {self._text!r}")

    def either(self) -> Any:
        """`a || b`, which is a where that is true, else b."""
        value = self._both()
        while self._takes("||"):
            other = self._both()
            value = value if is_true(value) else other
        return value

    def _both(self) -> Any:
        value = self._equal()
        while self._takes("&&"):
            other = self._equal()
            value = other if is_true(value) else value
        return value

    def _equal(self) -> Any:
        value = self._not()
        for sign in ("==", "!="):
            if self._takes(sign):
                return _same(value, self._not()) == (sign == "==")
        return value

    def _not(self) -> Any:
        return not is_true(self._not()) if self._takes("!") else self._reached()

    def _reached(self) -> Any:
        value, path = self._simple()
        while True:
            if self._takes("."):
                name = "*" if self._takes("*") else self._next("name")
            elif self._takes("["):
                name = as_text(self.either())
                self._needs("]")
            else:
                return list(value.values) if isinstance(value, _Many) else value
            value, path = self._property(value, name, path), f"{path}.{name}"

    def _property(self, value: Any, name: str, path: str) -> Any:
        if isinstance(value, _Many):
            return _Many(tuple(self._property(each, name, path) for each in value.values))
        if name == "*" and isinstance(value, Mapping):
            return _Many(tuple(value.values()))
        if isinstance(value, Mapping) and name in value:
            return value[name]
        if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            return value[int(name)]
        # A step that did not run has no outputs, and each event its own payload; everything else is there or misspelt.
        if re.fullmatch(r"steps\.[\w-]+\.outputs|github\.event(\..*)?", path):
            return None
        raise Unsupported(f"{path} has no {name} in {self._text!r}")

    def _simple(self) -> tuple[Any, str]:
        if self._takes("("):
            value = self.either()
            self._needs(")")
            return value, "()"
        if self._at == len(self._tokens):
            raise Unsupported(f"{self._text!r} ends too early")
        kind, text = self._tokens[self._at]
        self._at += 1
        if kind == "text":
            return text[1:-1].replace("''", "'"), text
        if kind == "number":
            return json.loads(text), text
        if text in {"true", "false", "null"}:
            return json.loads(text), text
        if kind != "name":
            raise Unsupported(f"{text!r} in {self._text!r}")
        if self._takes("("):
            return self._called(text), f"{text}()"
        if text not in self._contexts:
            raise Unsupported(f"there is no context {text} for {self._text!r}")
        return self._contexts[text], text

    def _called(self, name: str) -> Any:
        arguments: list[Any] = []
        while not self._takes(")"):
            if arguments:
                self._needs(",")
            arguments.append(self.either())
        if name in _STATUS and not arguments:
            return name in ("always", self._status)
        if name not in _FUNCTIONS:
            raise Unsupported(f"the function {name} in {self._text!r}")
        return _FUNCTIONS[name](*arguments)

    def _takes(self, sign: str) -> bool:
        found = self._at < len(self._tokens) and self._tokens[self._at] == ("sign", sign)
        self._at += found
        return found

    def _needs(self, sign: str) -> None:
        if not self._takes(sign):
            raise Unsupported(f"{self._text!r} lacks a {sign!r}")

    def _next(self, kind: str) -> str:
        if self._at == len(self._tokens) or self._tokens[self._at][0] != kind:
            raise Unsupported(f"{self._text!r} lacks a {kind}")
        self._at += 1
        return self._tokens[self._at - 1][1]


def _same(one: Any, other: Any) -> bool:
    """Texts are compared without their case; what is of two kinds would be compared as numbers, which nothing here asks for."""
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    if one is None or other is None:
        return one in (None, "") and other in (None, "")
    if type(one) is not type(other):
        raise Unsupported(f"{one!r} compared with {other!r}")
    return bool(one == other)


_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "fromJSON": json.loads,
    "toJSON": lambda value: json.dumps(value, indent=2),
    "join": lambda values, between=",": str(between).join(map(as_text, values)),
}
