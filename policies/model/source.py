"""From a place in a manifest to the line of Python that a person must edit.

The header of a manifest names a file and a construct path. The construct's line comes from the provenance that
synthesis left, else from parsing that file; then the words of the finding lead to the very line inside the construct's
call.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from crema.policies.model import python_lines
from crema.policies.model.documents import Json, Unreadable, read_documents
from crema.policies.model.manifest import Manifest
from crema.policies.model.provenance import recorded_line
from crema.policies.model.read import bytes_of

_NAMES_OF_ITEMS: Final = ("name", "alert", "record", "path", "host", "uid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of a chart. `exact`: it is the line that holds the value; otherwise the nearest line that names it."""

    file: str
    line: int
    text: str
    construct: str
    exact: bool


def source_of(manifest: Manifest, pointer: str, inner: str = "", hints: tuple[str, ...] = ()) -> Place | None:
    """The Python line of a value in a manifest; None when the manifest is not ours or its chart is not here."""
    if manifest.header is None:
        return None
    located = _chart(manifest.file, manifest.header.source)
    if located is None:
        return None
    project, chart = located
    text = _text(chart)
    construct = manifest.header.construct
    clue = _clue(manifest.body, pointer, inner, hints)
    recorded = recorded_line(manifest, project, chart)
    found = python_lines.in_construct(text, tuple(construct.split("/")), recorded, clue)
    if not found.exact:
        for module in _siblings(project, manifest.header.source, text):
            elsewhere = python_lines.in_module(_text(module), clue)
            if elsewhere is not None:
                return _place(module, elsewhere, construct)
    return _place(chart, found, construct)


def _place(file: Path, found: python_lines.Found, construct: str) -> Place:
    lines = _text(file).splitlines()
    shown = lines[found.line - 1].strip() if found.line <= len(lines) else ""
    return Place(file=_shown(file), line=found.line, text=shown, construct=construct, exact=found.exact)


def _siblings(project: Path, source: str, text: str) -> Iterator[Path]:
    """The modules beside a chart that it imports, and those that they import: what charts have in common is there."""
    folder = PurePosixPath(source).parts[0]
    package = ".".join(PurePosixPath(source).parent.parts)
    seen: set[str] = set()
    waiting = [*python_lines.imported_modules(text, package)]
    while waiting:
        module = waiting.pop(0)
        file = project.joinpath(*module.split(".")).with_suffix(".py") if module else project
        if module in seen or module.split(".")[0] != folder or not file.is_file():
            continue
        seen.add(module)
        yield file
        waiting += python_lines.imported_modules(_text(file), module.rpartition(".")[0])


def _clue(body: Json, pointer: str, inner: str, hints: tuple[str, ...]) -> python_lines.Clue:
    steps = [*_way(body, pointer)]
    if inner and steps and isinstance(steps[-1][1], str):
        steps += _way(_embedded(steps[-1][1]), inner)
    last, value = steps[-1] if steps else ("", None)
    return python_lines.Clue(
        names=(*hints, *_names_on_the_way(steps)),
        words=tuple(part for part, _ in reversed(steps) if not part.isdecimal()),
        value=value if isinstance(value, str | int) and not isinstance(value, bool) else None,
        item=last.isdecimal(),
    )


def _chart(file: str, source: str) -> tuple[Path, Path] | None:
    """The project (the nearest folder above the manifest that holds the chart) and the chart's file in it."""
    relative = PurePosixPath(source)
    if relative.is_absolute() or ".." in relative.parts:
        return None
    for folder in Path(file).absolute().parents:
        if (folder / relative).is_file():
            return folder, folder / relative
    return None


def _way(body: Json, pointer: str) -> Iterator[tuple[str, Json]]:
    """Each part of a pointer with the value it leads to."""
    for part in pointer.split("/")[1:]:
        token = part.replace("~1", "/").replace("~0", "~")
        body = _step(body, token)
        yield token, body


def _embedded(text: str) -> Json:
    try:
        return next((document.body for document in read_documents(text)), None)
    except Unreadable:
        return None


def _names_on_the_way(steps: list[tuple[str, Json]]) -> Iterator[str]:
    """What the items of lists on the way to a value call themselves (a container's name, an alert), outermost first."""
    for part, value in steps:
        if part.isdecimal() and isinstance(value, dict):
            yield from [str(value[key]) for key in _NAMES_OF_ITEMS if isinstance(value.get(key), str)][:1]


def _step(body: Json, token: str) -> Json:
    if isinstance(body, dict):
        return body.get(token)
    if isinstance(body, list) and token.isdecimal() and int(token) < len(body):
        return body[int(token)]
    return None


def _text(file: Path) -> str:
    return (bytes_of(file) or b"").decode("utf-8", errors="replace")


def _shown(path: Path) -> str:
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()
