"""Edits that traffic-workload-selects-only-its-own finds."""

from tests.edits.body import at, put
from tests.edits.edit import Body, Edit


def _of_order(body: Body) -> bool:
    changed = put(body, "order", "spec", "selector", "matchLabels", "app")
    return changed and put(body, "order", "spec", "template", "metadata", "labels", "app")


def _wide(body: Body) -> bool:
    labels = at(body, "spec", "selector", "matchLabels")
    if labels is None:
        return False
    labels.clear()
    labels["app.kubernetes.io/managed-by"] = "crema"
    return True


EDITS = (
    Edit(name="the selector of another", kinds=("Deployment",), change=_of_order, said="each takes the other's pods"),
    Edit(name="a label that every application has", kinds=("Deployment",), change=_wide, said="takes the pods of"),
)
