"""From a place in a manifest to the line of Python that a person must edit.

The header of a manifest names a file and a construct path. The construct's line comes from the provenance that
synthesis left, else from parsing that file; then the words of the finding lead to the very line inside the construct's
call.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

from crema.policies.model.documents import Json, embedded
from crema.policies.model.manifest import Manifest
from crema.policies.model.provenance import recorded_line
from crema.policies.model.python_clue import Clue
from crema.policies.model.python_lines import find
from crema.policies.model.python_names import module_at
from crema.policies.model.steps import keys_of, step

_NAMES_OF_ITEMS: Final = ("name", "alert", "record", "path", "host", "uid", "title")


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
    construct = manifest.header.construct
    clue = replace(_clue(manifest.body, pointer, inner, hints), ids=tuple(construct.split("/")[1:]))
    found = find(project, chart, manifest.header, recorded_line(manifest, project, chart), clue)
    lines = module_at(project, found.file).text.splitlines()
    shown = lines[found.line - 1].strip() if found.line <= len(lines) else ""
    return Place(file=_shown(found.file), line=found.line, text=shown, construct=construct, exact=found.exact)


def _clue(body: Json, pointer: str, inner: str, hints: tuple[str, ...]) -> Clue:
    steps = [*_way(body, pointer)]
    if inner and steps and isinstance(text := steps[-1][1], str):
        steps += _way(embedded(text), inner)
    last, value = steps[-1] if steps else ("", None)
    return Clue(
        words=tuple(part for part, _ in reversed(steps)),
        value=value if isinstance(value, str | int | float) else None,
        names=tuple(_names_on_the_way(steps)),
        hints=hints,
        item=last.isdecimal(),
    )


def _chart(file: str, source: str) -> tuple[Path, Path] | None:
    """The project (the nearest folder above the manifest that holds the chart) and the chart's file in it.

    Only Python, and nothing that a link leads to from elsewhere: a line of it is shown, and a header is anybody's text.
    """
    relative = PurePosixPath(source)
    if relative.is_absolute() or ".." in relative.parts or relative.suffix != ".py":
        return None
    for folder in Path(file).absolute().parents:
        if (folder / relative).is_file():
            inside = (folder / relative).resolve().is_relative_to(folder.resolve())
            return (folder, folder / relative) if inside else None
    return None


def _way(body: Json, pointer: str) -> Iterator[tuple[str, Json]]:
    """Each key of a pointer with the value it leads to."""
    for key in keys_of(pointer):
        body = step(body, key)
        yield key, body


def _names_on_the_way(steps: list[tuple[str, Json]]) -> Iterator[str]:
    """What the items of lists on the way to a value call themselves (a container's name, an alert), outermost first."""
    for part, value in steps:
        if part.isdecimal() and isinstance(value, dict):
            yield from [str(value[key]) for key in _NAMES_OF_ITEMS if isinstance(value.get(key), str)][:1]


def _shown(path: Path) -> str:
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()
