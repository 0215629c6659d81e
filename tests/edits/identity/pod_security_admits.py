"""Edits that identity-pod-security-admits finds."""

from tests.edits.body import containers, drop, pod_specs, put
from tests.edits.edit import Body, Edit


def _host_is_forbidden(body: Body) -> bool:
    return put(body, "baseline", "metadata", "labels", "pod-security.kubernetes.io/enforce") and body["metadata"]["name"] == "monitoring"


_PODS = ("Deployment", "StatefulSet", "CronJob")


def _escalates(body: Body) -> bool:
    return any(drop(container, "securityContext", "allowPrivilegeEscalation") for container in containers(body))


def _keeps_capabilities(body: Body) -> bool:
    return any(drop(container, "securityContext", "capabilities") for container in containers(body))


def _no_filter(body: Body) -> bool:
    return any(drop(spec, "securityContext", "seccompProfile") for spec in pod_specs(body))


def _root(body: Body) -> bool:
    for spec in pod_specs(body):
        spec["securityContext"]["runAsUser"] = 0
    return True


def _of_the_host(body: Body) -> bool:
    for spec in pod_specs(body):
        spec["volumes"] = [*spec.get("volumes", ()), {"name": "log", "hostPath": {"path": "/var/log"}}]
    return True


EDITS = (
    Edit(name="escalation is not forbidden", kinds=_PODS, change=_escalates, said="allowPrivilegeEscalation", everywhere=True),
    Edit(name="no capability is dropped", kinds=_PODS, change=_keeps_capabilities, said="capabilities", everywhere=True),
    Edit(name="no filter of system calls", kinds=_PODS, change=_no_filter, said="seccompProfile", everywhere=True),
    Edit(name="root", kinds=_PODS, change=_root, said="user 0", everywhere=True),
    Edit(name="a path of the host", kinds=_PODS, change=_of_the_host, said="hostPath", everywhere=True),
    Edit(name="a namespace that lets no agent onto its node", kinds=("Namespace",), change=_host_is_forbidden, said="hostNetwork"),
)
