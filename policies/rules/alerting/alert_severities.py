"""The policy alerting-alert-severities."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from crema.policies.engine.example import Denied, Example, Pinned
from crema.policies.engine.finding import Outcome
from crema.policies.engine.policy import Parameter, Policy
from crema.policies.model.alerts import SEVERITIES, Alert, alerts
from crema.policies.model.world import World

_WORDS: Final = "severities"
_RULE: Final = """
    apiVersion: monitoring.coreos.com/v1
    kind: PrometheusRule
    metadata: {{name: coffee, namespace: monitoring}}
    spec:
      groups:
        - name: pods
          rules:
            - {{alert: PodNotReady, expr: vector(1), labels: {{severity: critical}}}}
            - {{alert: PodRestart, expr: vector(1){labels}}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An alert, and how often each word is used as a severity in its world."""

    alert: Alert
    used: Counter[str]

    def __str__(self) -> str:
        """The alert, as reports name it."""
        return str(self.alert)


class AlertSeverities(Policy[Judged]):
    """The severity label of every alert is critical, warning or info.

    Why: Alertmanager routes by this label; an alert with another word, a template or no label matches no route that
    leads to a person, and nobody is told.
    Fix: write severity: critical, warning or info among the alert's labels.
    Source: https://prometheus.io/docs/alerting/latest/configuration/#route

    In a directory that is not ours other words may be right. There only a severity that misspells one of the three is a
    finding; another case or a plural of one (Critical, warnings) only if it is used once where others use the word itself.
    What a chart rendered is left alone: nobody here can change it.
    """

    id = "alerting-alert-severities"
    basis = "breaks"
    parameters = (
        Parameter(
            name=_WORDS,
            what="the words that routes know here; where they are set, any directory is held to them",
            schema={"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
            default=SEVERITIES,
        ),
    )
    allowed = (
        Example(name="one of the three words", manifests=_RULE.format(labels=", labels: {severity: info}"), closed=True),
        Example(
            name="a recording rule has no severity",
            manifests=_RULE.format(labels=", labels: {severity: info}}\n            - {record: a:b, expr: vector(1)"),
            closed=True,
        ),
        Example(name="another house's own word", manifests=_RULE.format(labels=", labels: {severity: page}")),
    )
    denied = (
        Denied(
            name="misspelt",
            manifests=_RULE.format(labels=", labels: {severity: critcal}"),
            closed=True,
            at="PrometheusRule/monitoring/coffee",
            pointer="/spec/groups/0/rules/1/labels/severity",
            message="alert PodRestart has the severity critcal (did you mean critical?); it must be critical, warning or info",
        ),
        Denied(
            name="misspelt in a directory that is not ours",
            manifests=_RULE.format(labels=", labels: {severity: Critical}"),
            at="PrometheusRule/monitoring/coffee",
            pointer="/spec/groups/0/rules/1/labels/severity",
            message="alert PodRestart has the severity Critical (did you mean critical?); it must be critical, warning or info",
        ),
        Denied(
            name="no label, and a label that is a template, in the values of a chart",
            manifests="""
                apiVersion: argoproj.io/v1alpha1
                kind: Application
                metadata: {name: monitoring, namespace: argocd}
                spec:
                  source:
                    chart: kube-prometheus-stack
                    targetRevision: 88.5.3
                    helm:
                      values: |
                        additionalPrometheusRulesMap:
                          coffee:
                            groups:
                              - name: pods
                                rules:
                                  - {alert: PodRestart, expr: vector(1)}
                                  - {alert: Burst, expr: vector(1), labels: {severity: '{{ $labels.severity }}'}}
                """,
            closed=True,
            at="Application/argocd/monitoring",
            pointer="/spec/source/helm/values#/additionalPrometheusRulesMap/coffee/groups/0/rules/0",
            message="alert PodRestart has no severity; it must be critical, warning or info",
            also=(
                Pinned(
                    at="Application/argocd/monitoring",
                    pointer="/spec/source/helm/values#/additionalPrometheusRulesMap/coffee/groups/0/rules/1/labels/severity",
                    message="alert Burst has the severity {{ $labels.severity }}, a template that nothing can route by "
                    "before it fires; it must be critical, warning or info",
                ),
            ),
        ),
    )

    def targets(self, world: World) -> Iterable[Judged]:
        """Every alert."""
        every = tuple(alerts(world))
        words = (alert.severity.value for alert in every if alert.severity is not None)
        used = Counter(word for word in words if isinstance(word, str))
        return (Judged(alert=alert, used=used) for alert in every)

    def judge(self, world: World, target: Judged) -> Iterator[Outcome]:
        """The one label, against the three words."""
        severity = target.alert.severity
        word = None if severity is None else severity.value
        known = tuple(self.parameter(_WORDS))
        held = world.closed or known != SEVERITIES
        ours = target.alert.rule.manifest.origin != "rendered"
        if ours and word not in known and (held or _misspells(word, target.used)):
            message = f"alert {target.alert.name} has {_described(word, known)}; it must be {_choice(known)}"
            yield self.finding(target.alert.place, message)


def _described(word: object, known: tuple[str, ...]) -> str:
    if word is None:
        return "no severity"
    if "{{" in str(word):
        return f"the severity {word}, a template that nothing can route by before it fires"
    near = get_close_matches(str(word).lower(), known, n=1)
    return f"the severity {word}" + (f" (did you mean {near[0]}?)" if near else "")


def _misspells(word: object, used: Counter[str]) -> bool:
    """Whether a word is a slip for one of the three, and not another house's way to write it."""
    near = get_close_matches(word.lower(), SEVERITIES, n=1, cutoff=0.8) if isinstance(word, str) else []
    another_way = str(word).lower().removesuffix("s") in SEVERITIES
    return bool(near) and (not another_way or (used[near[0]] > 0 and used[str(word)] == 1))


def _choice(known: tuple[str, ...]) -> str:
    return f"{', '.join(known[:-1])} or {known[-1]}" if len(known) > 1 else known[0]
