"""Edits that admission-probes-are-valid finds."""

from tests.edits.body import containers, pod_specs
from tests.edits.edit import Body, Edit


def _two_actions_in_one_probe(body: Body) -> bool:
    for container in containers(body):
        if "readinessProbe" in container:
            container["readinessProbe"] |= {"tcpSocket": {"port": 1}, "exec": {"command": ["true"]}}
            return True
    return False


def _a_liveness_probe_that_has_to(body: Body) -> bool:
    for container in containers(body):
        if "livenessProbe" in container:
            container["livenessProbe"]["successThreshold"] = 2
            return True
    return False


def _a_sleep_beyond_the_grace_period(body: Body) -> bool:
    for spec in pod_specs(body):
        spec["containers"][0]["lifecycle"] = {"preStop": {"sleep": {"seconds": 5000}}}
        return True
    return False


EDITS = (
    Edit(
        name="two actions in one probe",
        kinds=("Deployment", "StatefulSet", "CronJob"),
        change=_two_actions_in_one_probe,
        said="exactly one handler",
    ),
    Edit(
        name="a liveness probe that has to succeed twice",
        kinds=("Deployment", "StatefulSet", "CronJob"),
        change=_a_liveness_probe_that_has_to,
        said="successThreshold is 2",
    ),
    Edit(
        name="a sleep beyond the grace period", kinds=("Deployment",), change=_a_sleep_beyond_the_grace_period, said="sleep.seconds is 5000"
    ),
)
