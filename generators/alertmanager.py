"""Alertmanager's configuration: who is told of which alert, and which alert keeps another one quiet.

It is the value `alertmanager.config` of kube-prometheus-stack. Helm merges the maps of values and replaces their lists: what is not said
here is the chart's default, and the receiver `null` that its default route names has to be among ours.
https://prometheus.io/docs/alerting/latest/configuration/
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from constructs import Construct

from crema.generators.alert_receiver import NOBODY, NullReceiverSpec, SlackReceiverSpec
from crema.generators.alert_route import RouteSpec
from crema.generators.checks import PrometheusLabel
from crema.generators.manifest import Manifest
from crema.generators.matcher import MatcherSpec, match
from crema.generators.part import Part, StoppedByMistakes
from crema.generators.spec import Mistake, Spec, rule


@dataclass(frozen=True, slots=True, kw_only=True)
class InhibitSpec(Spec):
    """While a source alert fires, target alerts that are equal to it in some labels are told to nobody.

    Args:
        sources, targets: matchers; all must match.
        equal: the labels. One that neither alert has counts as equal: without any that names the subject, one alert silences all others.

    """

    sources: tuple[MatcherSpec, ...] = ()
    targets: tuple[MatcherSpec, ...]
    equal: tuple[PrometheusLabel, ...] = ()

    @rule("targets")
    def _some_target(self) -> Iterator[Mistake]:
        if not self.targets:
            yield self.mistake("targets", "one matcher or more: without, every alert would be silenced", self.targets)

    def body(self) -> dict[str, Any]:
        """The rule."""
        body: dict[str, Any] = {"target_matchers": [m.text() for m in self.targets]}
        if self.sources:
            body["source_matchers"] = [m.text() for m in self.sources]
        if self.equal:
            body["equal"] = list(self.equal)
        return body

    def silences(self, source: Mapping[str, str], target: Mapping[str, str]) -> bool:
        """Whether one firing alert silences another. Alerts that are both source and target do not silence each other."""
        both_ways = match(self.sources, target) and match(self.targets, source)
        alike = all(source.get(label, "") == target.get(label, "") for label in self.equal)
        return match(self.sources, source) and match(self.targets, target) and alike and not both_ways


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertmanagerConfigSpec(Spec):
    """The whole configuration.

    Args:
        route: the root of the tree: every alert reaches it, and its receiver takes what no other route takes.
        receivers: all that routes name, and `null`.
        inhibit: which alert silences which.

    """

    route: RouteSpec
    receivers: tuple[SlackReceiverSpec | NullReceiverSpec, ...]
    inhibit: tuple[InhibitSpec, ...] = ()

    @rule("receivers")
    def _each_receiver_once(self) -> Iterator[Mistake]:
        seen: set[str] = set()
        for receiver in self.receivers:
            if receiver.name in seen:
                yield receiver.mistake("name", "a name that no other receiver has", receiver.name)
            seen.add(receiver.name)
        if NOBODY not in seen:
            required = f"receivers with {NOBODY} among them: the chart's default route names it, and Helm replaces lists"
            yield self.mistake("receivers", required, tuple(sorted(seen)))

    @rule("route", "receivers")
    def _routes_lead_to_receivers(self) -> Iterator[Mistake]:
        known = {receiver.name for receiver in self.receivers}
        for route in self.route.all_routes():
            if route.receiver is not None and route.receiver not in known:
                yield route.mistake("receiver", f"one of the receivers {', '.join(sorted(known))}", route.receiver)

    @rule("route")
    def _root_takes_everything(self) -> Iterator[Mistake]:
        """https://prometheus.io/docs/alerting/latest/configuration/#route: the root matches all alerts."""
        if self.route.receiver is None:
            yield self.route.mistake("receiver", "a receiver, since this is the root of all routes", None)
        if self.route.matchers:
            yield self.route.mistake("matchers", "empty, since the root of all routes takes every alert", self.route.matchers)
        if self.route.continue_:
            yield self.route.mistake("continue_", "False, since nothing stands beside the root of all routes", True)

    def config(self) -> dict[str, Any]:
        """The value `alertmanager.config`."""
        return {
            "route": self.route.body(),
            "receivers": [r.body() for r in self.receivers],
            "inhibit_rules": [i.body() for i in self.inhibit],
        }


def build(spec: AlertmanagerConfigSpec) -> tuple[Manifest, ...]:
    """No object of its own: the chart that installs Alertmanager carries the configuration in its values."""
    del spec
    return ()


class AlertmanagerConfig(Part[AlertmanagerConfigSpec]):
    """The configuration in a chart, whose mistakes are listed with all others."""

    def __init__(self, scope: Construct, id: str, spec: AlertmanagerConfigSpec) -> None:
        """Look for mistakes."""
        super().__init__(scope, id, spec, build)

    @property
    def config(self) -> dict[str, Any]:
        """The value `alertmanager.config`; StoppedByMistakes where there are any."""
        if self.mistakes:
            raise StoppedByMistakes
        return self.spec.config()
