"""Edits that delivery-custom-resource-has-a-definition finds."""

from tests.edits.edit import REMOVED, Body, Edit, Removed


def _off(body: Body) -> bool:
    helm = body["spec"]["source"].get("helm", {})
    if body["metadata"]["name"] != "kube-prometheus-stack":
        return False
    helm["valuesObject"]["crds"] = {"enabled": False}
    return True


def _removed(body: Body) -> bool | Removed:
    return REMOVED if body["metadata"]["name"] in {"external-secrets", "kube-prometheus-stack"} else False


def _group(body: Body) -> bool:
    body["apiVersion"] = body["apiVersion"].replace(".", "s.", 1)
    return True


_CUSTOM = ("ExternalSecret", "Password", "PrometheusRule")
EDITS = (
    Edit(name="the chart's definitions are off", kinds=("Application",), change=_off, said="nothing here defines"),
    Edit(name="the chart that defines them is gone", kinds=("Application",), change=_removed, said="nothing here defines"),
    Edit(name="a group that nobody has", kinds=_CUSTOM, change=_group, said="nothing here defines"),
)
