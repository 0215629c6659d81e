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


def mistake_of(error: BaseException, nearest: Line) -> Mistake:
    """The mistake an exception amounts to: at the innermost line of the chart's own package, else at the `nearest` line of the chart."""
    if isinstance(error, MistakeError):
        return error.seen_from(nearest.file)
    if isinstance(error, SyntaxError) and isinstance(error.filename, str) and Path(error.filename).is_file():
        return Mistake(error.filename, error.lineno or 1, in_a_sentence(error))
    line = nearest
    package = Path(nearest.file).resolve().parent
    for frame, number in traceback.walk_tb(error.__traceback__):
        if Path(frame.f_code.co_filename).resolve().is_relative_to(package):
            line = Line(frame.f_code.co_filename, number)
    if isinstance(error, SystemExit):
        return Mistake.at(line, "it ends the program (SystemExit); a chart only describes, and raises nothing to stop")
    return Mistake.at(line, in_a_sentence(error))


def in_a_sentence(error: BaseException) -> str:
    """The class and the first line of an exception, cut short, with a hint where one helps."""
    try:
        # Of a JavaScript error jsii gives the whole stack of Node; its first line is what went wrong.
        text = (str(error.msg if isinstance(error, SyntaxError) else error).strip().splitlines() or [""])[0]
    except Exception:  # noqa: BLE001 - anybody's class
        text = ""
    message = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return (message if len(message) <= _LONGEST else message[: _LONGEST - 1] + "…") + _hint(text)


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
