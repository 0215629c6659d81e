"""Edits that traffic-class-has-a-controller finds."""

from tests.edits.body import annotate, at, drop, put
from tests.edits.edit import REMOVED, Body, Edit, Removed


def _other(body: Body) -> bool:
    return put(body, "internal", "spec", "ingressClassName")


def _annotated(body: Body) -> bool:
    return drop(body, "spec", "ingressClassName") and annotate(body, "kubernetes.io/ingress.class", "internal")


def _renamed(body: Body) -> bool:
    controller = at(body, "spec", "source", "helm", "valuesObject", "controller")
    if at(body, "spec", "source", "chart") != "ingress-nginx" or controller is None:
        return False
    controller.setdefault("ingressClassResource", {})["name"] = "nginx-internal"
    return True


def _gone(body: Body) -> bool | Removed:
    return REMOVED if at(body, "spec", "source", "chart") == "ingress-nginx" else False


def _not_provided(body: Body) -> bool:
    return drop(body, "prerequisites", "aws-load-balancer-controller")


EDITS = (
    Edit(name="another class", kinds=("Ingress",), change=_other, said="there is no IngressClass", everywhere=True),
    Edit(
        name="another class in the old annotation", kinds=("Ingress",), change=_annotated, said="there is no IngressClass", everywhere=True
    ),
    Edit(
        name="no class",
        kinds=("Ingress",),
        change=lambda body: drop(body, "spec", "ingressClassName"),
        said="it names no class",
        everywhere=True,
    ),
    Edit(
        name="the chart's class has another name", kinds=("Application",), change=_renamed, environments=("local",), said="nginx-internal"
    ),
    Edit(name="no controller", kinds=("Application",), change=_gone, environments=("local",), said="there is no IngressClass"),
    Edit(
        name="nobody provides the class",
        kinds=("facts.yaml",),
        change=_not_provided,
        environments=("eks",),
        said="there is no IngressClass",
    ),
)
