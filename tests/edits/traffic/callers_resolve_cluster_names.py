"""Edits that traffic-callers-resolve-cluster-names finds."""

from tests.edits.body import containers, pod_specs
from tests.edits.edit import Body, Edit


def _calls(body: Body) -> bool:
    return any(variable["name"] == "DB_HOST" for container in containers(body) for variable in container.get("env", ()))


def _on_host(body: Body) -> bool:
    for spec in pod_specs(body):
        spec["hostNetwork"] = True
    return _calls(body)


def _default(body: Body) -> bool:
    for spec in pod_specs(body):
        spec["dnsPolicy"] = "Default"
    return _calls(body)


_KINDS = ("Deployment", "CronJob")
EDITS = (
    Edit(name="the pods are on their node's network", kinds=_KINDS, change=_on_host, said="hostNetwork", everywhere=True),
    Edit(name="the pods ask their node's resolver", kinds=_KINDS, change=_default, said="dnsPolicy Default", everywhere=True),
)
