"""Edits that admission-security-contexts-are-valid finds."""

from tests.edits.body import containers
from tests.edits.edit import Body, Edit


def _privileged_and_no_escalation(body: Body) -> bool:
    for container in containers(body):
        container["securityContext"] = {"privileged": True, "allowPrivilegeEscalation": False}
        return True
    return False


def _root_that_must_not_be_root(body: Body) -> bool:
    for container in containers(body):
        container["securityContext"] = {"runAsNonRoot": True, "runAsUser": 0}
        return True
    return False


EDITS = (
    Edit(
        name="privileged and no escalation",
        kinds=("Deployment", "StatefulSet", "CronJob"),
        change=_privileged_and_no_escalation,
        said="only one of both",
    ),
    Edit(
        name="root that must not be root",
        kinds=("Deployment", "StatefulSet", "CronJob"),
        change=_root_that_must_not_be_root,
        said="the kubelet refuses",
    ),
)
