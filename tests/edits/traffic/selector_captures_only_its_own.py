"""Edits that traffic-selector-captures-only-its-own finds."""

from tests.edits.body import at
from tests.edits.edit import Body, Edit

_BY = "app.kubernetes.io/managed-by"


def _wide(body: Body) -> bool:
    selector = at(body, "spec", "selector")
    if not isinstance(selector, dict) or body["metadata"]["namespace"] != "shop":
        return False
    selector.clear()
    selector[_BY] = "crema"
    return True


def _labelled(body: Body) -> bool:
    labels = at(body, "spec", "jobTemplate", "spec", "template", "metadata", "labels")
    if labels is None:
        return False
    labels["app"] = "mysql"
    return True


EDITS = (
    Edit(name="a label that every application has", kinds=("Service",), change=_wide, said="takes the pods"),
    Edit(name="a job with the labels of the database", kinds=("CronJob",), change=_labelled, said="which serve nothing", everywhere=True),
)
