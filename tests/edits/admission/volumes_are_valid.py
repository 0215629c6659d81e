"""Edits that admission-volumes-are-valid finds."""

from tests.edits.body import containers, pod_specs
from tests.edits.edit import Body, Edit


def _two_sources_in_one_volume(body: Body) -> bool:
    for spec in pod_specs(body):
        for volume in spec.get("volumes", ()):
            volume |= {"emptyDir": {}, "hostPath": {"path": "/tmp"}}
            return True
    return False


def _two_mounts_at_one_path(body: Body) -> bool:
    for container in containers(body):
        if container.get("volumeMounts"):
            container["volumeMounts"].append(dict(container["volumeMounts"][0]))
            return True
    return False


def _a_subpath_that_leads_out(body: Body) -> bool:
    for container in containers(body):
        for mount in container.get("volumeMounts", ()):
            mount["subPath"] = "../up"
            return True
    return False


EDITS = (
    Edit(
        name="two sources in one volume",
        kinds=("Deployment", "StatefulSet", "CronJob"),
        change=_two_sources_in_one_volume,
        said="exactly one source",
    ),
    Edit(
        name="two mounts at one path", kinds=("Deployment", "StatefulSet", "CronJob"), change=_two_mounts_at_one_path, said="a second time"
    ),
    Edit(
        name="a subPath that leads out",
        kinds=("Deployment", "StatefulSet", "CronJob"),
        change=_a_subpath_that_leads_out,
        said="a relative path",
    ),
)
