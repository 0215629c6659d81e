"""Edits that traffic-service-reaches-a-container finds."""

from tests.edits.body import at, containers, put
from tests.edits.edit import Body, Edit


def _selector(body: Body) -> bool:
    selector = at(body, "spec", "selector") or {}
    return "app" in selector and put(body, f"{selector['app']}s", "spec", "selector", "app")


def _number(body: Body) -> bool:
    return at(body, "spec", "selector") is not None and put(body, 8081, "spec", "ports", 0, "targetPort")


def _port_name(body: Body) -> bool:
    changed = [
        port.update(name="web") for container in containers(body) for port in container.get("ports", ()) if port.get("name") == "http"
    ]
    return bool(changed)


def _labels(body: Body) -> bool:
    return put(body, "renamed", "spec", "template", "metadata", "labels", "app")


EDITS = (
    Edit(name="a selector that matches nothing", kinds=("Service",), change=_selector, said="matches no pods", everywhere=True),
    Edit(name="a target port that no container has", kinds=("Service",), change=_number, said="has port 8081", everywhere=True),
    Edit(name="the container's port has another name", kinds=("Deployment",), change=_port_name, said="named http", everywhere=True),
    Edit(name="the pods have another label", kinds=("Deployment", "StatefulSet"), change=_labels, said="matches no pods", everywhere=True),
)
