"""Alerts as a PrometheusRule of the Prometheus operator.

https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PrometheusRule
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from constructs import Construct

from crema.generators.alert_test import AlertTestSpec
from crema.generators.checks import AlertName, AnyText, DnsName, Duration, HttpUrl, LabelKey, LabelValue, PrometheusLabel, Text
from crema.generators.manifest import Manifest
from crema.generators.part import Part
from crema.generators.promql import PromQL
from crema.generators.spec import Mistake, Spec, rule

# The severities that Alertmanager routes by; any other reaches nobody.
Severity = Literal["critical", "warning", "info"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSpec(Spec):
    """One alert.

    Args:
        alert: its name, as people read it in Slack.
        expr: PromQL; the alert is active for each series it gives.
        severity: who is told, and how soon.
        summary: one line: what is wrong. description: what it means for users and where to look first.
        wait: how long `expr` must hold before anybody is told (Prometheus' `for`).
        runbook_url: what to do.
        labels: further labels. annotations: further texts.
        tests: its unit tests, which are run by promtool and are no part of the manifest.

    """

    alert: AlertName
    expr: PromQL
    severity: Severity
    summary: Text
    description: Text
    wait: Duration = "0s"
    runbook_url: HttpUrl | None = None
    labels: Mapping[PrometheusLabel, AnyText] = field(default_factory=dict)
    annotations: Mapping[PrometheusLabel, AnyText] = field(default_factory=dict)
    tests: tuple[AlertTestSpec, ...] = ()

    @rule("labels", "annotations")
    def _fields_of_their_own(self) -> Iterator[Mistake]:
        """What has a field of its own is not set a second time."""
        if "severity" in self.labels:
            yield self.mistake("labels", "without severity, which has a field of its own", dict(self.labels))
        for name in sorted({"summary", "description", "runbook_url"} & set(self.annotations)):
            yield self.mistake("annotations", f"without {name}, which has a field of its own", name)

    @rule("tests", "labels")
    def _tests_say_what_only_they_know(self) -> Iterator[Mistake]:
        """A label that the alert sets itself is added to what a test expects; written there again it could only contradict."""
        for test in self.tests:
            for firing in (each for firings in test.expect.values() for each in firings):
                for name in sorted({"alertname", "severity", *self.labels} & set(firing.labels)):
                    yield firing.mistake("labels", f"without {name}, which the alert sets itself", name)
        seen: set[str] = set()
        for test in self.tests:
            if test.name in seen:
                yield test.mistake("name", f"a claim that no other test of {self.alert} has", test.name)
            seen.add(test.name)

    def body(self) -> dict[str, Any]:
        """The rule."""
        texts = {"summary": self.summary, "description": self.description, **self.annotations}
        if self.runbook_url is not None:
            texts["runbook_url"] = self.runbook_url
        return {
            "alert": self.alert,
            "expr": self.expr,
            "for": self.wait,
            "labels": {"severity": self.severity, **self.labels},
            "annotations": texts,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleGroupSpec(Spec):
    """Alerts evaluated together, in order."""

    name: Text
    rules: tuple[AlertSpec, ...]
    interval: Duration | None = None

    @rule("rules")
    def _each_alert_once(self) -> Iterator[Mistake]:
        """Prometheus refuses two equal rules; two alerts of one name are one alert to whoever reads Slack."""
        seen: set[str] = set()
        for alert in self.rules:
            if alert.alert in seen:
                yield alert.mistake("alert", f"a name that group {self.name} does not have already", alert.alert)
            seen.add(alert.alert)

    def body(self) -> dict[str, Any]:
        """The group."""
        group: dict[str, Any] = {"name": self.name, "rules": [r.body() for r in self.rules]}
        return group if self.interval is None else {**group, "interval": self.interval}


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusRuleSpec(Spec):
    """The PrometheusRule.

    Args:
        name: of the object.
        groups: in the order given; their names are unique.
        labels: what the Prometheus object's `ruleSelector` looks for, if it looks for anything.

    """

    name: DnsName
    groups: tuple[RuleGroupSpec, ...]
    labels: Mapping[LabelKey, LabelValue] = field(default_factory=dict)

    @rule("groups")
    def _each_group_once(self) -> Iterator[Mistake]:
        """Groups are keyed by their name."""
        seen: set[str] = set()
        for group in self.groups:
            if group.name in seen:
                yield group.mistake("name", "a name that no other group has", group.name)
            seen.add(group.name)


def build(spec: PrometheusRuleSpec) -> tuple[Manifest, ...]:
    """One PrometheusRule."""
    return (
        Manifest(
            api_version="monitoring.coreos.com/v1",
            kind="PrometheusRule",
            name=spec.name,
            labels={"app.kubernetes.io/managed-by": "crema", **spec.labels},
            body={"spec": {"groups": [g.body() for g in spec.groups]}},
        ),
    )


class PrometheusRule(Part[PrometheusRuleSpec]):
    """Alerts in a chart."""

    def __init__(self, scope: Construct, id: str, spec: PrometheusRuleSpec) -> None:
        """Add the PrometheusRule to `scope`."""
        super().__init__(scope, id, spec, build)
