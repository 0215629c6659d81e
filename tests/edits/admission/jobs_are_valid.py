"""Edits that admission-jobs-are-valid finds."""

from tests.edits.body import put
from tests.edits.edit import Body, Edit


def _six_fields(body: Body) -> bool:
    return put(body, f"0 {body['spec']['schedule']}", "spec", "schedule")


def _a_zone_that_nobody_has(body: Body) -> bool:
    body["spec"]["timeZone"] = "Europe/Frankfurt"
    return True


def _a_limit_for_each_index(body: Body) -> bool:
    body["spec"]["jobTemplate"]["spec"]["backoffLimitPerIndex"] = 1
    return True


EDITS = (
    Edit(name="six fields", kinds=("CronJob",), change=_six_fields, said="five fields"),
    Edit(name="a zone that nobody has", kinds=("CronJob",), change=_a_zone_that_nobody_has, said="Europe/Frankfurt"),
    Edit(name="a limit for each index", kinds=("CronJob",), change=_a_limit_for_each_index, said="completionMode: Indexed"),
)
