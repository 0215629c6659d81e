"""What the names of a Python file are bound to, read from its syntax tree; nothing is run."""

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from crema.policies.model.files import bytes_of

Function = ast.FunctionDef | ast.AsyncFunctionDef
_BLOCKS: Final = ("body", "orelse", "finalbody", "handlers", "cases")


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One way in which a name gets, or changes, its value.

    `value`: it is the expression; `each`: one item of it at a time; `definition`: a function or class; `change`: a call
    or an entry that changes what the name already is. `path`: which item of an unpacked tuple, outermost first.
    """

    how: Literal["value", "each", "definition", "change"]
    node: ast.AST
    path: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A name that another module binds; with no `name` it is the module itself."""

    module: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Module:
    """A parsed file. `tree` has no statement where the text is not Python, or is nested too deep for its parser.

    `imports`: every import in the order of the text; `imported`: what each name stands for, of two imports the later.
    """

    file: Path
    text: str
    tree: ast.Module
    bound: dict[str, list[Binding]] = field(repr=False)
    imports: tuple[tuple[str, Imported], ...] = field(repr=False)
    imported: dict[str, Imported] = field(repr=False)


def stamp(file: Path) -> tuple[int, int] | None:
    """What differs between two contents of a file (its time and size); None when there is no such file."""
    try:
        status = file.stat()
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size


def module_at(project: Path, file: Path) -> Module:
    """A file of a project, read again only when it has changed."""
    return _module(project, file, stamp(file))


@lru_cache(maxsize=512)
def _module(project: Path, file: Path, _version: tuple[int, int] | None) -> Module:
    text = (bytes_of(file) or b"").decode("utf-8", errors="replace")
    tree = _parsed(text)
    parts = file.relative_to(project).parts if file.is_relative_to(project) else file.parts[-1:]
    imports = tuple(_imports(tree, parts[:-1]))
    return Module(file=file, text=text, tree=tree, bound=bound_in(tree), imports=imports, imported=dict(imports))


def _parsed(text: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module(body=[], type_ignores=[])


def file_of(project: Path, near: Path, dotted: str) -> Path | None:
    """The file of a module beside a chart or in its package; None for every other, such as the libraries it uses, and for what a link
    leads to from elsewhere.
    """
    package = near.relative_to(project).parts[0] if near.is_relative_to(project) else ""
    for base in (project, near.parent):
        path = base.joinpath(*PurePosixPath(dotted.replace(".", "/")).parts)
        if base == project and path.parts[len(project.parts) : len(project.parts) + 1] != (package,):
            continue
        for file in (path.with_name(f"{path.name}.py"), path / "__init__.py"):
            if dotted and file.is_file() and file.resolve().is_relative_to(project.resolve()):
                return file
    return None


def statements(block: ast.AST) -> Iterator[ast.stmt]:
    """The statements of a function, class or module, also those in its loops and branches, but not of what it defines."""
    for name in _BLOCKS:
        for inner in getattr(block, name, ()):
            if isinstance(inner, ast.stmt):
                yield inner
            if not isinstance(inner, Function | ast.ClassDef):
                yield from statements(inner)


def bound_in(block: ast.AST) -> dict[str, list[Binding]]:
    """What each name of a function, class or module is bound to there, in the order of the text."""
    found: dict[str, list[Binding]] = {}
    for statement in statements(block):
        for name, binding in _bindings(statement):
            found.setdefault(name, []).append(binding)
    return found


def root_name(node: ast.AST) -> str:
    """`values` of `values["a"].b(1)`; nothing where it does not begin with a name."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _bindings(statement: ast.stmt) -> Iterator[tuple[str, Binding]]:
    if isinstance(statement, Function | ast.ClassDef):
        yield statement.name, Binding(how="definition", node=statement)
    elif isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from _targets(target, statement.value, "value")
    elif isinstance(statement, ast.AnnAssign | ast.AugAssign) and statement.value is not None:
        yield from _targets(statement.target, statement.value, "value")
    elif isinstance(statement, ast.For | ast.AsyncFor):
        yield from _targets(statement.target, statement.iter, "each")
    elif isinstance(statement, ast.With | ast.AsyncWith):
        for item in statement.items:
            if item.optional_vars is not None:
                yield from _targets(item.optional_vars, item.context_expr, "value")
    elif isinstance(statement, ast.Match):
        for pattern in (node for case in statement.cases for node in ast.walk(case.pattern)):
            if isinstance(pattern, ast.MatchAs) and pattern.name:
                yield pattern.name, Binding(how="value", node=statement.subject)
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) and isinstance(statement.value.func, ast.Attribute):
        yield root_name(statement.value), Binding(how="change", node=statement.value)


def _targets(target: ast.expr, value: ast.expr, how: Literal["value", "each"], path: tuple[int, ...] = ()) -> Iterator[tuple[str, Binding]]:
    if isinstance(target, ast.Name):
        yield target.id, Binding(how=how, node=value, path=path)
    elif isinstance(target, ast.Tuple | ast.List):
        for number, inner in enumerate(target.elts):
            yield from _targets(inner, value, how, (*path, number))
    elif isinstance(target, ast.Subscript):
        entry = ast.copy_location(ast.Dict(keys=[target.slice], values=[value]), target)
        yield root_name(target), Binding(how="change", node=entry)


def targets_of(target: ast.expr, iterated: ast.expr) -> Iterator[tuple[str, Binding]]:
    """What a comprehension's `for` binds."""
    return _targets(target, iterated, "each")


def _imports(tree: ast.Module, package: tuple[str, ...]) -> Iterator[tuple[str, Imported]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                module = alias.name if alias.asname else alias.name.partition(".")[0]
                yield alias.asname or module, Imported(module=module)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*above, *([node.module] if node.module else [])))
            for alias in node.names:
                yield alias.asname or alias.name, Imported(module=module, name=alias.name)
