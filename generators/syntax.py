"""What the text of a Python file says around a line: the value a call there gives, the argument it is made of, who names an id."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a function, as its callers give it.

    Args:
        name: its name; None stands for the `**` argument, which hands on any keyword.
        callee: the name its callers write: the function's, or for an `__init__` the class's.
        position: which positional argument it is, without `self`; None where it is given by keyword alone.
        default: the line of what it is where a caller gives nothing.

    """

    name: str | None
    callee: str
    position: int | None = None
    default: int | None = None


@dataclass(frozen=True, slots=True)
class _Text:
    """A parsed file, with what is asked of it often."""

    calls: tuple[ast.Call, ...]
    functions: tuple[tuple[_Function, str], ...]
    classes: tuple[ast.ClassDef, ...]


def given(file: str, line: int, keyword: str, callee: str, position: int | None = None) -> ast.expr | None:
    """The expression that a call on that line gives for an argument of `callee`.

    Of several calls on one line: one of `callee` before others, a small one before a large.
    """
    best: tuple[tuple[bool, int], ast.expr] | None = None
    for call in _calls_at(file, line):
        named = _name_of(call.func) == callee
        value = next((k.value for k in call.keywords if k.arg == keyword), None)
        if value is None and named and position is not None and not any(isinstance(a, ast.Starred) for a in call.args):
            value = call.args[position] if position < len(call.args) else None
        rank = (not named, (call.end_lineno or call.lineno) - call.lineno)
        if value is not None and (best is None or rank < best[0]):
            best = rank, value
    return None if best is None else best[1]


def holding(value: ast.expr, wanted: object, path: Sequence[str] = ()) -> ast.expr:
    """The key or element of a written-out mapping, tuple or list that is `wanted`, else the whole expression.

    `path` leads to the mapping or list inside others; where it is no longer written out, the innermost that is counts.
    """
    for step in path:
        inner = _inside(value, step)
        if inner is None:
            break
        value = inner
    inside = [*value.keys, *value.values] if isinstance(value, ast.Dict) else getattr(value, "elts", [])
    constants = (n for n in inside if isinstance(n, ast.Constant) and type(n.value) is type(wanted))
    return next((n for n in constants if n.value == wanted), value)


def _inside(value: ast.expr, step: str) -> ast.expr | None:
    if isinstance(value, ast.Dict):
        return next(
            (v for k, v in zip(value.keys, value.values, strict=True) if isinstance(k, ast.Constant) and str(k.value) == step), None
        )
    elements = value.elts if isinstance(value, ast.List | ast.Tuple) else []
    return elements[int(step)] if step.isdecimal() and int(step) < len(elements) else None


def argument_in(value: ast.expr, file: str, line: int) -> Argument | None:
    """The first argument of the enclosing function that an expression is made of."""
    arguments = {a.name: a for a in _arguments_at(file, line)}
    return next((arguments[n.id] for n in ast.walk(value) if isinstance(n, ast.Name) and n.id in arguments), None)


def handed_on(file: str, line: int) -> Argument | None:
    """The `**` argument of the enclosing function, where a call on that line hands it on."""
    rest = next((a for a in _arguments_at(file, line) if a.name is None), None)
    return rest if any(k.arg is None for call in _calls_at(file, line) for k in call.keywords) else None


def spreads(file: str, line: int, callee: str) -> bool:
    """Whether a call of `callee` on that line gives arguments that are not written out (`*some`, `**more`)."""
    calls = [c for c in _calls_at(file, line) if _name_of(c.func) == callee]
    return any(isinstance(a, ast.Starred) for c in calls for a in c.args) or any(k.arg is None for c in calls for k in c.keywords)


def prepared(file: str, keyword: str, callee: str) -> int | None:
    """The line that sets `keyword` for `callee` in a `functools.partial`; None where none does or several do."""
    text = _parsed(file)
    lines = [
        k.value.lineno
        for call in (text.calls if text else ())
        if _name_of(call.func) == "partial" and call.args and _name_of(call.args[0]) == callee
        for k in call.keywords
        if k.arg == keyword
    ]
    return lines[0] if len(lines) == 1 else None


def line_of_id(file: str, chart: str, ids: list[str]) -> int:
    """The line of the call in the chart's class that is given the deepest of these ids, else of the class, else the first."""
    named = _named_in(file, chart)
    return next((named[wanted] for wanted in reversed(ids) if wanted in named), named.get("", 1))


def _named_in(file: str, chart: str) -> dict[str, int]:
    text = _parsed(file)
    found = next((c for c in text.classes if c.name == chart), None) if text else None
    return {} if found is None else _ids_of(found)


@lru_cache(maxsize=256)
def _ids_of(found: ast.ClassDef) -> dict[str, int]:
    """Each text that a call of this class is given, with the first such call's line; under no name, the class's own line."""
    named: dict[str, int] = {}
    for call in (n for n in ast.walk(found) if isinstance(n, ast.Call)):
        for value in [*call.args, *(k.value for k in call.keywords)]:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                named.setdefault(value.value, call.lineno)
    return {**named, "": found.lineno}


def _calls_at(file: str, line: int) -> Iterator[ast.Call]:
    text = _parsed(file)
    for call in text.calls if text else ():
        if call.lineno <= line <= (call.end_lineno or call.lineno):
            yield call


def _arguments_at(file: str, line: int) -> Iterator[Argument]:
    text = _parsed(file)
    around = [(f, n) for f, n in (text.functions if text else ()) if f.lineno <= line <= (f.end_lineno or f.lineno)]
    if not around:
        return
    function, callee = max(around, key=lambda f: (f[0].lineno, f[0].col_offset))
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + [d.lineno for d in arguments.defaults]
    bound = positional[:1] != [] and positional[0].arg in {"self", "cls"}
    for position, (argument, default) in enumerate(zip(positional[bound:], defaults[bound:], strict=True)):
        yield Argument(argument.arg, callee, position, default)
    for argument, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield Argument(argument.arg, callee, None, value.lineno if value else None)
    if arguments.kwarg is not None:
        yield Argument(None, callee)


def _name_of(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def _parsed(file: str) -> _Text | None:
    try:
        status = Path(file).stat()
    except (OSError, ValueError):
        return None
    return _parse(file, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=256)
def _parse(file: str, *version: int) -> _Text | None:
    del version  # part of the cache's key alone: a changed file is read again
    try:
        nodes = list(ast.walk(ast.parse(Path(file).read_bytes())))
    except (OSError, SyntaxError, ValueError):
        return None
    classes = tuple(n for n in nodes if isinstance(n, ast.ClassDef))
    makers: dict[ast.AST, str] = {m: c.name for c in classes for m in c.body if isinstance(m, ast.FunctionDef) and m.name == "__init__"}
    functions = tuple(
        (n, makers.get(n, "" if isinstance(n, ast.Lambda) else n.name))
        for n in nodes
        if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    )
    return _Text(tuple(n for n in nodes if isinstance(n, ast.Call)), functions, classes)
