"""The Python lines that made a spec: every mistake names one."""

import dataclasses
import os
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import CodeType, FrameType
from typing import Optional

import jsii

from crema.generators import syntax

# Frames that say nothing about who wrote a spec: this package, what makes Python subclasses of JavaScript classes, and the standard
# library (`dataclasses.replace` calls a spec's `__init__`).
_LIBRARY = sysconfig.get_path("stdlib") + os.sep
_MACHINERY = tuple(f"{Path(file).parent}{os.sep}" for file in (__file__, str(jsii.__file__)))
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One place in a Python file: absolute file name, 1-based line."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Source:
    """How a spec came to be.

    Args:
        calls: innermost first: the line that wrote it, then whoever called that line's function.
        original: that of the spec it is a changed copy of (`dataclasses.replace`).

    """

    calls: tuple[Line, ...]
    original: Optional["Source"] = None

    @property
    def line(self) -> Line:
        """The line that wrote the spec."""
        return self.calls[0]

    def line_in(self, file: str) -> Line:
        """The innermost line in one file, for a spec that a helper of another file made; else the line that wrote it."""
        return next((call for call in self.calls if call.file == file), self.line)

    def of_keyword(self, keyword: str, made: str, wrong: object = None, path: Sequence[str] = ()) -> Line:
        """The line a person edits to change `keyword` of the class `made`, or in it the key or element that is `wrong`, below `path`.

        A chart's helper makes values of its own arguments (`port=port`, `path=f"{root}/health"`, `**more`); then the line is that of the
        helper's caller.
        """
        best, wanted = self.line, syntax.Argument(keyword, "replace" if self.original else made)
        for number, call in enumerate(self.calls):
            name = wanted.name or keyword
            value = syntax.given(call.file, call.line, name, wanted.callee, wanted.position)
            if value is None and number == 0 and self.original:
                return self.original.of_keyword(keyword, made, wrong, path)
            if value is None and wanted.default is not None and not syntax.spreads(call.file, call.line, wanted.callee):
                return Line(self.calls[number - 1].file, wanted.default)
            best = Line(call.file, call.line if value is None else syntax.holding(value, wrong, path).lineno)
            argument = syntax.argument_in(value, call.file, call.line) if value else syntax.handed_on(call.file, call.line)
            if argument is None and value is None:
                prepared = syntax.prepared(call.file, name, wanted.callee)
                return best if prepared is None else Line(call.file, prepared)
            if argument is None:
                break
            wanted = replace(argument, name=argument.name or name)
        return best


def caller() -> Source:
    """The stack of the code that is making a spec, without frames that say nothing about it."""
    frame: FrameType | None = sys._getframe(1)
    calls: list[Line] = []
    original: Source | None = None
    while frame is not None and len(calls) < _DEEPEST:
        code = frame.f_code
        if code is dataclasses.replace.__code__:
            original = getattr(frame.f_locals.get("obj"), "source", None)
        if not _says_nothing(code):
            calls.append(Line(code.co_filename, frame.f_lineno))
            if code.co_name == "<module>":
                break
        frame = frame.f_back
    return Source(tuple(calls) or (Line("<unknown>", 0),), original if isinstance(original, Source) else None)


def _says_nothing(code: CodeType) -> bool:
    # A dataclass's generated __init__ has the file name "<string>".
    name = code.co_filename
    return name == "<string>" or name.startswith(_MACHINERY) or (name.startswith(_LIBRARY) and "-packages" not in name)
