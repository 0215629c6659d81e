"""The recorded list of a chart: the keys its templates read, as one JSON file whose differences can be read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tools.charts.atoms import ANY, Path
from tools.charts.evaluate import Evaluation
from tools.charts.reads import Tree, find, leaves
from tools.charts.schema import refused
from tools.charts.source import Source

_WIDTH: Final = 140


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What was found in a chart.

    unread: what values.yaml says and no template reads. unsaid: what templates read and values.yaml does not say.
    refused: what templates read and the chart's schema does not allow. unknown: what the analysis does not understand.
    """

    source: Source
    keys: dict[str, Tree]
    unread: tuple[str, ...]
    unsaid: tuple[str, ...]
    refused: tuple[str, ...]
    unknown: tuple[str, ...]


def record(source: Source) -> Recording:
    """Follows the templates of a chart."""
    evaluation = Evaluation(source)
    evaluation.run()
    tree = evaluation.reads.tree()
    keys: dict[str, Tree] = tree if isinstance(tree, dict) else {ANY: tree}
    gone = [(*place, *path) for place, schema in source.schemas.items() for path in refused(schema, find(keys, place) or {})]
    for path in gone:
        _remove(keys, path)
    return Recording(
        source=source,
        keys=keys,
        unread=tuple(sorted(_said(path) for path, _ in _ends(source.values) if find(keys, path) is None)),
        unsaid=tuple(sorted(_said(path) for path, _ in leaves(keys) if ANY not in path and not _has(source.values, path))),
        refused=tuple(sorted(map(_said, gone))),
        unknown=tuple(sorted(evaluation.unknown)),
    )


def render(recording: Recording, recorded: str, origin: Mapping[str, str | None]) -> str:
    """The file of a chart."""
    source = recording.source
    head: dict[str, Any] = {
        "chart": source.name,
        "version": source.version,
        "recorded": recorded,
        "source": dict(origin),
        "subcharts": {".".join(place): name for place, name in sorted(source.charts.items())},
        "absent": {".".join(place): name for place, name in sorted(source.missing.items())},
        "keys": recording.keys,
    }
    return layout(head)


def layout(head: Mapping[str, Any]) -> str:
    """The one form of a file: a key a line where its tree is short, a line for each key below it where it is not."""
    return _rendered(head, 0, open_up=True) + "\n"


def _rendered(value: Any, depth: int, *, open_up: bool = False, before: int = 0) -> str:
    short = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict) or not value or (not open_up and before + len(short) < _WIDTH):
        return short
    margin = " " * (depth + 1)
    lines = []
    for key, below in value.items():
        name = f"{margin}{json.dumps(key, ensure_ascii=False)}: "
        lines.append(name + _rendered(below, depth + 1, open_up=open_up and key == "keys", before=len(name)))
    return "{\n" + ",\n".join(lines) + "\n" + " " * depth + "}"


def _said(path: Path) -> str:
    return ".".join(key.replace(".", "\\.") for key in path)


def _ends(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value that is no mapping of more."""
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from _ends(below, (*path, str(key)))
    elif path:
        yield path, value


def _has(value: Any, path: Path) -> bool:
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True


def _remove(keys: dict[str, Tree], path: Path) -> None:
    here = keys
    for key in path[:-1]:
        below = here[key]
        if not isinstance(below, dict):
            return
        here = below
    here.pop(path[-1], None)
