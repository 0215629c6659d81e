"""A PrometheusRule as the files that promtool reads: the rules without their Kubernetes wrapper, and the unit tests written beside them.

https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
"""

from collections.abc import Iterator
from typing import Any

from crema.generators.alert_test import AlertTestSpec, FiringSpec
from crema.generators.prometheus_rule import AlertSpec, PrometheusRuleSpec, RuleGroupSpec
from crema.generators.writer import document


def rule_file(spec: PrometheusRuleSpec) -> str:
    """What `promtool check rules` takes: the groups, as the operator hands them to Prometheus."""
    return document({"groups": [group.body() for group in spec.groups]})


def test_files(spec: PrometheusRuleSpec) -> dict[str, str]:
    """File name → content: for each test `<n>-<alert>.test.yaml`, which `promtool test rules` takes, and the rules it names.

    promtool compares all annotations of an alert or none, so each test has rules of its own: its alert with the texts that it pins.
    """
    files: dict[str, str] = {}
    for number, (group, alert, test) in enumerate(_tests(spec)):
        rules = f"{number:03}-{alert.alert}.rules.yaml"
        files[rules] = document({"groups": [_with_pinned_texts(group, alert, test)]})
        files[f"{number:03}-{alert.alert}.test.yaml"] = document(_test(alert, test, rules))
    return files


def _tests(spec: PrometheusRuleSpec) -> Iterator[tuple[RuleGroupSpec, AlertSpec, AlertTestSpec]]:
    for group in spec.groups:
        for alert in group.rules:
            yield from ((group, alert, test) for test in alert.tests)


def _with_pinned_texts(group: RuleGroupSpec, alert: AlertSpec, test: AlertTestSpec) -> dict[str, Any]:
    # The rules before it stay: an alert may read what they record.
    rules = [each.body() for each in group.rules]
    tested = rules[group.rules.index(alert)]
    tested["annotations"] = {name: text for name, text in tested["annotations"].items() if name in test.pinned}
    return {**group.body(), "rules": rules}


def _test(alert: AlertSpec, test: AlertTestSpec, rules: str) -> dict[str, Any]:
    return {
        "rule_files": [rules],
        "evaluation_interval": test.interval,
        "tests": [
            {
                "name": f"{alert.alert}: {test.name}",
                "interval": test.interval,
                "input_series": [{"series": series, "values": values} for series, values in test.series.items()],
                "alert_rule_test": [
                    {"eval_time": at, "alertname": alert.alert, "exp_alerts": [_expected(alert, firing) for firing in firings]}
                    for at, firings in test.expect.items()
                ],
            }
        ],
    }


def _expected(alert: AlertSpec, firing: FiringSpec) -> dict[str, Any]:
    labels = {"severity": alert.severity, **alert.labels, **firing.labels}
    return {"exp_labels": labels, "exp_annotations": firing.texts}
