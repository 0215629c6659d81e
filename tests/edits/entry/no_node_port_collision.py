"""Edits that entry-no-node-port-collision finds."""

from collections.abc import Callable

from tests.edits.body import at
from tests.edits.edit import Body, Edit


def _port(number: int, kind: str = "NodePort") -> Callable[[Body], bool]:
    def change(body: Body) -> bool:
        ports = at(body, "spec", "ports")
        if not ports or ports[0].get("nodePort") == number or at(body, "spec", "clusterIP") == "None":
            return False
        ports[0]["nodePort"] = number
        body["spec"]["type"] = kind
        return True

    return change


EDITS = (
    Edit(
        name="the frontend's port for another Service",
        kinds=("Service",),
        change=_port(30080),
        environments=("local",),
        said="30080",
    ),
    Edit(name="a type without ports of nodes", kinds=("Service",), change=_port(30090, "ClusterIP"), said="ClusterIP", everywhere=True),
)
