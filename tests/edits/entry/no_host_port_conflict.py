"""Edits that entry-no-host-port-conflict finds."""

from tests.edits.edit import Body, Edit
from tests.edits.ways import values_of


def _metrics_of_the_exporter(body: Body) -> bool:
    values = values_of(body, "ingress-nginx")
    return bool(values) and not values["controller"].setdefault("metrics", {"enabled": True}).update(port=9100)


def _kubelets(body: Body) -> bool:
    values = values_of(body, "ingress-nginx")
    return bool(values) and not values["controller"].setdefault("metrics", {"enabled": True}).update(port=10250)


def _two_replicas(body: Body) -> bool:
    values = values_of(body, "ingress-nginx")
    return bool(values) and not values["controller"].update(kind="Deployment", replicaCount=2)


def _host_port(body: Body) -> bool:
    body["spec"]["template"]["spec"]["containers"][0]["ports"][0]["hostPort"] = 80
    return True


EDITS = (
    Edit(
        name="the controller's metrics on the node exporter's port",
        kinds=("Application",),
        change=_metrics_of_the_exporter,
        said="9100/TCP",
    ),
    Edit(name="the controller's metrics on the kubelet's port", kinds=("Application",), change=_kubelets, said="the kubelet holds"),
    Edit(name="two controllers on one node", kinds=("Application",), change=_two_replicas, said="2 pods of Deployment"),
    Edit(
        name="a host port that the controller has",
        kinds=("Deployment",),
        change=_host_port,
        environments=("local",),
        said="80/TCP",
        everywhere=True,
    ),
)
