"""Alertmanager's own tool takes every configuration that specs can say, and routes as they say it will."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crema.generators import AlertmanagerConfigSpec, MatcherSpec, NullReceiverSpec, RouteSpec
from crema.generators.writer import document
from tests.external import Completed, run
from tests.strategies import alert_labels, alertmanager_configs, texts

pytestmark = pytest.mark.engine


def amtool(config: dict[str, Any], *words: str) -> Completed:
    """Run amtool with a configuration, whose file's name stands where the words say FILE."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "alertmanager.yaml")
        file.write_text(document(config), encoding="utf-8")
        return run("amtool", *(word.replace("FILE", str(file)) for word in words), cwd=Path(folder))


def routed(config: dict[str, Any], labels: dict[str, str]) -> tuple[str, ...]:
    """The receivers that an alert with these labels reaches."""
    pairs = [MatcherSpec(label=name, value=value).text() for name, value in labels.items()]
    done = amtool(config, "config", "routes", "test", "--config.file=FILE", *pairs)
    assert done.status == 0, done.stderr
    return tuple(done.stdout.strip().split(","))


@given(alertmanager_configs)
@settings(max_examples=25)
def test_alertmanager_takes_every_configuration_that_a_spec_can_say(spec: AlertmanagerConfigSpec) -> None:
    """And reads every matcher in both of its grammars alike, of which it would warn otherwise."""
    assert spec.mistakes() == ()
    done = amtool(spec.config(), "check-config", "FILE")
    assert done.status == 0, done.stdout + done.stderr
    assert "level=WARN" not in done.stderr


@given(alertmanager_configs, st.lists(alert_labels, min_size=1, max_size=3))
@settings(max_examples=25)
def test_an_alert_reaches_whom_alertmanager_tells(spec: AlertmanagerConfigSpec, alerts: list[dict[str, str]]) -> None:
    """Depth first, the first that matches unless it continues, a missing label as an empty one, expressions over the whole label."""
    for labels in alerts:
        assert spec.route.reaches(labels) == routed(spec.config(), labels)


@given(texts)
@settings(max_examples=25)
def test_a_matcher_means_its_value_whatever_is_in_it(value: str) -> None:
    """Quotes, backslashes, line feeds, braces, commas, anything of Unicode: the alert with this value and no other."""
    route = RouteSpec(receiver="null", routes=(RouteSpec(receiver="told", matchers=(MatcherSpec(label="a", value=value),)),))
    config = AlertmanagerConfigSpec(route=route, receivers=(NullReceiverSpec(), NullReceiverSpec(name="told"))).config()
    assert routed(config, {"a": value}) == ("told",)
    assert routed(config, {"a": value + "x"}) == ("null",)


def test_a_configuration_that_alertmanager_refuses_is_red() -> None:
    """What the rule about the receiver null prevents."""
    done = amtool({"route": {"receiver": "null"}, "receivers": [{"name": "slack"}]}, "check-config", "FILE")
    assert done.status == 1
    assert 'undefined receiver "null" used in route' in done.stdout + done.stderr
