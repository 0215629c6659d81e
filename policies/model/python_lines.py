"""Which line of a chart's Python made a value: found by reading the file's syntax tree, never by running it."""

import ast
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """The words by which a value is looked for.

    `names`: what the things around the value call themselves, outermost first; `words`: the value's key, then its
    parents' keys; `value`: the value itself where it is text or a number; `item`: the place is an item of a list, not
    a key.
    """

    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    value: str | int | None = None
    item: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A line (from 1). `exact`: it holds the value; otherwise it is the nearest one that names what the value belongs
    to.
    """

    line: int
    exact: bool


def in_construct(text: str, construct: tuple[str, ...], recorded: int | None, clue: Clue) -> Found:
    """The line of a value in the chart that makes its construct. Never fails: at worst it is the construct's line.

    `construct`: the chart's class and the ids of the constructs below it; `recorded`: the construct's line where known.
    """
    tree = _parsed(text)
    if tree is None:
        return Found(line=recorded or 1, exact=False)
    anchor = _call_at(tree, recorded) if recorded else _construct(tree, construct)
    line = recorded or (_line(anchor) if anchor is not None else 1)
    if not clue.words and not clue.names:
        return Found(line=line, exact=isinstance(anchor, ast.Call))
    inside = None if anchor is None else _refine(anchor, clue, line, whole=False)
    if inside is not None and inside.exact:
        return inside
    anywhere = _refine(tree, clue, line, whole=True)
    if anywhere is not None and anywhere.exact:
        return anywhere
    return inside or anywhere or Found(line=line, exact=False)


def in_module(text: str, clue: Clue) -> Found | None:
    """The line of a value in a module that the chart imports; None unless the module writes that very value."""
    tree = _parsed(text)
    found = None if tree is None else _refine(tree, clue, 1, whole=True)
    return found if found is not None and found.exact else None


def imported_modules(text: str, package: str) -> tuple[str, ...]:
    """The dotted names of the modules that a file of a package imports from, in their order."""
    tree = _parsed(text)
    nodes = [] if tree is None else [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom | ast.Import)]
    names: list[str] = []
    for node in nodes:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        else:
            above = package.split(".")[: -node.level + 1 or None] if node.level else []
            module = ".".join(part for part in (*above, node.module) if part)
            names += [module, *(f"{module}.{alias.name}" for alias in node.names)]
    return tuple(names)


@lru_cache(maxsize=128)
def _parsed(text: str) -> ast.Module | None:
    """The tree of a file; None for what is not Python, or is nested too deep for Python's own parser."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _call_at(tree: ast.Module, line: int) -> ast.AST | None:
    """The outermost call that begins on a line, else the smallest that spans it."""
    spanning = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _spans(node, line)]
    beginning = [node for node in spanning if node.lineno == line]
    if beginning:
        return max(beginning, key=_length)
    return min(spanning, key=_length, default=None)


def _construct(tree: ast.Module, construct: tuple[str, ...]) -> ast.AST | None:
    """The call that makes the deepest construct of a path that this file names; else its class."""
    classes = (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == construct[0])
    chart = next(classes, None)
    region: ast.AST = chart or tree
    calls = [node for node in ast.walk(region) if isinstance(node, ast.Call) and not _is_super(node)]
    for name in reversed(construct[1:]):
        named = [call for call in calls if any(_says(argument, name) for argument in call.args[:2])]
        if named:
            return named[0]
    for name in reversed(construct[1:]):
        if (constant := next((node for node in ast.walk(region) if _says(node, name)), None)) is not None:
            return constant
    return chart


def _refine(region: ast.AST, clue: Clue, line: int, *, whole: bool) -> Found | None:
    """The line of a value inside a region: of its key, of the keyword argument that writes it, of the value itself.

    A keyword's name says too little in a whole file, and among things with names, unless the innermost name led there.
    Without any of these, the line of the thing with the innermost name.
    """
    near, owner = region, None
    for name in clue.names:
        owner = _smallest_with(near, name, line) or _smallest_with(region, name, line)
        near = owner or near
    if clue.item and owner is not None:
        return Found(line=_line(owner), exact=True)
    if clue.words and not clue.item:
        key = clue.words[0]
        trusted = owner is not None or not (whole or clue.names)
        entries = [(node, value) for node, value in _entries(near) if _says(node, key)]
        places = [node.lineno for node, _ in sorted(entries, key=lambda entry: _likelihood(entry[0], entry[1], clue, line))]
        places += [node.lineno for node in _keywords(near) if trusted and _same(node.arg, key)]
        # A whole file that does not speak of the thing may hold the same value by chance.
        spoken_of = owner is not None or not (whole and clue.names)
        places += _only(_constants(near, clue.value)) if spoken_of and not places else []
        if places:
            return Found(line=places[0], exact=True)
    if owner is not None:
        return Found(line=_line(owner), exact=False)
    parents = (node.lineno for word in clue.words for node in _keywords(region) if not whole and _same(node.arg, word))
    return next((Found(line=at, exact=False) for at in parents), None)


def _only(lines: list[int]) -> list[int]:
    return lines if len(lines) == 1 else []


def _smallest_with(region: ast.AST, name: str, line: int) -> ast.AST | None:
    """The smallest call, mapping or keyword argument that holds a name; of equals the nearest to a line."""
    holders = [node for node in ast.walk(region) if isinstance(node, ast.Call | ast.Dict) and _holds(node, name)]
    holders = [node for node in holders if not (isinstance(node, ast.Call) and _is_super(node))]
    return min(holders, key=lambda node: (_length(node), abs(_line(node) - line)), default=None)


def _holds(node: ast.AST, name: str) -> bool:
    direct: Iterable[ast.AST | None] = ()
    if isinstance(node, ast.Call):
        direct = (*node.args, *(keyword.value for keyword in node.keywords))
        if any(_same(keyword.arg, name) for keyword in node.keywords):
            return True
    elif isinstance(node, ast.Dict):
        direct = (*node.keys, *node.values)
    return any(_says(each, name) for each in direct)


def _entries(region: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    for node in ast.walk(region):
        if isinstance(node, ast.Dict):
            yield from ((key, value) for key, value in zip(node.keys, node.values, strict=True) if key is not None)


def _likelihood(key: ast.expr, value: ast.expr, clue: Clue, line: int) -> tuple[int, bool, int]:
    """Sorts first the entry that writes the clue's value, last one that writes another; then what follows a line, then what is near it."""
    unlike = 1
    if isinstance(value, ast.Constant) and clue.value is not None:
        unlike = 0 if value.value == clue.value else 2
    return unlike, key.lineno < line, abs(key.lineno - line)


def _keywords(region: ast.AST) -> Iterator[ast.keyword]:
    yield from (node for node in ast.walk(region) if isinstance(node, ast.keyword))


def _constants(region: ast.AST, value: str | int | None) -> list[int]:
    """The lines that write a value; none for the empty ones, which stand everywhere."""
    return [
        node.lineno
        for node in ast.walk(region)
        if isinstance(node, ast.Constant) and value and type(node.value) is type(value) and node.value == value
    ]


def _says(node: ast.AST | None, name: str) -> bool:
    """A text constant that is the name, or an f-string that can become it."""
    if isinstance(node, ast.Constant):
        return node.value == name
    if isinstance(node, ast.JoinedStr):
        pattern = "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".*" for part in node.values)
        return pattern != ".*" and re.fullmatch(pattern, name) is not None
    return False


def _same(keyword: str | None, word: str) -> bool:
    """Whether a Python keyword argument writes a manifest's key: `is_default` for isDefault, `for_` for for."""
    return keyword is not None and keyword.rstrip("_") == _HUMP.sub("_", word).lower().replace("-", "_")


def _is_super(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "__init__"


def _spans(node: ast.Call, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)


def _length(node: ast.AST) -> tuple[int, int]:
    """How much text a node covers: lines, then columns."""
    begin, end = _line(node), getattr(node, "end_lineno", None) or _line(node)
    return end - begin, (getattr(node, "end_col_offset", 0) or 0) - getattr(node, "col_offset", 0)


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 1))
