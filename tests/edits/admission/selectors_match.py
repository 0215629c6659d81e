"""Edits that admission-selectors-match finds."""

from tests.edits.body import put
from tests.edits.edit import Body, Edit


def _an_expression_that_takes_no_pod(body: Body) -> bool:
    body["spec"]["selector"]["matchExpressions"] = [{"key": "tier", "operator": "In", "values": ["other"]}]
    return True


def _an_empty_selector(body: Body) -> bool:
    return put(body, {}, "spec", "selector")


EDITS = (
    Edit(
        name="an expression that takes no pod",
        kinds=("Deployment", "StatefulSet"),
        change=_an_expression_that_takes_no_pod,
        said="asks for tier In other",
    ),
    Edit(name="an empty selector", kinds=("Deployment", "StatefulSet"), change=_an_empty_selector, said="is empty"),
)
