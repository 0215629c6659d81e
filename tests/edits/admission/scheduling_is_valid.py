"""Edits that admission-scheduling-is-valid finds."""

from tests.edits.body import pod_specs
from tests.edits.edit import Body, Edit

_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def _a_toleration_with_a_value_and(body: Body) -> bool:
    for spec in pod_specs(body):
        spec["tolerations"] = [{"key": "spot", "operator": "Exists", "value": "true"}]
        return True
    return False


def _a_weight_of_0(body: Body) -> bool:
    for spec in pod_specs(body):
        spec["affinity"] = {"nodeAffinity": {_PREFERRED: [{"weight": 0, "preference": {}}]}}
        return True
    return False


EDITS = (
    Edit(
        name="a toleration with a value and Exists",
        kinds=("Deployment", "StatefulSet", "CronJob"),
        change=_a_toleration_with_a_value_and,
        said="takes none",
    ),
    Edit(name="a weight of 0", kinds=("Deployment", "StatefulSet", "CronJob"), change=_a_weight_of_0, said="weight is 0"),
)
