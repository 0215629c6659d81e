"""Edits that admission-list-keys-are-unique finds."""

from tests.edits.body import containers
from tests.edits.edit import Body, Edit


def _a_variable_given_twice(body: Body) -> bool:
    for container in containers(body):
        if container.get("env"):
            container["env"].append({"name": container["env"][0]["name"], "value": "again"})
            return True
    return False


def _two_groups_of_alerts_of_one(body: Body) -> bool:
    body["spec"]["groups"].append(dict(body["spec"]["groups"][0]))
    return True


EDITS = (
    Edit(
        name="a variable given twice", kinds=("Deployment", "StatefulSet", "CronJob"), change=_a_variable_given_twice, said="a second time"
    ),
    Edit(name="two groups of alerts of one name", kinds=("PrometheusRule",), change=_two_groups_of_alerts_of_one, said="a second time"),
)
