"""What an expression stands for, found by following names, calls and attributes through the modules of a project.

Nothing is run: an expression stands for every expression that could become its value. What cannot be followed (a
library's function, a deep recursion) stands for itself.
"""

import ast
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from crema.policies.model.python_names import Binding, Function, Module, bound_in, file_of, module_at, stamp, targets_of
from crema.policies.model.python_scope import Scope, Text, Value, called, joined, pair, parameter, results, root_of

_DEEPEST: Final = 40
_MOST: Final = 64
_AGAIN: Final = 2
_SAME_ITEMS: Final = frozenset({"tuple", "list", "set", "frozenset", "sorted", "reversed", "iter"})


class Values:
    """Follows expressions in one project, for one environment; remembers which files it has read and what they were."""

    def __init__(self, project: Path, environment: str) -> None:
        self._project, self._environment = project, environment
        self.read: dict[Path, tuple[int, int] | None] = {}
        self._following: dict[ast.AST, int] = {}
        self._ends: dict[tuple[int, int], tuple[Value, list[Value]]] = {}
        self._bound: dict[ast.AST, dict[str, list[Binding]]] = {}
        self._tops: dict[Path, Scope] = {}
        self._files: dict[tuple[Path, str], Path | None] = {}
        self._depth = 0

    def top(self, file: Path) -> Scope:
        """The scope of a file's own names."""
        if file not in self._tops:
            self.read[file] = stamp(file)
            module = module_at(self._project, file)
            self._tops[file] = Scope(module=module, block=module.tree)
        return self._tops[file]

    def of(self, value: Value) -> list[Value]:
        """What an expression can stand for: never a name, never a call of a function that the project defines."""
        key = (id(value.node), id(value.scope))
        if key in self._ends:
            return self._ends[key][1]
        again = self._following.get(value.node, 0)
        if self._depth > _DEEPEST or again >= _AGAIN:
            return []
        self._depth, self._following[value.node] = self._depth + 1, again + 1
        try:
            found = list(islice(self._followed(value), _MOST)) or [value]
        finally:
            self._depth, self._following[value.node] = self._depth - 1, again
        self._ends[key] = value, found  # with the value, so that no other can get its id
        return found

    def _followed(self, value: Value) -> Iterator[Value]:
        node, scope = value.node, value.scope
        if isinstance(node, ast.Name):
            for binding, inner in self.bindings(node.id, scope):
                if binding.how != "change":
                    yield from self._end(inner)
        elif isinstance(node, ast.Attribute):
            for base in self.of(Value(node.value, scope)):
                yield from self._members(base, node.attr)
        elif isinstance(node, ast.Call):
            for callee in self.of(Value(node.func, scope)):
                if isinstance(callee.node, Function):
                    inside = called(callee, node, scope)
                    for result in results(callee.node):
                        yield from self.of(Value(result, inside))
        elif isinstance(node, ast.Subscript):
            yield from self._items_at(value)
        elif isinstance(node, ast.IfExp):
            yield from (*self.of(Value(node.body, scope)), *self.of(Value(node.orelse, scope)))
        elif isinstance(node, ast.Await | ast.Starred):
            yield from self.of(Value(node.value, scope))

    def _end(self, value: Value) -> list[Value]:
        return [value] if isinstance(value.node, Function | ast.ClassDef | ast.Module) else self.of(value)

    def bindings(self, name: str, scope: Scope) -> list[tuple[Binding, Value]]:
        """What a name is bound to, seen from a scope, and what changes that."""
        return list(islice(self._bindings(name, scope), _MOST))

    def _bindings(self, name: str, scope: Scope) -> Iterator[tuple[Binding, Value]]:
        around: Scope | None = scope
        while around is not None:
            if name in around.known:
                yield from ((Binding(how="value", node=value.node), value) for value in around.known[name])
                return
            bound = self._bound_in(around).get(name, [])
            if any(binding.how != "change" for binding in bound):
                for binding in bound:
                    yield from ((binding, value) for value in self._bound_values(binding, around))
                return
            if isinstance(around.block, Function) and (argument := parameter(around.block, name)) is not None:
                yield from self._unbound(argument, around)
                return
            around = around.outer
        yield from self._imported(name, scope.module)

    def _bound_in(self, scope: Scope) -> dict[str, list[Binding]]:
        if scope.block is scope.module.tree:
            return scope.module.bound
        if scope.block not in self._bound:
            self._bound[scope.block] = bound_in(scope.block)
        return self._bound[scope.block]

    def _bound_values(self, binding: Binding, scope: Scope) -> Iterator[Value]:
        values = [Value(binding.node, scope)]
        if binding.how == "each":
            values = self.items(values[0])
        for value in values:
            yield from self._unpacked(value, binding.path)

    def _unpacked(self, value: Value, path: tuple[int, ...]) -> list[Value]:
        values = [value]
        for number in path:
            inner = [items[number] for each in values if len(items := self.items(each)) > number]
            values = inner or values
        return values

    def _unbound(self, argument: ast.arg, scope: Scope) -> Iterator[tuple[Binding, Value]]:
        """A parameter that nobody in the project gives a value: what has its type, for this environment; else its default."""
        annotation = argument.annotation
        classes = self.of(Value(annotation, scope)) if isinstance(annotation, ast.Name | ast.Attribute) else []
        for made in (each for cls in classes if isinstance(cls.node, ast.ClassDef) for each in self._instances(cls)):
            yield Binding(how="value", node=made.node), made

    def _instances(self, cls: Value) -> list[Value]:
        """The module-level calls of a class in the modules beside it; of several, those that name this environment."""
        name = getattr(cls.node, "name", "")
        found: list[Value] = []
        for file in sorted(cls.scope.module.file.parent.glob("*.py"))[:200]:
            top = self.top(file)
            if name in top.module.text:
                for bindings in top.module.bound.values():
                    found += [
                        Value(binding.node, top)
                        for binding in bindings
                        if binding.how == "value" and isinstance(binding.node, ast.Call) and root_of(binding.node.func) == name
                    ]
        named = [made for made in found if self._environment in self.direct(made)]
        return named or found

    def _imported(self, name: str, module: Module) -> Iterator[tuple[Binding, Value]]:
        imported = module.imported.get(name)
        if imported is None:
            return
        file = self._file_of(module, imported.module)
        if imported.name and file is not None and file != module.file:
            known = list(self.bindings(imported.name, self.top(file)))
            if known:
                yield from known
                return
        inner = self._file_of(module, f"{imported.module}.{imported.name}") if imported.name else file
        if inner is not None:
            top = self.top(inner)
            yield Binding(how="value", node=top.module.tree), Value(top.module.tree, top)

    def _file_of(self, module: Module, dotted: str) -> Path | None:
        key = (module.file, dotted)
        if key not in self._files:
            self._files[key] = file_of(self._project, module.file, dotted)
        return self._files[key]

    def _members(self, base: Value, name: str) -> Iterator[Value]:
        node = base.node
        if isinstance(node, ast.Module):
            yield from self.of(Value(ast.Name(id=name), base.scope))
        elif isinstance(node, ast.Call):
            given = [keyword.value for keyword in node.keywords if keyword.arg == name]
            yield from (end for value in given for end in self.of(Value(value, base.scope)))
            if not given:
                for cls in self.of(Value(node.func, base.scope)):
                    yield from self._of_class(cls, name, base)
        else:
            yield from self._of_class(base, name, base)

    def _of_class(self, cls: Value, name: str, own: Value) -> Iterator[Value]:
        """What an attribute of an object is: a method, a property's result, a field's default, or what a method sets."""
        if not isinstance(cls.node, ast.ClassDef):
            return
        inside = Scope(module=cls.scope.module, block=cls.node, outer=cls.scope)
        bound = self._bound_in(inside).get(name, [])
        for binding in bound:
            if isinstance(binding.node, Function):
                method = Value(binding.node, Scope(module=cls.scope.module, block=cls.node, known={"self": (own,)}, outer=cls.scope))
                if any(root_of(decorator).endswith("property") for decorator in binding.node.decorator_list):
                    alone = ast.Call(func=ast.Name(id=name), args=[], keywords=[], lineno=cls.node.lineno)
                    inside_it = called(method, alone, method.scope)
                    yield from (end for result in results(binding.node) for end in self.of(Value(result, inside_it)))
                else:
                    yield method
            else:
                yield from (end for value in self._bound_values(binding, inside) for end in self._end(value))
        if not bound:
            for parent in (end for base in cls.node.bases for end in self.of(Value(base, cls.scope))):
                yield from self._of_class(parent, name, own)

    def items(self, value: Value) -> list[Value]:
        """The items of what an expression stands for, one by one, as far as they are written out."""
        return list(islice((item for end in self.of(value) for item in self._items(end)), _MOST))

    def _items(self, value: Value) -> Iterator[Value]:
        node, scope = value.node, value.scope
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            for item in node.elts:
                yield from self.items(Value(item.value, scope)) if isinstance(item, ast.Starred) else [Value(item, scope)]
        elif isinstance(node, ast.Dict):
            yield from (Value(key, scope) for key in node.keys if key is not None)
        elif isinstance(node, ast.BinOp):
            yield from (*self.items(Value(node.left, scope)), *self.items(Value(node.right, scope)))
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
            yield from (Value(node.elt, inner) for inner in self.rounds(node.generators, scope))
        elif isinstance(node, ast.Call):
            name = root_of(node.func)
            if name in _SAME_ITEMS and len(node.args) == 1:
                yield from self.items(Value(node.args[0], scope))
            elif name == "enumerate" and node.args:
                yield from (pair(ast.Constant(value=None), each) for each in self.items(Value(node.args[0], scope)))
            elif name in {"items", "keys", "values"} and isinstance(node.func, ast.Attribute):
                yield from self._of_mapping(Value(node.func.value, scope), name)

    def _of_mapping(self, mapping: Value, what: str) -> Iterator[Value]:
        for end in self.of(mapping):
            if isinstance(end.node, ast.Dict):
                for key, value in zip(end.node.keys, end.node.values, strict=True):
                    if key is None:
                        yield from self._of_mapping(Value(value, end.scope), what)
                    elif what == "items":
                        yield Value(ast.Tuple(elts=[key, value]), end.scope)
                    else:
                        yield Value(key if what == "keys" else value, end.scope)

    def _items_at(self, value: Value) -> Iterator[Value]:
        node = value.node
        assert isinstance(node, ast.Subscript)
        wanted = self.text(Value(node.slice, value.scope))
        for end in self.of(Value(node.value, value.scope)) if wanted is not None and not wanted.pattern else ():
            if isinstance(end.node, ast.Dict):
                for key, inner in zip(end.node.keys, end.node.values, strict=True):
                    if key is not None and self.text(Value(key, end.scope)) == wanted:
                        yield from self.of(Value(inner, end.scope))
            elif wanted is not None and wanted.text.isdecimal() and int(wanted.text) < len(items := self.items(end)):
                yield from self.of(items[int(wanted.text)])

    def rounds(self, loops: Iterable[ast.comprehension], scope: Scope) -> Iterator[Scope]:
        """The scopes of a comprehension's rounds: one for each combination of items; a single one where they are not known."""
        scopes = [scope]
        for loop in loops:
            scopes = [inner for each in scopes for inner in self.round(loop.target, loop.iter, each)][:_MOST]
        yield from scopes

    def round(self, target: ast.expr, iterated: ast.expr, scope: Scope) -> list[Scope]:
        """The scopes of a loop's rounds."""
        rounds = []
        for item in self.items(Value(iterated, scope)) or [Value(iterated, scope)]:
            known = {name: tuple(self._unpacked(item, binding.path)) for name, binding in targets_of(target, iterated)}
            rounds.append(Scope(module=scope.module, block=scope.block, known={**scope.known, **known}, outer=scope.outer))
        return rounds

    def text(self, value: Value) -> Text | None:
        """The text of an expression, as far as it is written somewhere; None where nothing of it is."""
        node, scope = value.node, value.scope
        if isinstance(node, ast.Constant):
            return Text(str(node.value)) if isinstance(node.value, str | int | float) else None
        if isinstance(node, ast.JoinedStr):
            return joined([self._piece(Value(part, scope)) for part in node.values])
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return joined([self.text(Value(part, scope)) for part in (node.left, node.right)])
        ends = [end for end in self.of(value) if end.node is not node]
        texts = {self.text(end) for end in ends[:4]} if self._depth < _DEEPEST else set()
        return next(iter(texts)) if len(texts) == 1 else None

    def _piece(self, part: Value) -> Text | None:
        if not isinstance(part.node, ast.FormattedValue):
            return self.text(part)
        return None if part.node.format_spec is not None else self.text(Value(part.node.value, part.scope))

    def direct(self, value: Value) -> frozenset[str]:
        """The texts that a call or a mapping is given directly: what it says of itself."""
        node = value.node
        parts: list[ast.expr | None] = []
        if isinstance(node, ast.Call):
            parts = [*node.args, *(keyword.value for keyword in node.keywords)]
        elif isinstance(node, ast.Dict):
            parts = [*node.keys, *node.values]
        simple = (part for part in parts if isinstance(part, ast.Constant | ast.Name | ast.Attribute | ast.JoinedStr))
        texts = [self.text(Value(part, value.scope)) for part in simple]
        return frozenset(text.text for text in texts if text is not None and not text.pattern)
