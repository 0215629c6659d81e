"""Edits that admission-variables-are-valid finds."""

from tests.edits.body import containers
from tests.edits.edit import Body, Edit


def _a_value_beside_its_source(body: Body) -> bool:
    for container in containers(body):
        for variable in container.get("env", ()):
            if "valueFrom" in variable:
                variable["value"] = "typed"
                return True
    return False


def _a_field_that_is_not_given(body: Body) -> bool:
    for container in containers(body):
        container.setdefault("env", []).append({"name": "HOST", "valueFrom": {"fieldRef": {"fieldPath": "spec.hostname"}}})
        return True
    return False


EDITS = (
    Edit(
        name="a value beside its source",
        kinds=("Deployment", "StatefulSet", "CronJob"),
        change=_a_value_beside_its_source,
        said="only one of both",
    ),
    Edit(
        name="a field that is not given away",
        kinds=("Deployment", "StatefulSet", "CronJob"),
        change=_a_field_that_is_not_given,
        said='"spec.hostname"',
    ),
)
