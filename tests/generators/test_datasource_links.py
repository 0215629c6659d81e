"""Links between datasources: Grafana takes any uid, and whoever follows a link that leads nowhere gets an error."""

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crema.generators import DatasourceSpec, GrafanaDatasourcesSpec
from tests.strategies import grafana_datasources


def _source(name: str, json_data: Any = None, kind: str = "") -> DatasourceSpec:
    return DatasourceSpec(name=name, uid=name, type=kind or name, url="http://a", json_data=json_data or {})


def _said(*datasources: DatasourceSpec, elsewhere: tuple[str, ...] = ()) -> list[str]:
    return [m.message for m in GrafanaDatasourcesSpec(name="g", datasources=datasources, elsewhere=elsewhere).mistakes()]


def _named(value: object, uid: str) -> int:
    """How often the settings name a uid."""
    return json.dumps(value).count(f'"datasourceUid": {json.dumps(uid)}')


@given(grafana_datasources(), st.data())
def test_a_renamed_datasource_is_found_at_each_link_to_it(spec: GrafanaDatasourcesSpec, data: st.DataObject) -> None:
    """Links inside the set are right; rename one datasource and leave the links, and each of them has a mistake."""
    assert spec.mistakes() == ()
    assume(spec.datasources)
    renamed = data.draw(st.sampled_from(spec.datasources))
    others = tuple(dataclasses.replace(d, uid=d.uid + "-new") if d is renamed else d for d in spec.datasources)
    wrong = dataclasses.replace(spec, datasources=others).mistakes()
    assert len(wrong) == sum(_named(dict(d.json_data), renamed.uid) for d in spec.datasources)
    assert all(f"[datasourceUid] is {renamed.uid!r}; it must be the uid of a datasource of" in m.message for m in wrong)


@given(grafana_datasources())
def test_a_link_to_a_datasource_of_somebody_else_has_to_be_declared(spec: GrafanaDatasourcesSpec) -> None:
    """Nobody can know from here whether it exists, so its uid stands in `elsewhere`."""
    wrong = dataclasses.replace(spec, elsewhere=()).mistakes()
    assert len(wrong) == sum(_named(dict(d.json_data), spec.elsewhere[0]) for d in spec.datasources)


@pytest.mark.parametrize(
    ("datasources", "said"),
    [
        (
            (_source("loki", {"derivedFields": [{"name": "a"}, {"name": "b", "datasourceUid": "tmpo"}]}), _source("tempo")),
            "Datasource 'loki': json_data[derivedFields][1][datasourceUid] is 'tmpo'; it must be the uid of a datasource of traces of this "
            "ConfigMap: tempo (did you mean tempo?); one that something else provisions stands in elsewhere",
        ),
        (
            (_source("tempo", {"tracesToLogsV2": {"datasourceUid": "prometheus"}}), _source("prometheus"), _source("loki")),
            "Datasource 'tempo': json_data[tracesToLogsV2][datasourceUid] is 'prometheus'; it must be the uid of a datasource of logs of "
            "this ConfigMap: loki; one that something else provisions stands in elsewhere",
        ),
        (
            (_source("tempo", {"serviceMap": {"datasourceUid": "loki"}}), _source("loki")),
            "Datasource 'tempo': json_data[serviceMap][datasourceUid] is 'loki'; it must be the uid of a datasource of metrics of this "
            "ConfigMap: none; one that something else provisions stands in elsewhere",
        ),
        (
            (_source("prometheus", {"alertmanagerUid": "am"}), _source("alertmanager")),
            "Datasource 'prometheus': json_data[alertmanagerUid] is 'am'; it must be the uid of a datasource of alerts of this ConfigMap: "
            "alertmanager; one that something else provisions stands in elsewhere",
        ),
        (
            (_source("x", {"of a plugin": {"datasourceUid": ""}}), _source("y")),
            "Datasource 'x': json_data[of a plugin][datasourceUid] is ''; it must be the uid of a datasource of this ConfigMap: x, y; "
            "one that something else provisions stands in elsewhere",
        ),
    ],
)
def test_a_link_that_leads_nowhere_says_where_it_could_lead(datasources: tuple[DatasourceSpec, ...], said: str) -> None:
    """Each setting leads to one kind of datasource, a setting that is not known to any."""
    assert _said(*datasources) == [said]


@pytest.mark.parametrize(
    "datasources",
    [
        (_source("tempo", {"tracesToMetrics": {"datasourceUid": "amp"}}), _source("amp", kind="grafana-amazonprometheus-datasource")),
        (_source("loki", {"derivedFields": [{"datasourceUid": "j"}]}), _source("j", kind="jaeger")),
        (_source("tempo", {"tracesToProfiles": {"datasourceUid": "p"}}), _source("p", kind="grafana-pyroscope-datasource")),
        (_source("mine", {"whatever": {"datasourceUid": "mine"}}),),
        (_source("loki", {"derivedFields": [{"name": "a", "datasourceUid": None, "url": "http://a/$${__value.raw}"}]}),),
    ],
)
def test_a_link_may_lead_to_every_plugin_that_holds_such_data(datasources: tuple[DatasourceSpec, ...]) -> None:
    """Prometheus is not the only one with metrics; an external link has no datasource."""
    assert _said(*datasources) == []


def test_what_is_elsewhere_is_taken_at_its_word() -> None:
    """Its type is not known here, its uid must be one."""
    tempo = _source("tempo", {"serviceMap": {"datasourceUid": "theirs"}})
    assert _said(tempo, elsewhere=("theirs",)) == []
    (message,) = _said(tempo, elsewhere=("not a uid",))
    assert message == "GrafanaDatasources 'g': elsewhere is 'not a uid'; it must be a uid: at most 40 letters, digits, '-' and '_'"


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("$${__value.raw}", True),
        ("up{$$__tags}", True),
        ("up{$$__tags}[$$__interval] $$$$__x", True),
        ("costs 5 $", True),
        ("http://$HOST/a?b=${B}", True),
        ("${__value.raw}", False),
        ("up{$__tags}", False),
        ("$$$__tags", False),
        ("$$__a $__b", False),
    ],
)
def test_a_dollar_for_grafanas_own_names_is_written_twice(text: str, right: bool) -> None:
    """Grafana reads `$name` from its environment when it reads the file, and `$$` as one `$`; its own names begin with `__`."""
    spec = _source("loki", {"a": [{"url": text}]})
    required = "it must be written with $$ before Grafana's own names: a single $ is replaced when Grafana reads the file"
    assert [m.message for m in spec.mistakes()] == ([] if right else [f"Datasource 'loki': json_data[a][0][url] is {text!r}; {required}"])


@pytest.mark.parametrize(
    ("setting", "held"),
    [
        ({"derivedFields": [{"datasourceUid": "other"}]}, "traces"),
        ({"exemplarTraceIdDestinations": [{"datasourceUid": "other"}]}, "traces"),
        ({"serviceMap": {"datasourceUid": "other"}}, "metrics"),
        ({"tracesToMetrics": {"datasourceUid": "other"}}, "metrics"),
        ({"tracesToLogsV2": {"datasourceUid": "other"}}, "logs"),
        ({"tracesToProfiles": {"datasourceUid": "other"}}, "profiles"),
        ({"alertmanagerUid": "other"}, "alerts"),
    ],
)
def test_a_datasource_of_another_kind_is_found_by_each_setting(setting: dict[str, Any], held: str) -> None:
    """It is there, but it holds nothing that the setting could ask for."""
    (message,) = _said(_source("one", setting), _source("other", kind="grafana-testdata-datasource"))
    assert f"is 'other'; it must be the uid of a datasource of {held} of this ConfigMap: none;" in message


def test_the_line_is_that_of_the_wrong_uid() -> None:
    """Not that of the datasource, whose settings may be long."""
    spec = GrafanaDatasourcesSpec(
        name="g",
        datasources=(
            DatasourceSpec(
                name="tempo",
                uid="tempo",
                type="tempo",
                url="http://a",
                json_data={
                    "serviceMap": {"datasourceUid": "gone"},
                    "several": [
                        {"datasourceUid": "tempo"},
                        {"datasourceUid": "gone"},
                    ],
                },
            ),
        ),
    )
    lines = [mistake.line for mistake in spec.mistakes()]
    assert [_line(mistake.file, mistake.line).strip() for mistake in spec.mistakes()] == [
        '"serviceMap": {"datasourceUid": "gone"},',
        '{"datasourceUid": "gone"},',
    ]
    assert len(set(lines)) == len(lines)


def _line(file: str, number: int) -> str:
    with open(file, encoding="utf-8") as source:
        return source.read().splitlines()[number - 1]


def test_data_nested_without_end_is_one_mistake() -> None:
    """The rules that look into it do not add to it."""
    value: list[Any] = []
    for _ in range(2000):
        value = [value]
    assert [m.message.split(" (")[0] for m in _source("loki", {"a": value}).mistakes()] == [
        "Datasource 'loki': json_data is a dict that cannot be shown; it must be plain data"
    ]
