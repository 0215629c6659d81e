"""Dashboards as Grafana gets them, and what Grafana would take without a word: each is a mistake that names the panel."""

import copy
import dataclasses
import json
from typing import Any

import pytest
from grafana_foundation_sdk.builders import loki, prometheus, stat, tempo, timeseries
from grafana_foundation_sdk.builders.dashboard import AnnotationQuery, Dashboard, Row
from grafana_foundation_sdk.models.dashboard import Dashboard as Built
from grafana_foundation_sdk.models.dashboard import DataSourceRef, GridPos, Panel
from hypothesis import assume, given
from hypothesis import strategies as st

from crema.generators import DatasourceSpec, GrafanaDashboardSpec
from crema.generators.dashboard import build
from crema.generators.dashboard_model import model, panels_of
from tests.strategies import ASKED, grafana_dashboards

_PROMETHEUS = DataSourceRef(type_val="prometheus", uid="prometheus")
_MIXED = DataSourceRef(type_val="datasource", uid="-- Mixed --")


def _panel(title: str = "P", *queries: Any, datasource: DataSourceRef | None = _PROMETHEUS) -> timeseries.Panel:
    panel = timeseries.Panel().title(title)
    if datasource is not None:
        panel.datasource(datasource)
    for query in queries:
        panel.with_target(query)
    return panel


def _said(dashboard: Any, datasources: tuple[DatasourceSpec, ...] = ASKED) -> list[str]:
    """What is wrong, without the part that every message has."""
    spec = GrafanaDashboardSpec(name="d", dashboard=dashboard, datasources=datasources)
    return [m.message.removeprefix("GrafanaDashboard 'd': dashboard") for m in spec.mistakes()]


def _of(*panels: Any) -> list[str]:
    dashboard = Dashboard("D").uid("d")
    for panel in panels:
        dashboard.with_panel(panel)
    return _said(dashboard.build())


def _up() -> prometheus.Dataquery:
    return prometheus.Dataquery().expr("up")


@given(grafana_dashboards)
def test_a_dashboard_reaches_grafana_under_the_label_its_sidecar_looks_for(spec: GrafanaDashboardSpec) -> None:
    """One file named after the uid, which holds the whole dashboard with sorted keys, in the folder that was asked for."""
    (config,) = build(spec)
    assert config.labels[spec.label] == spec.label_value
    assert dict(config.annotations) == ({} if spec.folder is None else {spec.folder_annotation: spec.folder})
    ((name, text),) = config.body["data"].items()
    assert name == f"{spec.dashboard.uid}.json"
    assert json.loads(text) == model(spec.dashboard)
    assert text == json.dumps(json.loads(text), sort_keys=True, indent=2) + "\n"


@given(grafana_dashboards)
def test_every_panel_has_an_id_and_every_query_a_name_of_its_own(spec: GrafanaDashboardSpec) -> None:
    """Those that the author gave stay; the rest are the lowest that are free, so that the same dashboard has the same bytes."""
    panels = list(panels_of(model(spec.dashboard)))
    ids = [panel["id"] for panel in panels]
    assert len(set(ids)) == len(ids)
    given_ids = [p.id_val for p in spec.dashboard.panels or [] if p.id_val]
    assert [i for i in ids if i in given_ids] == given_ids
    assert [i for i in ids if i not in given_ids] == list(range(1, len(ids) - len(given_ids) + 1))
    for panel in panels:
        names = [target["refId"] for target in panel.get("targets", [])]
        assert names == [*(["Mine"] if "Mine" in names else []), *"ABC"[: len(names) - ("Mine" in names)]]


@given(grafana_dashboards, st.sampled_from(["prometheus", "loki", "tempo"]))
def test_a_datasource_that_is_not_there_is_found_in_each_panel_that_asks_it(spec: GrafanaDashboardSpec, gone: str) -> None:
    """Renamed or forgotten: the panels that name it have a mistake, and no other has."""
    left = tuple(d for d in ASKED if d.uid != gone)
    wrong = dataclasses.replace(spec, datasources=left).mistakes()
    asking = [p for p in spec.dashboard.panels or [] if isinstance(p, Panel) and p.datasource is not None and p.datasource.uid == gone]
    assert len([m for m in wrong if f"[datasource] is {gone!r}" in m.message and "[targets]" not in m.message]) == len(asking)
    assert bool(wrong) == bool(asking)


@given(grafana_dashboards, st.data())
def test_a_panel_on_another_is_found(spec: GrafanaDashboardSpec, data: st.DataObject) -> None:
    """Wherever a panel is put so that it covers a part of another, both are named."""
    dashboard: Built = copy.deepcopy(spec.dashboard)
    panels = [p for p in dashboard.panels or [] if isinstance(p, Panel)]
    assume(len(panels) > 1)
    moved, other = data.draw(st.permutations(panels))[:2]
    assert moved.grid_pos is not None
    assert other.grid_pos is not None
    x = min(other.grid_pos.x, 24 - moved.grid_pos.w)
    moved.grid_pos = GridPos(h=moved.grid_pos.h, w=moved.grid_pos.w, x=x, y=other.grid_pos.y + other.grid_pos.h - 1)
    wrong = dataclasses.replace(spec, dashboard=dashboard).mistakes()
    assert any("free of other panels" in m.message for m in wrong)


@pytest.mark.parametrize(
    ("panels", "said"),
    [
        (
            (_panel("Requests", _up(), datasource=DataSourceRef(type_val="prometheus", uid="promtheus")),),
            [
                "[panel 'Requests'][datasource] is 'promtheus'; it must be the uid of one of its datasources: prometheus, loki, tempo "
                "(did you mean prometheus?)"
            ],
        ),
        (
            (_panel("Requests", _up().datasource(DataSourceRef(type_val="x", uid="gone"))),),
            [
                "[panel 'Requests'][targets][0][datasource] is 'gone'; it must be the uid of one of its datasources: prometheus, loki, "
                "tempo",
                "[panel 'Requests'][query A][datasource] is 'gone'; it must be that of its panel, prometheus, unless the panel's is "
                "'-- Mixed --'",
            ],
        ),
        (
            (_panel("Requests", _up(), datasource=DataSourceRef(type_val="loki", uid="prometheus")),),
            ["[panel 'Requests'][datasource][type] is 'loki'; it must be 'prometheus', which is what prometheus is"],
        ),
        (
            (_panel("", _up(), datasource=None),),
            ["[panel 1][datasource] is None; it must be the uid of one of its datasources: prometheus, loki, tempo"],
        ),
        (
            (_panel("Own", _up().datasource(_PROMETHEUS), datasource=None),),
            ["[panel 'Own'][datasource] is None; it must be the uid of one of its datasources: prometheus, loki, tempo"],
        ),
        (
            (_panel("M", _up(), datasource=_MIXED),),
            ["[panel 'M'][query A][datasource] is None; it must be the uid of one of its datasources: prometheus, loki, tempo"],
        ),
        ((_panel("M", _up().datasource(_PROMETHEUS), datasource=_MIXED),), []),
        ((stat.Panel().title("Nothing asked"),), []),
        (
            (_panel("Q", prometheus.Dataquery().expr(" ").ref_id("X")),),
            ["[panel 'Q'][query X][expr] is ' '; it must be a query that is not empty"],
        ),
        (
            (_panel("L", loki.Dataquery().expr(""), datasource=DataSourceRef(uid="loki")),),
            ["[panel 'L'][query A][expr] is ''; it must be a query that is not empty"],
        ),
        (
            (_panel("T", tempo.TempoQuery().query_type("traceql"), datasource=DataSourceRef(uid="tempo")),),
            ["[panel 'T'][query A][query] is ''; it must be a query that is not empty"],
        ),
        ((_panel("Map", tempo.TempoQuery().query_type("serviceMap"), datasource=DataSourceRef(uid="tempo")),), []),
        (
            (_panel("Q", _up().ref_id("A"), _up().ref_id("B"), _up().ref_id("A")),),
            ["[panel 'Q'][targets][refId] is 'A'; it must be a refId that no other query of the panel has"],
        ),
        (
            (_panel("One").id(7), _panel("Two").id(7)),
            ["[panel 'Two'][id] is 7; it must be an id that no other panel has: 'One' has it"],
        ),
        (
            (_panel("One").span(16), _panel("Two").span(9)),
            [
                "[panel 'Two'][gridPos] is 'x 16, y 0, 9 wide, 9 high'; it must be a place within the grid of 24 columns",
            ],
        ),
        (
            (_panel("One"), _panel("Two").grid_pos(GridPos(x=11, y=8, w=2, h=2))),
            [
                "[panel 'Two'][gridPos] is 'x 11, y 8, 2 wide, 2 high'; it must be free of other panels: 'One' is at "
                "x 0, y 0, 12 wide, 9 high"
            ],
        ),
        ((_panel("One"), _panel("Two").grid_pos(GridPos(x=12, y=8, w=2, h=2))), []),
        ((_panel("One"), _panel("Two").grid_pos(GridPos(x=11, y=9, w=2, h=2))), []),
        ((_panel("One").grid_pos(GridPos(x=2, y=5, w=2, h=2)), _panel("Two").grid_pos(GridPos(x=2, y=3, w=2, h=2))), []),
        ((_panel("One").grid_pos(GridPos(x=2, y=5, w=2, h=2)), _panel("Two").grid_pos(GridPos(x=0, y=5, w=2, h=2))), []),
        (
            (_panel("Left").grid_pos(GridPos(x=-1, y=0, w=2, h=2)), _panel("Flat").grid_pos(GridPos(x=2, y=0, w=2, h=0))),
            [
                "[panel 'Left'][gridPos] is 'x -1, y 0, 2 wide, 2 high'; it must be a place within the grid of 24 columns",
                "[panel 'Flat'][gridPos] is 'x 2, y 0, 2 wide, 0 high'; it must be a place within the grid of 24 columns",
            ],
        ),
        (
            (),
            ["[panels] is None; it must be at least one panel"],
        ),
    ],
)
def test_what_grafana_would_take_without_a_word_is_a_mistake(panels: tuple[Any, ...], said: list[str]) -> None:
    """And nothing else is: the whole list is what is expected."""
    assert _of(*(copy.deepcopy(panel) for panel in panels)) == said


def test_panels_inside_a_row_are_shown_only_where_it_is_collapsed() -> None:
    """Those of an open row follow it; two panels of different rows may have one place, two of the same may not."""
    inner = Row("R").with_panel(_panel("In"))
    assert _said(Dashboard("D").uid("d").with_row(inner).with_row(Row("S").with_panel(_panel("In"))).build()) == []
    open_row = copy.deepcopy(inner).collapsed(False)
    assert _said(Dashboard("D").uid("d").with_row(open_row).build()) == [
        "[panel 'R'][collapsed] is False; it must be True, since Grafana shows the panels inside a row only there; those of an open row "
        "follow it"
    ]
    covered = Row("R").with_panel(_panel("In")).with_panel(_panel("Over").grid_pos(GridPos(x=0, y=1, w=1, h=1)))
    assert [m.split(";")[0] for m in _said(Dashboard("D").uid("d").with_row(covered).build())] == [
        "[panel 'Over'][gridPos] is 'x 0, y 1, 1 wide, 1 high'"
    ]


@pytest.mark.parametrize(
    ("dashboard", "said"),
    [
        (Dashboard("D").with_panel(_panel()).build(), "[uid] is None; it must be a uid: at most 40 letters, digits, '-' and '_'"),
        (
            Dashboard("D").uid("a" * 41).with_panel(_panel()).build(),
            f"[uid] is '{'a' * 41}'; it must be a uid: at most 40 letters, digits, '-' and '_'",
        ),
        (Dashboard(" ").uid("d").with_panel(_panel()).build(), "[title] is ' '; it must be a text that is not empty"),
        (
            Dashboard("D").uid("d").with_panel(_panel().min(float("nan"))).build(),
            " is 'D'; it must be made of plain data (Out of range float values are not JSON compliant",
        ),
        (
            Dashboard("D").uid("d").description("x" * 2**20).with_panel(_panel()).build(),
            " is 'D'; it must be at most 1 MiB as JSON, which is all a ConfigMap holds",
        ),
    ],
)
def test_a_dashboard_needs_what_grafana_files_it_by(dashboard: Built, said: str) -> None:
    """A uid, a title, numbers that JSON has, and a size that a ConfigMap holds."""
    (message,) = _said(dashboard)
    assert message.startswith(said)


def test_a_builder_is_not_yet_a_dashboard() -> None:
    """The message says what is missing at its end."""
    (message,) = _said(Dashboard("D").uid("d"))
    assert message.endswith("; it must be a dashboard that grafana-foundation-sdk built: Dashboard(…)….build()")


def test_a_reference_anywhere_in_a_dashboard_is_followed() -> None:
    """A link of a field, an annotation: not only what panels ask."""
    noted = Dashboard("D").uid("d").with_panel(_panel()).annotation(AnnotationQuery().name("a").datasource(DataSourceRef(uid="lokki")))
    assert _said(noted.build()) == [
        "[annotations][list][0][datasource] is 'lokki'; it must be the uid of one of its datasources: prometheus, loki, tempo "
        "(did you mean loki?)"
    ]
    link = {"title": "t", "url": "", "internal": {"datasourceUid": "tmpo", "query": {}}}
    panel = _panel("P", _up())
    panel.build().options = {"dataLinks": [link], "datasource": None}
    assert _of(panel) == [
        "[panel 'P'][options][dataLinks][0][internal][datasourceUid] is 'tmpo'; it must be the uid of one of its datasources: "
        "prometheus, loki, tempo (did you mean tempo?)"
    ]
    panel.build().options = {"dataLinks": [{**link, "internal": {"datasourceUid": "-- Grafana --"}}]}
    assert _of(panel) == []
