"""Edits that alerting-named-alert-severities finds."""

from tests.edits.body import at
from tests.edits.edit import Body, Edit


def _less_severe(body: Body) -> bool:
    for group in at(body, "spec", "groups") or ():
        for rule in group["rules"]:
            if rule.get("alert") == "PodNotReady":
                rule["labels"]["severity"] = "warning"
                return True
    return False


def _renamed(body: Body) -> bool:
    for group in at(body, "spec", "groups") or ():
        for rule in group["rules"]:
            if rule.get("alert") == "PodRestart":
                rule["alert"] = "PodRestarts"
                return True
    return False


EDITS = (
    Edit(name="PodNotReady is a warning", kinds=("PrometheusRule",), change=_less_severe, said="PodNotReady", everywhere=True),
    Edit(name="an alert has another name", kinds=("PrometheusRule",), change=_renamed, said="PodRestart"),
)
