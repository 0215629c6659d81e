"""Edits that admission-quantities-are-valid finds."""

from tests.edits.body import containers, put
from tests.edits.edit import Body, Edit


def _thousandths_of_a_byte(body: Body) -> bool:
    for container in containers(body):
        container.setdefault("resources", {}).setdefault("limits", {})["memory"] = "512m"
        return True
    return False


def _a_request_above_its_limit(body: Body) -> bool:
    for container in containers(body):
        if "memory" in container.get("resources", {}).get("limits", {}):
            container["resources"].setdefault("requests", {})["memory"] = "900Gi"
            return True
    return False


def _more_processors_than_a_node_has(body: Body) -> bool:
    for container in containers(body):
        container["resources"] = {"requests": {"cpu": "64"}}
        return True
    return False


def _storage_without_a_unit(body: Body) -> bool:
    return put(body, "20", "spec", "resources", "requests", "storage")


EDITS = (
    Edit(
        name="thousandths of a byte",
        kinds=("Deployment", "StatefulSet", "CronJob"),
        change=_thousandths_of_a_byte,
        said="thousandths of a byte",
    ),
    Edit(
        name="a request above its limit",
        kinds=("Deployment", "StatefulSet", "CronJob"),
        change=_a_request_above_its_limit,
        said="at most the limit",
    ),
    Edit(name="more processors than a node has", kinds=("Deployment",), change=_more_processors_than_a_node_has, said="and a node has"),
    Edit(name="storage without a unit", kinds=("PersistentVolumeClaim",), change=_storage_without_a_unit, said="20 bytes"),
)
