"""Chart directories: their templates, the values they ship with, their sub-charts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import Any, Final

import yaml

from tools.charts.atoms import ANY, Path
from tools.charts.lexer import TemplateError
from tools.charts.parser import parse
from tools.charts.syntax import Node

_OWN: Final = frozenset({"Chart.yaml", "Chart.lock", "values.yaml", "values.schema.json", "templates", "charts"})


class ChartError(Exception):
    """A directory is not a chart that can be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A template that is rendered for itself. `chart`: the place of its chart's values."""

    chart: Path
    body: tuple[Node, ...]


@dataclass(slots=True, kw_only=True)
class Source:
    """A chart with its sub-charts, as one.

    charts: name and version of each sub-chart by the place of its values. conditions: keys that Helm itself reads.
    missing: sub-charts that are not in the directory, by the place of their values. texts: the files of each chart that
    are no templates. schemas: the JSON schema of each chart that has one.
    """

    name: str
    version: str
    values: dict[str, Any]
    charts: dict[Path, str] = field(default_factory=dict)
    conditions: set[Path] = field(default_factory=set)
    missing: dict[Path, str] = field(default_factory=dict)
    rendered: list[Rendered] = field(default_factory=list)
    defines: dict[str, tuple[Node, ...]] = field(default_factory=dict)
    texts: dict[Path, dict[str, str]] = field(default_factory=dict)
    schemas: dict[Path, dict[str, Any]] = field(default_factory=dict)

    def defaults(self, path: Path) -> Iterator[str]:
        """Every text that the charts ship at a place or below it."""
        yield from _texts(self.values, path)


def read_chart(folder: File) -> Source:
    """The chart in a directory. Raises ChartError."""
    about = _yaml(folder / "Chart.yaml")
    source = Source(name=about["name"], version=str(about["version"]), values={})
    source.values = _read(folder, about, (), source)
    return source


def _read(folder: File, about: dict[str, Any], place: Path, source: Source) -> dict[str, Any]:
    """Adds a chart to a source, those below it first: of two templates of one name Helm takes the one further up."""
    if packed := sorted((folder / "charts").glob("*.tgz")):
        raise ChartError(f"{packed[0]} is packed; unpack it beside itself and remove it")
    below = {inner.parent: _yaml(inner) for inner in sorted((folder / "charts").glob("*/Chart.yaml"))}
    values: dict[str, Any] = {}
    for key, inner, inner_about in _parts(folder, about, below, place, source):
        source.charts[(*place, key)] = f"{inner_about['name']} {inner_about['version']}"
        values[key] = _read(inner, inner_about, (*place, key), source)
    for file in sorted((folder / "templates").rglob("*")):
        if file.is_file() and file.name != "NOTES.txt":
            try:
                template = parse(file.read_text(encoding="utf-8"))
            except TemplateError as broken:
                raise ChartError(f"{file}: {broken}") from broken
            source.defines |= template.defines
            if not file.name.startswith("_") and about.get("type") != "library":
                source.rendered.append(Rendered(place, template.body))
    source.texts[place] = dict(_others(folder))
    schema = folder / "values.schema.json"
    if schema.is_file():
        source.schemas[place] = json.loads(schema.read_text(encoding="utf-8"))
    own = folder / "values.yaml"
    return over(values, _yaml(own) if own.is_file() else {})


def _parts(
    folder: File, about: dict[str, Any], below: dict[File, dict[str, Any]], place: Path, source: Source
) -> Iterator[tuple[str, File, dict[str, Any]]]:
    """Each sub-chart with the key of its values; one that several dependencies name comes once for each."""
    named = set()
    for dependency in about.get("dependencies") or ():
        if dependency.get("import-values"):
            raise ChartError(f"{folder}: import-values of {dependency['name']} is not understood")
        key = dependency.get("alias") or dependency["name"]
        conditions = str(dependency.get("condition") or "").split(",")
        source.conditions |= {(*place, *condition.strip().split(".")) for condition in conditions if condition}
        source.conditions |= {("tags", tag) for tag in dependency.get("tags") or ()}
        found = [(inner, known) for inner, known in below.items() if known["name"] == dependency["name"]]
        named.add(dependency["name"])
        if not found:
            source.missing[(*place, key)] = f"{dependency['name']} {dependency.get('version', '')}".strip()
        yield from ((key, inner, known) for inner, known in found[:1])
    yield from ((known["name"], inner, known) for inner, known in below.items() if known["name"] not in named)


def _others(folder: File) -> Iterator[tuple[str, str]]:
    """What `.Files` gives, as far as it is text."""
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        if file.is_file() and name.split("/")[0] not in _OWN:
            yield name, file.read_bytes().decode("utf-8", errors="replace")


def _yaml(file: File) -> dict[str, Any]:
    try:
        body = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as broken:
        raise ChartError(f"{file} cannot be read: {broken}") from broken
    if not isinstance(body, dict | None):
        raise ChartError(f"{file} is not a mapping")
    return body or {}


def over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Values over the values of sub-charts."""
    merged = {**below, **above}
    for key in below.keys() & above.keys():
        if isinstance(below[key], dict) and isinstance(above[key], dict):
            merged[key] = over(below[key], above[key])
    return merged


def _texts(value: Any, path: Path) -> Iterator[str]:
    if isinstance(value, dict):
        for key, below in value.items():
            if not path or path[0] in {key, ANY}:
                yield from _texts(below, path[1:])
    elif isinstance(value, list):
        for below in value if not path or path[0] == ANY else ():
            yield from _texts(below, path[1:])
    elif isinstance(value, str) and not path:
        yield value
