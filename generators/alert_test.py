"""Unit tests of alerts, written beside them in the terms of promtool's test files.

https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from crema.generators.checks import AnyText, Check, Duration, PrometheusLabel, Requirement, Text
from crema.generators.duration import seconds
from crema.generators.spec import Mistake, Spec, rule

_NUMBER = r"[0-9]+(\.[0-9]+)?"
_SAMPLE = re.compile(rf"stale|_(x[0-9]+)?|[+-]?Inf|NaN|[+-]?{_NUMBER}([eE][+-]?[0-9]+)?(([+-]{_NUMBER})?x[0-9]+)?")
_LABEL = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\\n]|\\.)*)"\s*')
_SERIES = re.compile(rf"[a-zA-Z_:][a-zA-Z0-9_:]*(?:{{(?:{_LABEL.pattern}(?:,{_LABEL.pattern})*)?}})?")


def _samples(value: object) -> Requirement | None:
    right = isinstance(value, str) and value.split() and all(_SAMPLE.fullmatch(word) for word in value.split())
    return None if right else "samples as promtool writes them, such as '0+1x10 5 _ stale': from 0 by 1 ten times, 5, none, the end"


def _series(value: object) -> Requirement | None:
    labels = _LABEL.findall(value) if isinstance(value, str) else []
    right = isinstance(value, str) and _SERIES.fullmatch(value) is not None and len({name for name, _ in labels}) == len(labels)
    return None if right else 'one series, such as up{job="loki"}: a name, and labels, each once and with the value it has'


Series = Annotated[str, Check(_series)]
Samples = Annotated[str, Check(_samples)]
Sort = Literal["fires", "is silent", "resolves"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FiringSpec(Spec):
    """One alert as it must fire.

    Args:
        labels: all that the expression gives it; what the alert sets itself (severity …) is added.
        summary, description: the texts as people read them, with every template filled in; None leaves a text unproven.

    """

    labels: Mapping[PrometheusLabel, AnyText] = field(default_factory=dict)
    summary: Text | None = None
    description: Text | None = None

    @property
    def texts(self) -> dict[str, str]:
        """The texts that are pinned."""
        return {k: v for k, v in (("summary", self.summary), ("description", self.description)) if v is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertTestSpec(Spec):
    """One unit test of an alert.

    Args:
        name: the claim.
        series: what Prometheus has scraped: series → samples in promtool's notation, one each `interval`, the first at 0.
        expect: moment → every alert that fires then; () where it must be silent.
        interval: between samples and between evaluations.

    """

    name: Text
    series: Mapping[Series, Samples]
    expect: Mapping[Duration, tuple[FiringSpec, ...]]
    interval: Duration = "1m"

    @rule("expect")
    def _can_fail(self) -> Iterator[Mistake]:
        """A test without an expectation proves nothing; texts pinned at one moment only would be compared with nothing at the others."""
        if not self.expect:
            yield self.mistake("expect", "what fires at one moment or more, or () where nothing does", dict(self.expect))
        pinned = {tuple(firing.texts) for firings in self.expect.values() for firing in firings}
        if len(pinned) > 1:
            yield self.mistake("expect", "alerts that all pin the same texts", sorted(pinned))

    @property
    def pinned(self) -> frozenset[str]:
        """The annotations that the expectations pin."""
        return frozenset(name for firings in self.expect.values() for firing in firings for name in firing.texts)

    @property
    def sort(self) -> Sort:
        """What the test shows: that the alert fires, that it stays silent, or that it fires and later no longer does."""
        moments = sorted((seconds(at), bool(firings)) for at, firings in self.expect.items())
        states = [firing for _, firing in moments]
        if True not in states:
            return "is silent"
        return "fires" if states[-1] else "resolves"
