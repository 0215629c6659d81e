"""Follows values through templates: every branch, every loop, every template that is included.

What a template does with a value decides what is read: a test or a printed text reads that value alone, printing it as
YAML reads all that stands below it. Conditions are not looked at, so a key that any configuration reads is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tools.charts.atoms import NOTHING, At, Chart, Object, Serialised, Value, Word, join, parts_of, word
from tools.charts.flow import Flow
from tools.charts.functions import call
from tools.charts.lexer import TemplateError
from tools.charts.parser import parse
from tools.charts.scope import Printed, Scope
from tools.charts.syntax import Action, Branch, Call, Field, Function, Literal, Node, Operand, Pipeline, Text, Variable

_ROUNDS: Final = 4
"""How often a loop is followed at most, so that what its end sets reaches its beginning."""


class Evaluation(Flow):
    """One chart with its sub-charts, followed from each of its files."""

    _included: dict[tuple[str, Value], Value]

    def run(self) -> None:
        """Follows every file until templates write nothing more into the values."""
        known = -1
        while self.written != known:
            known = self.written
            self._included = {}
            for template in self.source.rendered:
                self.whole(self._body(template.body, Scope.of(frozenset({Chart(template.chart)}))).serialised)

    def include(self, name: Value, dot: Value) -> Value:
        """What the templates of a name print with a dot. A file is no such template: it is followed by itself."""
        printed = NOTHING
        for each in self._named(name):
            if (each, dot) not in self._included:
                self._included[each, dot] = NOTHING
                self._included[each, dot] = self._yielded(self._body(self.source.defines[each], Scope.of(dot)))
            printed = join(printed, self._included[each, dot])
        return printed

    def template(self, text: str, dot: Value) -> None:
        """A text from elsewhere that is followed as a template."""
        if "{{" not in text or (text, dot) in self._included:
            return
        self._included[text, dot] = NOTHING
        try:
            body = parse(text).body
        except TemplateError as broken:
            self.unknown.add(f"the text {text[:40]!r} as a template: {broken}")
            return
        self.whole(self._body(body, Scope.of(dot)).serialised)

    def _named(self, name: Value) -> Iterator[str]:
        for atom in name:
            text = atom.text if isinstance(atom, Word) else None
            if text in self.source.defines:
                yield str(text)
            elif isinstance(atom, Word) and text is None and any(atom.parts):
                pattern = re.compile("".join(".*" if part is None else re.escape(part) for part in atom.parts))
                yield from (each for each in self.source.defines if pattern.fullmatch(each))
            else:
                self.unknown.add(f"the template {text or 'of an unknown name'}")

    def _yielded(self, printed: Printed) -> Value:
        """What an include yields: a value as text if the template prints nothing beside it, else the text."""
        if printed.serialised and not printed.beside:
            return printed.serialised
        self.whole(printed.serialised)
        return frozenset({Word(parts_of(printed.parts))})

    def _body(self, nodes: tuple[Node, ...], scope: Scope) -> Printed:
        printed = Printed()
        for node in nodes:
            match node:
                case Text(text):
                    printed.add_text(text)
                case Action(pipeline):
                    value = self.pipeline(pipeline, scope)
                    if not pipeline.declared:
                        self.truth(frozenset(atom for atom in value if isinstance(atom, At)))
                        printed.add(frozenset(atom for atom in value if isinstance(atom, Serialised | Word)) or word(None))
                case Call(name, given):
                    printed.add(self.include(word(name), self.pipeline(given, scope) if given else NOTHING))
                case Branch("range"):
                    self._loop(node, scope, printed)
                case Branch(name, pipeline, body, otherwise):
                    inner = scope.inner(scope.dot)
                    value = self.pipeline(pipeline, inner)
                    self.truth(value)
                    printed.add_body(self._body(body, inner.inner(value if name == "with" else scope.dot)))
                    printed.add_body(self._body(otherwise, inner))
        return printed

    def _loop(self, loop: Branch, scope: Scope, printed: Printed) -> None:
        for _ in range(_ROUNDS):
            before = [dict(frame) for frame in scope.frames]
            outer = scope.inner(scope.dot)
            value = self.pipeline(Pipeline(loop.pipeline.commands), outer)
            self.keys(value)
            for key, item in [*self.pairs(value)] or [(NOTHING, NOTHING)]:
                inner = outer.inner(item)
                names = loop.pipeline.declared
                for name, given in zip(names, (key, item)[-max(len(names), 1) :], strict=False):
                    inner.give(name, given, new=loop.pipeline.new)
                printed.add_body(self._body(loop.body, inner))
            if before == scope.frames:
                break
        printed.add_body(self._body(loop.otherwise, scope.inner(scope.dot)))

    def pipeline(self, pipeline: Pipeline, scope: Scope) -> Value:
        """What a pipeline yields; its variables are given it."""
        value: Value | None = None
        for command in pipeline.commands:
            value = self._command(command, value, scope)
        for name in pipeline.declared:
            scope.give(name, value or NOTHING, new=pipeline.new)
        return value or NOTHING

    def _command(self, operands: tuple[Operand, ...], piped: Value | None, scope: Scope) -> Value:
        first, *rest = operands
        arguments = [self._operand(operand, scope) for operand in rest] + ([] if piped is None else [piped])
        if isinstance(first, Function):
            place = rest[0] if rest else None
            own = isinstance(place, Variable) and not place.names and place.name != "$"
            called = call(self, first.name, arguments, named=isinstance(place, Variable | Field), own=own)
            if called.changed is not None and isinstance(place, Variable) and own:
                scope.give(place.name, called.changed, new=False)
            return called.result
        if arguments and not isinstance(first, Literal):
            return self._method(self._operand(first, scope, last=-1), first.names[-1:], arguments)
        return self._operand(first, scope)

    def _method(self, value: Value, name: tuple[str, ...], arguments: list[Value]) -> Value:
        """A call such as `.Files.Get "name"` or `.Capabilities.APIVersions.Has "name"`."""
        self.text(join(*arguments))
        files = [atom for atom in value if isinstance(atom, Object) and atom.name == "Files"]
        if name == ("Glob",):
            return frozenset(files)
        names = {atom.text for atom in arguments[0] if isinstance(atom, Word)} or {None}
        return join(*(self.file(atom.chart, each) for atom in files for each in names))

    def _operand(self, operand: Operand, scope: Scope, *, last: int | None = None) -> Value:
        match operand:
            case Literal(text):
                return word(text)
            case Function(name):
                return call(self, name, [], named=False, own=False).result
            case Field(names):
                value = scope.dot
            case Variable(name, names):
                value = scope.look(name)
            case _:
                value, names = self.pipeline(operand.pipeline, scope), operand.names
        for name in names[:last]:
            value = self.field(value, name)
        return value
