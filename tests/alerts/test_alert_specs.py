"""Alerts with their tests, and Alertmanager's configuration: what is right, what each mistake says, and what every alert of ours has."""

import pytest
from hypothesis import given

from charts.environment import Environment
from crema.generators import AlertSpec, AlertTestSpec, FiringSpec, Spec
from crema.generators.duration import seconds
from crema.generators.promql import PromQL
from tests.alerts.environments import ALL, alerts
from tests.strategies import alert_tests

_TEST = {"name": "t", "series": {"up": "1x5"}, "expect": {"1m": ()}}


def _alert(**changed: object) -> AlertSpec:
    given_anything = {"alert": "A", "expr": "up", "severity": "info", "summary": "s", "description": "d", **changed}
    return AlertSpec(**given_anything)  # type: ignore[arg-type]  # on purpose


def _test(**changed: object) -> AlertTestSpec:
    return AlertTestSpec(**{**_TEST, **changed})  # type: ignore[arg-type]  # on purpose


@pytest.mark.parametrize(
    ("expr", "said"),
    [
        ("up ==", "it must be PromQL (invalid promql query)"),
        ("rate(up)", "it must be PromQL (expected type matrix in call to function 'rate', got vector)"),
        ("sum by (job (up)", "it must be PromQL ("),
        ('up{job=~"["}', "it must be PromQL (illegal regex for [)"),
        ("unknown(up)", "it must be PromQL (unknown function with name 'unknown')"),
        ("up[5m]", "it must be PromQL whose result is an instant vector, not a range or a text"),
        ("((up[5m:1m]))", "it must be PromQL whose result is an instant vector, not a range or a text"),
        ("'up'", "it must be PromQL whose result is an instant vector, not a range or a text"),
        ("(" * 2001, "it must be PromQL of at most 2000 characters, none of them NUL"),
        (" \n", "it must be PromQL, such as up == 0"),
        (1, "it must be PromQL, such as up == 0"),
    ],
)
def test_a_broken_expression_is_a_mistake(expr: object, said: str) -> None:
    """It says what the parser says; what would end the parser's process is not given to it."""
    (mistake,) = _alert(expr=expr).mistakes()
    assert said in mistake.message
    assert "expr is" in mistake.message


@pytest.mark.parametrize(
    "expr", ["up", "vector(1)", "1", "(up)", "up # note\n> 0", "a unless on () b", '{__name__=~"a|b", c="d"}', "absent(up)"]
)
def test_an_expression_that_gives_series_is_right(expr: str) -> None:
    """Comments, line feeds and scalars too."""
    assert _alert(expr=expr).mistakes() == ()


@given(alert_tests)
def test_what_strategies_draw_has_no_mistakes(test: AlertTestSpec) -> None:
    """The laws of promtool speak of tests that authors may write."""
    assert test.mistakes() == ()


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (_test(expect={}), "expect is {}; it must be what fires at one moment or more, or () where nothing does"),
        (
            _test(expect={"1m": (FiringSpec(summary="s"),), "2m": (FiringSpec(),)}),
            "it must be alerts that all pin the same texts",
        ),
        (_test(series={"up{": "1"}), "it must be one series, such as up"),
        (_test(series={'up{a="1", a="2"}': "1"}), "it must be one series, such as up"),
        (_test(series={'up{a=~"1"}': "1"}), "it must be one series, such as up"),
        (_test(series={"up": ""}), "it must be samples as promtool writes them"),
        (_test(series={"up": "1 two"}), "it must be samples as promtool writes them"),
        (_test(series={"up": "NaNx3"}), "it must be samples as promtool writes them"),
        (_test(expect={"soon": ()}), "expect is 'soon'; it must be a Prometheus duration"),
        (
            _alert(tests=(_test(expect={"1m": (FiringSpec(labels={"severity": "info"}),)}),)),
            "labels is 'severity'; it must be without severity, which the alert sets itself",
        ),
        (
            _alert(labels={"team": "a"}, tests=(_test(expect={"1m": (FiringSpec(labels={"team": "a"}),)}),)),
            "labels is 'team'; it must be without team, which the alert sets itself",
        ),
        (_alert(tests=(_test(), _test())), "name is 't'; it must be a claim that no other test of A has"),
    ],
)
def test_each_rule_of_a_test_says_what_is_wrong(spec: Spec, said: str) -> None:
    """One mistake for one broken rule."""
    (mistake,) = spec.mistakes()
    assert said in mistake.message


@pytest.mark.parametrize(
    ("expect", "sort"),
    [
        ({"10m": (), "2m": (FiringSpec(),)}, "resolves"),
        ({"10m": (FiringSpec(),), "2m": ()}, "fires"),
        ({"90s": (FiringSpec(),), "1m": (), "2m": ()}, "resolves"),
        ({"1h": (), "90m": ()}, "is silent"),
    ],
)
def test_a_tests_sort_is_what_it_shows(expect: dict[str, tuple[FiringSpec, ...]], sort: str) -> None:
    """The moments count in the order of time, not of writing."""
    assert _test(expect=expect).sort == sort


@pytest.mark.parametrize(("text", "length"), [("0", 0), ("1h30m", 5400), ("1d", 86400), ("5m3s", 303), ("1500ms", 1.5), ("1w1y", 32140800)])
def test_durations_are_prometheus_durations(text: str, length: float) -> None:
    """A day has 24 hours, a year 365 days."""
    assert seconds(text) == length


@pytest.mark.parametrize("environment", ALL, ids=lambda e: e.name)
def test_every_alert_is_shown_to_fire_to_stay_silent_and_to_be_over(environment: Environment) -> None:
    """An alert that was never seen to fire may never fire; one that does not end is soon read by nobody. Its texts are pinned."""
    for alert in alerts(environment):
        assert {test.sort for test in alert.tests} >= {"is silent", "resolves"}, alert.alert
        firings = [each for test in alert.tests for at_once in test.expect.values() for each in at_once]
        assert all(set(each.texts) == {"summary", "description"} for each in firings), alert.alert


@pytest.mark.parametrize("environment", ALL, ids=lambda e: e.name)
def test_every_alert_says_what_is_wrong_and_where_to_look(environment: Environment) -> None:
    """A line for the title, then some sentences with a command or a place in Grafana; an alert that nobody has to act on is none."""
    for alert in alerts(environment):
        assert alert.severity in {"critical", "warning"}
        assert "\n" not in alert.summary + alert.description
        assert len(alert.summary) <= 100
        assert "`kubectl -n " in alert.description or "in Grafana, Explore, " in alert.description, alert.alert
        assert len(alert.description) >= 150, alert.alert


def test_promql_is_the_type_of_expressions() -> None:
    """The check hangs on the field."""
    assert AlertSpec.__annotations__["expr"] == PromQL
