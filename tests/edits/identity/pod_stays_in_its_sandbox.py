"""Edits that identity-pod-stays-in-its-sandbox finds."""

from typing import Any

from tests.edits.body import containers, pod_specs
from tests.edits.edit import Body, Edit

_PODS = ("Deployment", "StatefulSet", "CronJob")


def _privileged(body: Body) -> bool:
    for container in containers(body):
        container.setdefault("securityContext", {})["privileged"] = True
    return True


def _socket(body: Body) -> bool:
    volume: Any = {"name": "runtime", "hostPath": {"path": "/run/containerd/containerd.sock"}}
    for spec in pod_specs(body):
        spec["volumes"] = [*spec.get("volumes", ()), volume]
    return True


def _processes(body: Body) -> bool:
    for spec in pod_specs(body):
        spec["hostPID"] = True
    return True


EDITS = (
    Edit(name="privileged", kinds=_PODS, change=_privileged, said="privileged", everywhere=True),
    Edit(name="the runtime's socket", kinds=_PODS, change=_socket, said="containerd.sock", everywhere=True),
    Edit(name="the node's processes", kinds=_PODS, change=_processes, said="hostPID", everywhere=True),
)
