"""Prometheus' own tool takes every rule, and every alert does what its tests say."""

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from charts.alerts import rules
from charts.environment import Environment
from crema.generators import AlertSpec, AlertTestSpec, FiringSpec, PrometheusRuleSpec, RuleGroupSpec, promtool
from crema.generators.writer import document
from tests.alerts.environments import ALL
from tests.external import ROOT, Completed, run
from tests.strategies import alert_tests, prometheus_rules

pytestmark = pytest.mark.engine


def _promtool(verb: str, files: Mapping[str, str], asked: Iterable[str]) -> Completed:
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            Path(folder, name).write_text(content, encoding="utf-8")
        return run("promtool", verb, "rules", *asked, cwd=Path(folder))


def check(*rule_files: str) -> Completed:
    """`promtool check rules` over rule files; also what it only warns of is refused."""
    files = {f"{number}.yaml": content for number, content in enumerate(rule_files)}
    return _promtool("check", files, ["--lint-fatal", *files])


def unit_test(spec: PrometheusRuleSpec) -> Completed:
    """`promtool test rules` over every test of the alerts."""
    files = promtool.test_files(spec)
    return _promtool("test", files, sorted(name for name in files if name.endswith(".test.yaml")))


def _published(environment: str) -> list[Path]:
    return sorted((ROOT / "dist" / environment).rglob("prometheusrule-*.yaml"))


@pytest.mark.parametrize("environment", ["local", "eks"])
def test_prometheus_takes_every_rule_in_dist(environment: str) -> None:
    """The operator keeps a file with one rule that Prometheus refuses out of it, and nobody is told of anything in it."""
    specs = [yaml.safe_load(path.read_text(encoding="utf-8"))["spec"] for path in _published(environment)]
    assert specs
    done = check(*(document(spec) for spec in specs))
    assert done.status == 0, done.stdout + done.stderr


@pytest.mark.parametrize("environment", ALL, ids=lambda e: e.name)
def test_every_alert_does_what_its_tests_say(environment: Environment) -> None:
    """Fires, stays silent, is over: with the labels and the texts that people read, at the moments they say."""
    done = unit_test(rules(environment))
    assert done.status == 0, done.stdout + done.stderr
    assert done.stdout.count("SUCCESS") == sum(len(alert.tests) for group in rules(environment).groups for alert in group.rules)


@given(st.lists(prometheus_rules, min_size=1, max_size=8))
@settings(max_examples=15)
def test_prometheus_takes_every_rule_that_a_spec_can_say(specs: list[PrometheusRuleSpec]) -> None:
    """What has no mistakes is right: expressions, templates, names, durations and labels."""
    done = _promtool(
        "check", {f"{n}.yaml": promtool.rule_file(spec) for n, spec in enumerate(specs)}, [f"{n}.yaml" for n in range(len(specs))]
    )
    assert done.status == 0, done.stdout + done.stderr


def _always(tests: tuple[AlertTestSpec, ...], expr: str = "vector(1)") -> PrometheusRuleSpec:
    alert = AlertSpec(alert="A", expr=expr, severity="info", summary="s {{ $value }}", description="d", labels={"a": "b"}, tests=tests)
    return PrometheusRuleSpec(name="p", groups=(RuleGroupSpec(name="g", rules=(alert,)),))


@given(st.lists(alert_tests, min_size=1, max_size=8, unique_by=lambda test: test.name))
@settings(max_examples=15)
def test_promtool_reads_every_test_that_a_spec_can_say(tests: list[AlertTestSpec]) -> None:
    """Its notation of series and samples is ours; the alert fires always, so each test expects that at every moment."""
    spec = _always(tuple(tests))
    assert spec.mistakes() == ()
    done = unit_test(spec)
    assert done.status == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("expr", "firing", "said"),
    [
        ("vector(1) > 1", (FiringSpec(),), "got:[]"),
        ("vector(1)", (), "exp:[]"),
        ("vector(1)", (FiringSpec(labels={"c": "d"}),), 'c="d"'),
        ("vector(1)", (FiringSpec(summary="s 2"),), "s 2"),
    ],
)
def test_a_test_that_an_alert_does_not_pass_is_red(expr: str, firing: tuple[FiringSpec, ...], said: str) -> None:
    """An alert that is silent, one that fires, other labels and other texts are told apart."""
    done = unit_test(_always((AlertTestSpec(name="t", series={}, expect={"1m": firing}),), expr))
    assert done.status == 1
    assert said in done.stderr.replace("\n", "").replace("  ", "") or said in done.stderr + done.stdout, done.stdout + done.stderr


def test_a_template_that_cannot_be_filled_in_is_red() -> None:
    """Prometheus would send the alert with an error for its text."""
    alert = AlertSpec(alert="A", expr="up", severity="info", summary="{{ $label.x }}", description="d")
    spec = PrometheusRuleSpec(name="p", groups=(RuleGroupSpec(name="g", rules=(alert,)),))
    assert "undefined variable" in check(promtool.rule_file(spec)).stderr


def test_prometheus_refuses_what_our_parser_refuses() -> None:
    """A mistake that names a line and is none would be worse than none; each of these files is refused."""
    broken = [
        "up ==",
        "rate(up)",
        "sum by (job (up)",
        'up{job=~"["}',
        "unknown(up)",
        "a unless on () group_left b",
        "{}",
        '"a" + 1',
        "1 and up",
    ]
    for expr in broken:
        done = check(document({"groups": [{"name": "g", "rules": [{"alert": "A", "expr": expr}]}]}))
        assert (done.status, "could not parse expression" in done.stderr) == (1, True), (expr, done.stderr)
