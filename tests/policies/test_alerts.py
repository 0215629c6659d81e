"""Where alerts are found, and what their severity is."""

import pytest

from crema.policies.engine.example import Example
from crema.policies.engine.finding import Finding
from crema.policies.rules.alerting.alert_severities import AlertSeverities

RULE = "{alert: A, expr: vector(1), labels: {severity: bad}}"
GROUPS = f"groups: [{{name: g, rules: [{RULE}]}}]"


def said(manifests: str, *, closed: bool = True) -> list[str]:
    """Where the findings are."""
    outcomes = AlertSeverities().check(Example(name="", manifests=manifests, closed=closed).world())
    return [each.pointer + (f"#{each.inner}" if each.inner else "") for each in outcomes if isinstance(each, Finding)]


def rules(groups: str) -> str:
    """A PrometheusRule."""
    return f"{{apiVersion: monitoring.coreos.com/v1, kind: PrometheusRule, metadata: {{name: x}}, spec: {{groups: {groups}}}}}"


def values(chart: str, text: str) -> str:
    """An Application with values."""
    source = f"{{chart: {chart}, targetRevision: 88.5.3, helm: {{valuesObject: {text}}}}}"
    return f"{{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {{name: x}}, spec: {{source: {source}}}}}"


@pytest.mark.parametrize(
    ("manifests", "pointers"),
    [
        (rules("[{name: g, labels: {severity: info}, rules: [{alert: A, expr: x}]}]"), []),
        (rules("[{name: g, labels: {severity: bad}, rules: [{alert: A, expr: x, labels: {severity: info}}]}]"), []),
        (rules("[{name: g, labels: {severity: bad}, rules: [{alert: A, expr: x}]}]"), ["/spec/groups/0/labels/severity"]),
        (rules("[{name: g, rules: [{alert: A, expr: x, labels: {severity: 1}}]}]"), ["/spec/groups/0/rules/0/labels/severity"]),
        (values("prometheus", f"{{serverFiles: {{alerting_rules.yml: {{{GROUPS}}}}}}}"),
         ["/spec/source/helm/valuesObject/serverFiles/alerting_rules.yml/groups/0/rules/0/labels/severity"]),
        (values("ingress-nginx", f"{{controller: {{metrics: {{prometheusRule: {{rules: [{RULE}]}}}}}}}}"),
         ["/spec/source/helm/valuesObject/controller/metrics/prometheusRule/rules/0/labels/severity"]),
        (values("loki", f"{{ruler: {{directories: {{fake: {{rules.txt: '{GROUPS}'}}}}}}}}"),
         ["/spec/source/helm/valuesObject/ruler/directories/fake/rules.txt#/groups/0/rules/0/labels/severity"]),
        (values("kube-prometheus-stack", "{customRules: {KubePodNotReady: {for: 5m, severity: bad}, Other: {for: 1m}}}"),
         ["/spec/source/helm/valuesObject/customRules/KubePodNotReady/severity"]),
        (f"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: x}}, data: {{rules.yaml: '{GROUPS}'}}}}",
         ["/data/rules.yaml#/groups/0/rules/0/labels/severity"]),
        ("{apiVersion: v1, kind: ConfigMap, metadata: {name: x}, data: {notes: 'alert: groups: ['}}", []),
    ],
)  # fmt: skip
def test_alerts_are_found_wherever_rules_are_written(manifests: str, pointers: list[str]) -> None:
    """In PrometheusRules, in rule files of ConfigMaps, and by their shape in the values of any chart."""
    assert said(manifests) == pointers


@pytest.mark.parametrize(
    ("words", "findings"),
    [
        (["critcal"], 1),
        (["critcal", "critcal", "critical"], 2),
        (["Critical", "Warning"], 0),
        (["Critical", "critical"], 1),
        (["warnings", "warnings", "warning"], 0),
        (["page", "ticket", "error", "warn", "none"], 0),
    ],
)
def test_in_somebodys_directory_only_a_slip_is_a_finding(words: list[str], findings: int) -> None:
    """A misspelt word is one however often it is used; another house's way to write it is not."""
    listed = ", ".join(f"{{alert: A{at}, expr: x, labels: {{severity: {word}}}}}" for at, word in enumerate(words))
    assert len(said(rules(f"[{{name: g, rules: [{listed}]}}]"), closed=False)) == findings
