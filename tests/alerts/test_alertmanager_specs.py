"""Alertmanager's configuration as specs: what each mistake in it says."""

from typing import Any

import pytest

from crema.generators import AlertmanagerConfigSpec, InhibitSpec, MatcherSpec, NullReceiverSpec, RouteSpec, SlackReceiverSpec, Spec

_SLACK = {
    "name": "slack",
    "channel": "#a",
    "api_url_file": "/url",
    "title": "t",
    "text": "t",
    "fallback": "f",
    "title_link": "l",
    "color": "c",
}


def _config(**changed: Any) -> AlertmanagerConfigSpec:
    return AlertmanagerConfigSpec(**{"route": RouteSpec(receiver="null"), "receivers": (NullReceiverSpec(),), **changed})


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (_config(receivers=(SlackReceiverSpec(**_SLACK),), route=RouteSpec(receiver="slack")), "it must be receivers with null among them"),  # type: ignore[arg-type]  # texts all
        (_config(receivers=(NullReceiverSpec(), NullReceiverSpec())), "name is 'null'; it must be a name that no other receiver has"),
        (_config(route=RouteSpec(receiver="nul")), "receiver is 'nul'; it must be one of the receivers null"),
        (
            _config(route=RouteSpec(receiver="null", routes=(RouteSpec(routes=(RouteSpec(receiver="x"),)),))),
            "receiver is 'x'; it must be one of the receivers null",
        ),
        (_config(route=RouteSpec()), "receiver is None; it must be a receiver, since this is the root of all routes"),
        (_config(route=RouteSpec(receiver="null", continue_=True)), "continue_ is True; it must be False"),
        (_config(route=RouteSpec(receiver="null", matchers=(MatcherSpec(label="a", value="b"),))), "it must be empty, since the root"),
        (SlackReceiverSpec(**{**_SLACK, "name": "null"}), "it must be another name than null"),  # type: ignore[arg-type]  # texts all
        (RouteSpec(group_by=("a", "a")), "it must be labels, each once"),
        (RouteSpec(repeat_interval="0s"), "repeat_interval is '0s'; it must be longer than nothing"),
        (RouteSpec(group_interval="0"), "group_interval is '0'; it must be longer than nothing"),
        (InhibitSpec(targets=()), "it must be one matcher or more"),
        (MatcherSpec(label="a", value="(", sign="=~"), "it must be a regular expression of letters"),
        (MatcherSpec(label="a", value="a{2}", sign="=~"), "it must be a regular expression of letters"),
        (MatcherSpec(label="a", value="(?i)a", sign="!~"), "it must be a regular expression of letters"),
        (MatcherSpec(label="a", value="a*+", sign="=~"), "it must be a regular expression of letters"),
        (MatcherSpec(label="a", value="*", sign="=~"), "it must be a regular expression of letters"),
        (MatcherSpec(label="a b", value="a"), "label is 'a b'; it must be a Prometheus label name"),
    ],
)
def test_each_rule_of_the_configuration_says_what_is_wrong(spec: Spec, said: str) -> None:
    """One mistake for one broken rule."""
    (mistake,) = spec.mistakes()
    assert said in mistake.message


def test_a_broken_expression_matches_nothing_rather_than_raise() -> None:
    """Whoever asks a spec with mistakes gets an answer."""
    assert MatcherSpec(label="a", value="(", sign="=~").matches({"a": "("}) is False
    assert MatcherSpec(label="a", value="(", sign="!~").matches({"a": "("}) is False
