"""An exception of a chart file as a mistake: which line of whose file, in one sentence instead of a traceback."""

import inspect
import re
import traceback
from difflib import get_close_matches
from pathlib import Path

from crema.generators.image_lock import MistakeError
from crema.generators.source import Line
from crema.generators.spec import Mistake, Spec

_UNKNOWN_KEYWORD = re.compile(r"(?P<spec>\w+)\.__init__\(\) got an unexpected keyword argument '(?P<keyword>\w+)'")
_LONGEST = 300


def mistake_of(error: BaseException, chart_file: Path) -> Mistake:
    """The mistake an exception amounts to: at the innermost line of the chart's own package, or at the top of the chart file."""
    if isinstance(error, MistakeError):
        return error.mistake
    if isinstance(error, SyntaxError) and error.filename:
        return Mistake(error.filename, error.lineno or 1, f"{type(error).__name__}: {error.msg}")
    line = Line(str(chart_file), 1)
    package = chart_file.parent.resolve()
    for frame in traceback.extract_tb(error.__traceback__):
        if Path(frame.filename).resolve().is_relative_to(package):
            line = Line(frame.filename, frame.lineno or 1)
    if isinstance(error, SystemExit):
        return Mistake.at(line, "it ends the program (SystemExit); a chart only describes, and raises nothing to stop")
    # Of a JavaScript error jsii gives the whole stack of Node; its first line is what went wrong.
    text = (str(error).strip().splitlines() or [""])[0]
    message = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return Mistake.at(line, (message if len(message) <= _LONGEST else message[: _LONGEST - 1] + "…") + _hint(text))


def _hint(text: str) -> str:
    """For a misspelt keyword of a spec: the nearest one it has."""
    match = _UNKNOWN_KEYWORD.search(text)
    spec = next((s for s in _specs(Spec) if match and s.__name__ == match["spec"]), None)
    if match is None or spec is None:
        return ""
    known = list(inspect.signature(spec).parameters)
    near = get_close_matches(match["keyword"], known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; {spec.__name__} takes {', '.join(known)}"


def _specs(base: type[Spec]) -> list[type[Spec]]:
    return [found for child in base.__subclasses__() for found in (child, *_specs(child))]
