"""Edits that alerting-alert-severities finds."""

from tests.edits.body import at
from tests.edits.edit import Body, Edit


def _alerts(body: Body) -> list[Body]:
    return [rule for group in at(body, "spec", "groups") or () for rule in group["rules"] if "alert" in rule]


def _misspelt(body: Body) -> bool:
    for rule in _alerts(body):
        rule["labels"]["severity"] += "l"
    return bool(_alerts(body))


def _without(body: Body) -> bool:
    for rule in _alerts(body):
        del rule["labels"]["severity"]
    return bool(_alerts(body))


EDITS = (
    Edit(name="severities are misspelt", kinds=("PrometheusRule",), change=_misspelt, everywhere=True),
    Edit(name="alerts have no severity", kinds=("PrometheusRule",), change=_without, everywhere=True),
)
