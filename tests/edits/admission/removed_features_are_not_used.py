"""Edits that admission-removed-features-are-not-used finds."""

from tests.edits.body import pod_specs
from tests.edits.edit import Body, Edit


def _a_node_of_a_kind_that(body: Body) -> bool:
    for spec in pod_specs(body):
        spec["nodeSelector"] = {"node-role.kubernetes.io/master": ""}
        return True
    return False


EDITS = (
    Edit(
        name="a node of a kind that is gone",
        kinds=("Deployment", "StatefulSet", "CronJob"),
        change=_a_node_of_a_kind_that,
        said="no longer carry",
    ),
)
