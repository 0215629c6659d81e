"""Within one release the ways are whole: a Service ends at a container, what pods refer to is there."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contracts.test_laws import objects
from tests.contracts.test_objects import CHARTS, recorded

WAYS = [(chart, case["name"]) for chart in CHARTS for case in recorded(chart)["cases"]]
BROKEN = {
    ("alloy", "no rights"): ["alloy:12345 -> 12345"],
    ("gateway-helm", "ports"): ["envoy-gateway:1 -> 2"],
    ("grafana", "ports"): ["grafana:1 -> y"],
    ("kube-prometheus-stack", "no operator"): [
        "kube-prometheus-stack-prometheus:9090 -> 9090",
        "kube-prometheus-stack-prometheus:8080 -> reloader-web",
        "kube-prometheus-stack-alertmanager:9093 -> 9093",
        "kube-prometheus-stack-alertmanager:8080 -> reloader-web",
    ],
    ("kube-prometheus-stack", "other ports"): [
        "kube-prometheus-stack-prometheus:80 -> 9091",
        "kube-prometheus-stack-prometheus:1 -> 2",
    ],
}
"""Cases whose values themselves lead a port to nothing: a port that is switched off, another target, no operator to make the pods."""


def case(chart: str, name: str) -> dict[str, Any]:
    """A recorded case."""
    (found,) = (one for one in recorded(chart)["cases"] if one["name"] == name)
    return dict(found)


def brought(chart: str, name: str) -> list[dict[str, Any]]:
    """What a chart brings in a case."""
    row = case(chart, name)
    return objects(chart, name=row["release"], namespace=row["namespace"], values=row["values"])


def pods(bodies: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, str], dict[str, Any]]]:
    """Namespace, labels and specification of the pods of each workload."""
    for body in bodies:
        template = body.get("spec", {}).get("template")
        if template:
            yield body["metadata"]["namespace"], template.get("metadata", {}).get("labels", {}), template["spec"]


def references(spec: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Kind, name and key (or nothing) of what a pod cannot start without."""
    yield "ServiceAccount", spec.get("serviceAccountName", "default"), ""
    for volume in spec.get("volumes", ()):
        for key, kind, named in (("secret", "Secret", "secretName"), ("configMap", "ConfigMap", "name")):
            if key in volume:
                yield kind, volume[key][named], ""
    for container in [*spec.get("initContainers", ()), *spec["containers"]]:
        for variable in container.get("env", ()):
            for key, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
                if found := variable.get("valueFrom", {}).get(key):
                    yield kind, found["name"], found["key"]


@pytest.mark.parametrize(("chart", "name"), WAYS)
def test_a_service_ends_at_a_container(chart: str, name: str) -> None:
    """Its selector chooses pods of the release, and each of its ports leads to one that a container of them declares."""
    bodies, lost = brought(chart, name), []
    for body in bodies:
        spec = body.get("spec", {})
        if body["kind"] != "Service" or not spec.get("selector") or body["metadata"]["namespace"] == "kube-system":
            continue
        where = body["metadata"]["namespace"]
        chosen = [pod for namespace, labels, pod in pods(bodies) if namespace == where and spec["selector"].items() <= labels.items()]
        declared = [port for pod in chosen for container in pod["containers"] for port in container.get("ports", ())]
        for port in spec["ports"]:
            target, protocol = port.get("targetPort", port["port"]), port.get("protocol", "TCP")
            if not any(target in {one.get("name"), one["containerPort"]} and one.get("protocol", "TCP") == protocol for one in declared):
                lost.append(f"{body['metadata']['name']}:{port['port']} -> {target}")
    assert lost == BROKEN.get((chart, name), [])


@pytest.mark.parametrize("chart", CHARTS)
def test_what_pods_need_is_brought(chart: str) -> None:
    """With a chart's own values every account, ConfigMap and Secret of its pods comes with it, or is made by what it runs."""
    bodies = brought(chart, recorded(chart)["cases"][0]["name"])
    there = {(body["kind"], body["metadata"]["name"], body["metadata"].get("namespace")): body.get("data", {}) for body in bodies}
    lost = []
    for namespace, _, spec in pods(bodies):
        for kind, name, key in references(spec):
            data = there.get((kind, name, namespace))
            if (data is None or (key and key not in data)) and (kind, name) != ("ServiceAccount", "default"):
                lost.append(f"{kind}/{name}/{key}")
    assert lost == []
