"""Edits that admission-modes-are-valid finds."""

from tests.edits.body import pod_specs
from tests.edits.edit import Body, Edit


def _a_mode_without_its_0(body: Body) -> bool:
    for spec in pod_specs(body):
        spec.setdefault("volumes", []).append({"name": "scripts", "configMap": {"name": "scripts", "defaultMode": 755}})
        return True
    return False


def _a_mode_that_is_read_in(body: Body) -> bool:
    for spec in pod_specs(body):
        spec.setdefault("volumes", []).append({"name": "keys", "secret": {"secretName": "keys", "defaultMode": 400}})
        return True
    return False


EDITS = (
    Edit(name="a mode without its 0", kinds=("Deployment", "StatefulSet", "CronJob"), change=_a_mode_without_its_0, said="is 755"),
    Edit(
        name="a mode that is read in decimal",
        kinds=("Deployment", "StatefulSet", "CronJob"),
        change=_a_mode_that_is_read_in,
        said="and not 0400",
    ),
)
