"""The Python lines that made a spec: every mistake names one."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import CodeType

_HERE = str(Path(__file__).resolve().parent)
_LINKED = str(Path(__file__).parent)


@dataclass(frozen=True, slots=True)
class Line:
    """One place in a Python file: absolute file name, 1-based line."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Source:
    """The calls that led to a spec, innermost first: the line that wrote it, then whoever called that line's function."""

    calls: tuple[Line, ...]

    @property
    def line(self) -> Line:
        """The line that wrote the spec."""
        return self.calls[0]

    def line_in(self, file: str) -> Line:
        """The innermost line in one file, for a spec that a helper of another file made; else the line that wrote it."""
        return next((call for call in self.calls if call.file == file), self.line)

    def of_keyword(self, keyword: str) -> Line:
        """The line a person edits to change `keyword`.

        A chart's helper makes values of its own arguments (`port=port`, `path=f"{root}/health"`); then the line is that of the
        helper's caller.
        """
        best, name = self.line, keyword
        for call in self.calls:
            value = _keyword_value(call, name)
            best = Line(call.file, call.line if value is None else value.lineno)
            argument = None if value is None else _argument_in(value, call)
            if argument is None:
                break
            name = argument
        return best


def caller() -> Source:
    """The stack of the code that is making a spec, without the frames of this package and of generated `__init__`s."""
    frame = sys._getframe(1)
    calls: list[Line] = []
    while frame is not None and len(calls) < 6:
        code = frame.f_code
        if not _ours(code):
            if code.co_filename.startswith("<frozen"):
                break
            calls.append(Line(code.co_filename, frame.f_lineno))
            if code.co_name == "<module>":
                break
        frame = frame.f_back  # type: ignore[assignment]  # the stack ends in None; the loop asks
    return Source(tuple(calls) or (Line("<unknown>", 0),))


def _ours(code: CodeType) -> bool:
    # A dataclass's generated __init__ has the file name "<string>"; jsii's metaclass stands between a subclass and its caller.
    name = code.co_filename
    return name == "<string>" or name.startswith((_HERE, _LINKED)) or "/jsii/" in name


@lru_cache(maxsize=256)
def _tree(file: str) -> ast.Module | None:
    try:
        return ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None


def _calls_at(call: Line) -> Iterator[ast.Call]:
    tree = _tree(call.file)
    if tree is None:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.lineno <= call.line <= (node.end_lineno or node.lineno):
            yield node


def _keyword_value(call: Line, keyword: str) -> ast.expr | None:
    """The expression given for `keyword` by a call on that line: a call that begins there before others, a small one before a large."""
    found: tuple[bool, int, ast.expr] | None = None
    for node in _calls_at(call):
        for given in node.keywords:
            if given.arg == keyword:
                size = (node.end_lineno or node.lineno) - node.lineno
                candidate = (node.lineno != call.line, size, given.value)
                if found is None or candidate[:2] < found[:2]:
                    found = candidate
    return None if found is None else found[2]


def _argument_in(value: ast.expr, call: Line) -> str | None:
    """The first argument of the enclosing function that an expression is made of."""
    tree = _tree(call.file)
    functions = [] if tree is None else [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    around = [f for f in functions if f.lineno <= call.line <= (f.end_lineno or f.lineno)]
    if not around:
        return None
    given = max(around, key=lambda f: f.lineno).args
    arguments = {a.arg for a in [*given.posonlyargs, *given.args, *given.kwonlyargs]} - {"self"}
    return next((n.id for n in ast.walk(value) if isinstance(n, ast.Name) and n.id in arguments), None)


def line_naming(file: str, chart: str, ids: list[str]) -> Line:
    """The line of a construct nobody recorded: the call in the chart's class that is given the deepest of its ids, else the class."""
    tree = _tree(file)
    classes = [] if tree is None else [n for n in ast.walk(tree) if isinstance(n, ast.ClassDef) and n.name == chart]
    if not classes:
        return Line(file, 1)
    calls = [n for n in ast.walk(classes[0]) if isinstance(n, ast.Call)]
    for wanted in reversed(ids):
        for call in calls:
            if any(isinstance(a, ast.Constant) and a.value == wanted for a in [*call.args, *(k.value for k in call.keywords)]):
                return Line(file, call.lineno)
    return Line(file, classes[0].lineno)
