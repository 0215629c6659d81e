"""The places in a chart's Python that can hold what its manifests say: every constant that a construct is made of.

The walk goes from the chart's class through calls, names and imports, as far as they are the project's own, and notes at
each constant the keys, keyword arguments and parameters that lead to it.
"""

import ast
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal, NamedTuple

from crema.policies.model.python_charts import OWN_INIT, Site, maker_of
from crema.policies.model.python_names import Function, statements
from crema.policies.model.python_scope import Scope, Text, Value, called, results, root_of
from crema.policies.model.python_values import Values
from crema.policies.model.steps import keys_of

_DEEPEST: Final = 60
_MOST: Final = 20_000


class _At(NamedTuple):
    """What led to a node. A tuple, since one is made at every step: the walk spends a third of its time on copies of a dataclass."""

    way: tuple[str, ...] = ()
    owners: tuple[frozenset[str], ...] = ()
    ids: tuple[Text, ...] = ()
    hops: int = 0
    depth: int = 0
    key: bool = False
    alone: bool = False


class Walk:
    """Collects the sites of one chart."""

    def __init__(self, values: Values) -> None:
        self.sites: list[Site] = []
        self._values = values
        self._inside: set[tuple[int, int]] = set()

    def chart(self, cls: ast.ClassDef, scope: Scope) -> None:
        """Everything that a chart's constructor makes."""
        self._construct(Value(cls, scope), ast.Call(func=ast.Name(id=cls.name), args=[], keywords=[], lineno=cls.lineno), scope, _At())

    def everything(self, scope: Scope) -> None:
        """Every constant of a file, without following names."""
        for statement in scope.module.tree.body:
            for node in ast.walk(statement):
                if isinstance(node, ast.Call | ast.Dict):
                    self._direct(node, scope)
                elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                    self._constant(node.value, scope, _At())

    def _direct(self, node: ast.Call | ast.Dict, scope: Scope) -> None:
        at = _At(owners=(_constants(node),))
        self._add(scope, node.lineno, "made", at)
        if isinstance(node, ast.Call):
            pairs: list[tuple[str, ast.expr]] = [("", argument) for argument in node.args]
            pairs += [(keyword.arg or "", keyword.value) for keyword in node.keywords]
        else:
            pairs = [(str(k.value), v) for k, v in zip(node.keys, node.values, strict=True) if isinstance(k, ast.Constant)]
            for key in node.keys:
                if isinstance(key, ast.Constant):
                    self._constant(key, scope, at._replace(key=True))
        for name, value in pairs:
            inner = at._replace(way=(name,) if name else ())
            for part in value.elts if isinstance(value, ast.Tuple | ast.List) else [value]:
                if isinstance(part, ast.Constant):
                    self._constant(part, scope, inner)

    def _add(self, scope: Scope, line: int, kind: Literal["value", "key", "made"], at: _At, **more: object) -> None:
        known = {"file": scope.module.file, "line": line, "kind": kind, "way": at.way, "owners": at.owners, "ids": at.ids, "hops": at.hops}
        self.sites.append(Site(**known, **more))  # type: ignore[arg-type]  # the fields of a Site

    def _constant(self, node: ast.Constant, scope: Scope, at: _At, given: str | None = None) -> None:
        if isinstance(node.value, str | bool | int | float):
            text = Text(str(node.value))
            kind: Literal["key", "value"] = "key" if at.key else "value"
            self._add(scope, node.lineno, kind, at, held=node.value, text=text, literal=len(text.text), given=given)

    def _given(self, value: ast.expr, scope: Scope) -> str | None:
        if not isinstance(value, ast.Constant | ast.Name | ast.Attribute):
            return None
        text = self._values.text(Value(value, scope))
        return None if text is None or text.pattern else text.text

    def _visit(self, node: ast.AST, scope: Scope, at: _At) -> None:
        if at.depth > _DEEPEST or len(self.sites) > _MOST:
            return
        alone, at = at.alone, at._replace(depth=at.depth + 1, alone=False)
        match node:
            case ast.Constant():
                self._constant(node, scope, at)
            case ast.JoinedStr():
                self._f_string(node, scope, at)
            case ast.Dict():
                self._dict(node, scope, at)
            case ast.Call():
                self._call(node, scope, at._replace(alone=alone))
            case ast.Name() | ast.Attribute():
                self._named(node, scope, at)
            case ast.Subscript():
                ends = [end for end in self._values.of(Value(node, scope)) if end.node is not node]
                for end in ends or [Value(node.value, scope)]:
                    self._visit(end.node, end.scope, at)
            case _:
                self._several(node, scope, at)

    def _several(self, node: ast.AST, scope: Scope, at: _At) -> None:
        """What stands for more than one expression, or for one in brackets."""
        match node:
            case ast.Tuple() | ast.List() | ast.Set():
                for number, item in enumerate(node.elts):
                    step = () if isinstance(item, ast.Starred) else (str(number),)
                    self._visit(item, scope, at._replace(way=at.way + step))
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                for number, inner in enumerate(self._values.rounds(node.generators, scope)):
                    self._visit(node.elt, inner, at._replace(way=(*at.way, str(number))))
            case ast.DictComp():
                for inner in self._values.rounds(node.generators, scope):
                    self._dict(ast.copy_location(ast.Dict(keys=[node.key], values=[node.value]), node), inner, at)
            case _:
                self._all(_parts(node), scope, at)

    def _f_string(self, node: ast.JoinedStr, scope: Scope, at: _At) -> None:
        literal = sum(len(str(part.value)) for part in node.values if isinstance(part, ast.Constant))
        text = self._values.text(Value(node, scope))
        self._add(scope, node.lineno, "key" if at.key else "value", at, text=text, literal=literal)
        self._all((part.value for part in node.values if isinstance(part, ast.FormattedValue)), scope, at)

    def _all(self, nodes: Iterable[ast.AST], scope: Scope, at: _At) -> None:
        for node in nodes:
            self._visit(node, scope, at)

    def _dict(self, node: ast.Dict, scope: Scope, at: _At) -> None:
        at = at._replace(key=False, owners=(*at.owners, self._values.direct(Value(node, scope))))
        self._add(scope, node.lineno, "made", at)
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                self._visit(value, scope, at)
                continue
            text = self._values.text(Value(key, scope))
            inner = at._replace(way=(*at.way, text.text)) if text is not None else at
            given = self._given(value, scope)
            if not isinstance(key, ast.Constant):
                self._add(scope, key.lineno, "key", inner, text=text, given=given)
                self._visit(key, scope, inner._replace(key=True))
            else:
                self._constant(key, scope, inner._replace(key=True), given)
            self._visit(value, scope, inner)

    def _named(self, node: ast.Name | ast.Attribute, scope: Scope, at: _At) -> None:
        """What a name stands for, and what is done to it afterwards."""
        at = at._replace(hops=at.hops + 1, way=(*at.way, node.attr) if isinstance(node, ast.Attribute) else at.way)
        if isinstance(node, ast.Attribute):
            ends = [end for end in self._values.of(Value(node, scope)) if end.node is not node]
            for end in ends or [Value(node.value, scope)]:
                if not isinstance(end.node, Function | ast.ClassDef | ast.Module):
                    self._visit(end.node, end.scope, at)
            return
        for binding, value in self._values.bindings(node.id, scope):
            key = (id(value.node), id(value.scope))
            if key in self._inside or isinstance(value.node, Function | ast.ClassDef | ast.Module):
                continue
            self._inside.add(key)
            if binding.how == "change" and isinstance(value.node, ast.Call):
                self._chain(value.node, value.scope, at)
            else:
                self._visit(value.node, value.scope, at)
            self._inside.discard(key)

    def _call(self, node: ast.Call, scope: Scope, at: _At) -> None:
        alone, at = at.alone, at._replace(key=False, alone=False)
        callees = self._values.of(Value(node.func, scope))
        functions = [callee for callee in callees if isinstance(callee.node, Function)]
        for callee in functions:
            inside = called(callee, node, scope)
            around = at._replace(owners=(*at.owners, self._values.direct(Value(node, scope))))
            self._add(scope, node.lineno, "made", around)
            for result in results(callee.node) if isinstance(callee.node, Function) else ():
                self._visit(result, inside, around._replace(hops=at.hops + 1))
        if functions:
            return
        at = at._replace(owners=(*at.owners, self._values.direct(Value(node, scope))))
        made = self._id(node, scope, next((callee for callee in callees if isinstance(callee.node, ast.ClassDef)), None))
        at = at._replace(ids=(*at.ids, made)) if made is not None and alone else at
        self._add(scope, node.lineno, "made", at)
        classes = [callee for callee in callees if maker_of(callee.node) is not None]
        for cls in classes:
            self._construct(cls, node, scope, at)
        if isinstance(node.func, ast.Attribute) and not (classes or node.func.attr == OWN_INIT):
            self._visit(node.func.value, scope, at)
        self._arguments(node, scope, at)

    def _chain(self, node: ast.expr, scope: Scope, at: _At) -> None:
        """What a name is given by calls one after the other: `panel.title("Requests").unit("s")`."""
        while isinstance(node, ast.Call):
            self._arguments(node, scope, at)
            node = node.func.value if isinstance(node.func, ast.Attribute) else node.func

    def _arguments(self, node: ast.Call, scope: Scope, at: _At) -> None:
        """What a call is given. A method's own name says what its arguments are: `panel.title("Requests")`."""
        method = node.func.attr if isinstance(node.func, ast.Attribute) and not node.func.attr[:1].isupper() else ""
        own = (method,) if method and method != OWN_INIT else ()
        path: tuple[str, ...] = ()
        for number, argument in enumerate(node.args):
            self._visit(argument, scope, at._replace(way=(*at.way, *own, *path)))
            text = self._values.text(Value(argument, scope)) if number == 0 else None
            if text is not None and text.text.startswith("/"):  # a JSON pointer, of which the next argument is the value
                path = tuple(keys_of(text.text))
        for keyword in node.keywords:
            inner = at._replace(way=(*at.way, *own, keyword.arg)) if keyword.arg else at
            if keyword.arg:
                self._add(scope, keyword.lineno, "key", inner, text=Text(keyword.arg.rstrip("_")), given=self._given(keyword.value, scope))
            self._visit(keyword.value, scope, inner)

    def _id(self, node: ast.Call, scope: Scope, cls: Value | None) -> Text | None:
        """The id of the construct that a call makes: of a class of the project, what it gives its parent's constructor."""
        if len(node.args) < 2 or not isinstance(node.args[0], ast.Name | ast.Attribute) or root_of(node.func) == OWN_INIT:
            return None
        maker = None if cls is None else maker_of(cls.node)
        if cls is not None and maker is not None:
            inside = called(Value(maker, _own_scope(cls)), node, scope)
            for call in (each for each in ast.walk(maker) if isinstance(each, ast.Call) and root_of(each.func) == OWN_INIT):
                if len(call.args) >= 2:
                    return self._values.text(Value(call.args[1], inside)) or Text(".*", pattern=True)
        return self._values.text(Value(node.args[1], scope)) or Text(".*", pattern=True)

    def _construct(self, cls: Value, call: ast.Call, scope: Scope, at: _At) -> None:
        """The body of a constructor of the project."""
        maker = maker_of(cls.node)
        key = (id(cls.node), -1)
        if maker is None or key in self._inside:
            return
        self._inside.add(key)
        inside = called(Value(maker, _own_scope(cls)), call, scope)
        self._block(maker, inside, at)
        self._inside.discard(key)

    def _block(self, block: ast.AST, scope: Scope, at: _At) -> None:
        """The statements that make constructs; assignments count where something is made of them."""
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            for node in getattr(block, part, ()):
                self._statement(node, scope, at)

    def _statement(self, node: ast.AST, scope: Scope, at: _At) -> None:
        if isinstance(node, ast.For | ast.AsyncFor):
            for inner in self._values.round(node.target, node.iter, scope):
                self._block(node, inner, at)
        elif isinstance(node, Function | ast.ClassDef):
            return
        elif isinstance(node, ast.Expr | ast.Return | ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
            self._made(node.value, scope, at, alone=not isinstance(node, ast.Assign | ast.AnnAssign))
        else:
            self._block(node, scope, at)

    def _made(self, call: ast.Call, scope: Scope, at: _At, *, alone: bool) -> None:
        for callee in self._values.of(Value(call.func, scope)):
            if isinstance(callee.node, Function):
                key = (id(callee.node), -1)
                if alone and key not in self._inside:
                    self._inside.add(key)
                    owners = (*at.owners, self._values.direct(Value(call, scope)))
                    self._block(callee.node, called(callee, call, scope), at._replace(owners=owners, hops=at.hops + 1))
                    self._inside.discard(key)
                return
        if alone or self._id(call, scope, None) is not None:
            ids = at.ids
            if alone and isinstance(call.func, ast.Attribute):  # `made.add(...)` changes what was made before
                for end in self._values.of(Value(call.func.value, scope)):
                    known = self._id(end.node, end.scope, None) if isinstance(end.node, ast.Call) else None
                    ids = ids if known is None else (*at.ids, known)
            self._visit(call, scope, at._replace(ids=ids, alone=True))


def sites_of(project: Path, file: Path, cls: str, environment: str) -> tuple[tuple[Site, ...], dict[Path, tuple[int, int] | None]]:
    """The sites of a chart class for an environment, and the files that were read for them."""
    values = Values(project, environment)
    top = values.top(file)
    walk = Walk(values)
    charts = [node for node in statements(top.module.tree) if isinstance(node, ast.ClassDef)]
    for chart in [node for node in charts if node.name == cls] or charts:
        walk.chart(chart, top)
    return tuple(dict.fromkeys(walk.sites)), values.read


def plain_sites(project: Path, file: Path) -> tuple[Site, ...]:
    """The constants of a file wherever they stand."""
    values = Values(project, "")
    walk = Walk(values)
    walk.everything(values.top(file))
    return tuple(walk.sites)


def _parts(node: ast.AST) -> list[ast.expr]:
    """The expressions of which one, or all together, are the value of another."""
    match node:
        case ast.IfExp():
            return [node.body, node.orelse]
        case ast.BinOp():
            return [node.left, node.right]
        case ast.BoolOp():
            return node.values
        case ast.Starred() | ast.Await() | ast.NamedExpr():
            return [node.value]
        case _:
            return [node.body] if isinstance(node, ast.Lambda) else []


def _constants(node: ast.Call | ast.Dict) -> frozenset[str]:
    parts = [*node.args, *(k.value for k in node.keywords)] if isinstance(node, ast.Call) else [*node.keys, *node.values]
    return frozenset(str(part.value) for part in parts if isinstance(part, ast.Constant))


def _own_scope(cls: Value) -> Scope:
    return Scope(module=cls.scope.module, block=cls.node, known={"self": (cls,)}, outer=cls.scope)
