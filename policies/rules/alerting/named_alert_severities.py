"""The policy alerting-named-alert-severities."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from crema.policies.engine.example import Denied, Example
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Parameter, Policy
from crema.policies.model.alerts import SEVERITIES, Alert, alerts
from crema.policies.model.world import World

NAMED: Final = {"PodRestart": "warning", "PodNotReady": "critical", "HttpHighErrorRate": "critical"}
_ALERTS: Final = "alerts"

_RULES: Final = """
    apiVersion: monitoring.coreos.com/v1
    kind: PrometheusRule
    metadata: {{name: coffee, namespace: monitoring}}
    spec:
      groups:
        - name: coffee
          rules:
            - {{alert: PodRestart, expr: vector(1), labels: {{severity: {restart}}}}}
            - {{alert: PodNotReady, expr: vector(1), labels: {{severity: critical}}}}
            - {{alert: {errors}, expr: vector(1), labels: {{severity: critical}}}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedAlert:
    """An alert that the platform promises, and every alert of that name in the world."""

    name: str
    severity: str
    found: tuple[Alert, ...]

    def __str__(self) -> str:
        """The alert's name, as reports write it."""
        return f"alert {self.name}"


class NamedAlertSeverities(Policy[NamedAlert]):
    """A whole environment has the alerts PodRestart (warning), PodNotReady and HttpHighErrorRate (both critical).

    Why: these three are what the people on call were promised: a restart is a note, a pod that is not ready and a burst
    of errors wake somebody.
    Fix: define the alert in a PrometheusRule, with the severity that its name has.
    """

    id = "alerting-named-alert-severities"
    basis = "house"
    parameters = (
        Parameter(
            name=_ALERTS,
            what="the alerts that were promised, each with its severity",
            schema={"type": "object", "minProperties": 1, "additionalProperties": {"enum": list(SEVERITIES)}},
            default=NAMED,
        ),
    )
    allowed = (
        Example(
            name="the three, as promised",
            manifests=_RULES.format(restart="warning", errors="HttpHighErrorRate"),
            closed=True,
        ),
        Example(name="somebody's directory promises nothing", manifests=_RULES.format(restart="critical", errors="Other")),
    )
    denied = (
        Denied(
            name="a restart that wakes somebody",
            manifests=_RULES.format(restart="critical", errors="HttpHighErrorRate"),
            closed=True,
            at="PrometheusRule/monitoring/coffee",
            pointer="/spec/groups/0/rules/0/labels/severity",
            message="alert PodRestart has the severity critical; this platform promises warning",
        ),
        Denied(
            name="one is missing",
            manifests=_RULES.format(restart="warning", errors="HttpHighErrorRates"),
            closed=True,
            at="PrometheusRule/monitoring/coffee",
            pointer="",
            message="environment example has no alert HttpHighErrorRate; this platform promises it with the severity critical",
        ),
    )

    def targets(self, world: World) -> Iterable[NamedAlert]:
        """The three alerts, in a whole environment of our own; elsewhere nothing was promised."""
        if world.closed and world.manifests:
            every = tuple(alerts(world))
            for name, severity in self.parameter(_ALERTS).items():
                yield NamedAlert(name=name, severity=severity, found=tuple(one for one in every if one.name == name))

    def judge(self, world: World, target: NamedAlert) -> Iterator[Outcome]:
        """There is one, and all of that name have the promised severity."""
        promise = f"this platform promises {target.severity}"
        for alert in target.found:
            word = None if alert.severity is None else alert.severity.value
            # Any other word is a finding of alerting-alert-severities already.
            if word in SEVERITIES and word != target.severity:
                yield self.finding(alert.place, f"alert {target.name} has the severity {word}; {promise}")
        if not target.found:
            rules = world.of("monitoring.coreos.com", "PrometheusRule")
            where = f"environment {world.environment} has no alert {target.name}"
            wanted = f"this platform promises it with the severity {target.severity}"
            yield self.finding((rules or world.of("", "Namespace") or world.manifests)[0].root, f"{where}; {wanted}", subject=target.name)
