"""An expression in its place: the scope it stands in, the text it can be, and what a call gives a function."""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Optional

from crema.policies.model.python_names import Function, Module


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scope:
    """Where an expression stands: what its names can mean. `known` are arguments and what loops go through."""

    module: Module
    block: ast.AST
    known: Mapping[str, tuple["Value", ...]] = field(default_factory=dict)
    outer: Optional["Scope"] = None


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """An expression, function or class, with the scope in which it stands."""

    node: ast.AST
    scope: Scope


@dataclass(frozen=True, slots=True)
class Text:
    """The text of an expression, or with `pattern` the regular expression of what it can be."""

    text: str
    pattern: bool = False

    def fits(self, other: str) -> bool:
        """Whether it can be that text."""
        return re.fullmatch(self.text, other, re.DOTALL) is not None if self.pattern else self.text == other


def called(function: Value, call: ast.Call, scope: Scope) -> Scope:
    """The scope inside a function that is called: its parameters are what the call gives."""
    node = function.node
    assert isinstance(node, Function)
    arguments = node.args
    known: dict[str, tuple[Value, ...]] = {}
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    own = function.scope.known.get("self")
    if own is not None and names:
        known[names.pop(0)] = own
    rest: list[ast.expr] = []
    for number, argument in enumerate(call.args):
        if number < len(names) and not isinstance(argument, ast.Starred) and not rest:
            known[names[number]] = (Value(argument, scope),)
        else:
            rest.append(argument)
    if arguments.vararg is not None:
        known[arguments.vararg.arg] = (Value(ast.Tuple(elts=rest), scope),)
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    for name in (*names, *(argument.arg for argument in arguments.kwonlyargs)):
        if name in keywords:
            known[name] = (Value(keywords[name], scope),)
    if arguments.kwarg is not None:
        taken = {*names, *(argument.arg for argument in arguments.kwonlyargs)}
        more = [(name, value) for name, value in keywords.items() if name is None or name not in taken]
        keys = [None if name is None else ast.Constant(value=name, lineno=value.lineno) for name, value in more]
        known[arguments.kwarg.arg] = (Value(ast.Dict(keys=[*keys], values=[value for _, value in more], lineno=call.lineno), scope),)
    home = function.scope
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [*zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True)]
    for parameter, default in (*defaults, *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)):
        if default is not None:
            known.setdefault(parameter.arg, (Value(default, home),))
    return Scope(module=home.module, block=node, known=known, outer=_without_class(home))


@lru_cache(maxsize=4096)
def results(function: Function) -> tuple[ast.expr, ...]:
    """What a function returns or yields, in the order of the text."""
    found: list[ast.expr] = []
    waiting: list[ast.AST] = list(reversed(function.body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Return | ast.Yield | ast.YieldFrom) and node.value is not None:
            found.append(node.value)
        if not isinstance(node, Function | ast.ClassDef | ast.Lambda):
            waiting += reversed(list(ast.iter_child_nodes(node)))
    return tuple(found)


def root_of(function: ast.expr) -> str:
    """The name by which something is called: `b` of `a.b`."""
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def parameter(function: Function, name: str) -> ast.arg | None:
    """The parameter of that name."""
    arguments = function.args
    return next((each for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs) if each.arg == name), None)


def _without_class(scope: Scope) -> Scope | None:
    """What a method sees around itself: not the names of its class."""
    return scope.outer if isinstance(scope.block, ast.ClassDef) else scope


def pair(first: ast.expr, second: Value) -> Value:
    """Two values as an item of `enumerate`."""
    assert isinstance(second.node, ast.expr)
    return Value(ast.Tuple(elts=[first, second.node]), second.scope)


def joined(parts: list[Text | None]) -> Text | None:
    """The text of parts one after the other, of which some may not be known."""
    if all(part is None for part in parts):
        return None
    if all(part is not None and not part.pattern for part in parts):
        return Text("".join(part.text for part in parts if part is not None))
    return Text("".join(".*" if part is None else part.text if part.pattern else re.escape(part.text) for part in parts), pattern=True)
