"""Edits that admission-disruption-budgets-are-valid finds."""

from tests.edits.becomes import become
from tests.edits.edit import Body, Edit


def _a_budget_with_both_bounds(body: Body) -> bool:
    return become(body, "policy/v1", "PodDisruptionBudget", minAvailable=1, maxUnavailable=1, selector={"matchLabels": {"a": "b"}})


EDITS = (Edit(name="a budget with both bounds", kinds=("ServiceAccount",), change=_a_budget_with_both_bounds, said="only one of both"),)
