"""A dashboard as Grafana reads it: the JSON model of grafana-foundation-sdk's objects, completed, and what is wrong with one.

Grafana takes a dashboard with almost any mistake in it: a datasource that is not there, panels on top of each other, a query without text.
Whoever opens it sees an empty panel. https://grafana.com/docs/grafana/latest/visualizations/dashboards/build-dashboards/view-dashboard-json-model/
"""

import json
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from string import ascii_uppercase
from typing import Any

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

# What is wrong: where in the dashboard, what is required, what is there.
Problem = tuple[str, str, object]
Model = dict[str, Any]

_COLUMNS = 24
# Uids of Grafana's own, which every server has.
_BUILT_IN = frozenset({"-- Grafana --", "grafana", "-- Dashboard --"})
_MIXED = "-- Mixed --"
# Where a query's text stands, by the datasource's type.
_QUERY = {"prometheus": "expr", "loki": "expr", "tempo": "query"}
# Tempo's node graph of all services needs no text.
_NO_TEXT = frozenset({"serviceMap"})


def model(dashboard: Dashboard) -> Model:
    """The JSON model. Panels without an id get the lowest that are free, queries without a refId get A, B, C in the same way.

    Raises:
        TypeError, ValueError: something in it is no JSON.

    """
    plain: Model = json.loads(json.dumps(dashboard, cls=JSONEncoder, allow_nan=False))
    panels = list(panels_of(plain))
    _number(panels, "id", [str(n) for n in range(1, len(panels) * 2 + 1)])
    for panel in panels:
        panel["id"] = int(panel["id"])
        _number(panel.get("targets", []), "refId", [*ascii_uppercase, *(f"Q{n}" for n in range(len(panel.get("targets", [])) * 2))])
    return plain


def _number(items: list[Model], key: str, names: list[str]) -> None:
    taken = {str(item[key]) for item in items if item.get(key)}
    free = (name for name in names if name not in taken)
    for item in items:
        item[key] = item.get(key) or next(free)


def panels_of(plain: Model) -> Iterator[Model]:
    """Every panel, each row before the panels inside it."""
    for panel in plain.get("panels", []):
        yield panel
        yield from panel.get("panels", [])


def text(plain: Model) -> str:
    """As a file: sorted, indented, ASCII; the same model always gives the same bytes."""
    return json.dumps(plain, indent=2, sort_keys=True, allow_nan=False) + "\n"


def problems(plain: Model, known: Mapping[str, str]) -> Iterator[Problem]:
    """Everything wrong, where `known` has the type of each datasource by its uid."""
    if not plain.get("panels"):
        yield "[panels]", "at least one panel", plain.get("panels")
    yield from _repeated(plain)
    yield from _misplaced(plain.get("panels", []))
    yield from _unknown({**plain, "panels": None}, known, "")
    for panel in panels_of(plain):
        where = f"[panel {shown(panel)}]"
        if panel.get("panels") and not panel.get("collapsed"):
            yield (
                f"{where}[collapsed]",
                "True, since Grafana shows the panels inside a row only there; those of an open row follow it",
                False,
            )
        yield from _misplaced(panel.get("panels", []))
        yield from _unknown({**panel, "panels": None}, known, where)
        yield from _unasked(panel, known, where)


def shown(panel: Model) -> str:
    """What people call a panel: its title, else its number."""
    return repr(panel["title"]) if panel.get("title") else str(panel["id"])


def _repeated(plain: Model) -> Iterator[Problem]:
    seen: dict[object, Model] = {}
    for panel in panels_of(plain):
        other = seen.setdefault(panel["id"], panel)
        if other is not panel:
            yield f"[panel {shown(panel)}][id]", f"an id that no other panel has: {shown(other)} has it", panel["id"]
        names = [target["refId"] for target in panel.get("targets", [])]
        for name in sorted({n for n in names if names.count(n) > 1}):
            yield f"[panel {shown(panel)}][targets][refId]", "a refId that no other query of the panel has", name


def _misplaced(siblings: list[Model]) -> Iterator[Problem]:
    """Panels that leave the grid of 24 columns, or lie on another of the same row or dashboard."""
    placed: list[tuple[Model, tuple[int, int, int, int]]] = []
    for panel in siblings:
        grid = panel.get("gridPos") or {}
        x, y, w, h = (grid.get(key, 0) for key in "xywh")
        if min(x, y) < 0 or min(w, h) < 1 or x + w > _COLUMNS:
            yield f"[panel {shown(panel)}][gridPos]", f"a place within the grid of {_COLUMNS} columns", _place(x, y, w, h)
            continue
        for other, (ox, oy, ow, oh) in placed:
            if x < ox + ow and ox < x + w and y < oy + oh and oy < y + h:
                required = f"free of other panels: {shown(other)} is at {_place(ox, oy, ow, oh)}"
                yield f"[panel {shown(panel)}][gridPos]", required, _place(x, y, w, h)
        placed.append((panel, (x, y, w, h)))


def _place(x: int, y: int, w: int, h: int) -> str:
    return f"x {x}, y {y}, {w} wide, {h} high"


def _unknown(value: object, known: Mapping[str, str], where: str) -> Iterator[Problem]:
    """References to a datasource that is not known, or known as another type, anywhere in a part of the model."""
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _unknown(inner, known, f"{where}[{index}]")
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        if key == "datasourceUid" or (key == "datasource" and inner is not None):
            uid, kind = _reference(inner)
            if uid in known and kind not in {None, known[uid]}:
                yield f"{where}[{key}][type]", f"{known[uid]!r}, which is what {uid} is", kind
            elif uid not in known and uid not in _BUILT_IN | {_MIXED}:
                yield f"{where}[{key}]", _one_of(uid, known), uid
        else:
            yield from _unknown(inner, known, f"{where}[{key}]")


def _reference(value: object) -> tuple[str, str | None]:
    """The uid and type of a reference, which may be the uid alone; without a uid it is empty."""
    return (str(value.get("uid") or ""), value.get("type")) if isinstance(value, dict) else (str(value or ""), None)


def _one_of(uid: str, known: Mapping[str, str]) -> str:
    near = get_close_matches(uid, known, n=1)
    return f"the uid of one of its datasources: {', '.join(known)}{f' (did you mean {near[0]}?)' if near else ''}"


def _unasked(panel: Model, known: Mapping[str, str], where: str) -> Iterator[Problem]:
    """A panel asks one datasource, or names one in each query; and no query is empty."""
    targets = panel.get("targets", [])
    asked, _ = _reference(panel.get("datasource"))
    if targets and not panel.get("datasource"):
        yield f"{where}[datasource]", _one_of("", known), None
    for target in targets:
        query = f"{where}[query {target['refId']}]"
        own, _ = _reference(target.get("datasource") or panel.get("datasource"))
        if asked == _MIXED and not target.get("datasource"):
            yield f"{query}[datasource]", _one_of("", known), None
        elif own != asked and asked not in {_MIXED, ""}:
            yield f"{query}[datasource]", f"that of its panel, {asked}, unless the panel's is {_MIXED!r}", own
        field = _QUERY.get(known.get(own, ""))
        if field and not str(target.get(field, "")).strip() and target.get("queryType") not in _NO_TEXT:
            yield f"{query}[{field}]", "a query that is not empty", target.get(field, "")
