"""Edits that entry-roll-out-frees-its-host-port finds."""

from tests.edits.body import at
from tests.edits.edit import Body, Edit
from tests.edits.ways import values_of


def _deployment(body: Body) -> bool:
    controller = at(values_of(body, "ingress-nginx") or {}, "controller")
    if controller:
        controller["kind"] = "Deployment"
        controller.pop("updateStrategy")
    return bool(controller)


def _surge(body: Body) -> bool:
    update = at(values_of(body, "ingress-nginx") or {}, "controller", "updateStrategy", "rollingUpdate")
    return bool(update) and not update.update(maxSurge=1, maxUnavailable=0)


def _host_port(body: Body) -> bool:
    body["spec"]["template"]["spec"]["containers"][0]["ports"][0]["hostPort"] = 8000
    return bool(at(body, "spec", "strategy", "type") != "Recreate")


EDITS = (
    Edit(name="the controller as a Deployment", kinds=("Application",), change=_deployment, said="free on no node", everywhere=True),
    Edit(name="a surge of the DaemonSet", kinds=("Application",), change=_surge, said="beside the old one", everywhere=True),
    Edit(name="a host port of a service", kinds=("Deployment",), change=_host_port, environments=("local",), said="port 8000"),
)
