"""Edits that admission-ports-are-valid finds."""

from tests.edits.body import containers, put
from tests.edits.edit import Body, Edit


def _a_name_that_is_too_long(body: Body) -> bool:
    for container in containers(body):
        for port in container.get("ports", ()):
            port["name"] = "a-name-of-a-port-too-long"
            return True
    return False


def _a_port_beyond_the_range(body: Body) -> bool:
    return put(body, 70000, "spec", "ports", 0, "port")


def _a_target_port_in_quotes(body: Body) -> bool:
    body["spec"]["ports"][0]["targetPort"] = "8000"
    return True


def _a_node_port_outside_of_the(body: Body) -> bool:
    if body["spec"].get("clusterIP") == "None":
        return False
    body["spec"]["type"] = "NodePort"
    body["spec"]["ports"][0]["nodePort"] = 8080
    return True


EDITS = (
    Edit(
        name="a name that is too long", kinds=("Deployment", "StatefulSet", "CronJob"), change=_a_name_that_is_too_long, said="at most 15"
    ),
    Edit(name="a port beyond the range", kinds=("Service",), change=_a_port_beyond_the_range, said="70000"),
    Edit(name="a target port in quotes", kinds=("Service",), change=_a_target_port_in_quotes, said='"8000"'),
    Edit(name="a node port outside of the range", kinds=("Service",), change=_a_node_port_outside_of_the, said="30000 to 32767"),
)
