"""Edits that entry-host-port-reaches-the-controller finds."""

from tests.edits.body import at, put
from tests.edits.edit import Body, Edit
from tests.edits.ways import mappings, values_of


def _elsewhere(body: Body) -> bool:
    for mapping in mappings(body):
        mapping["containerPort"] += 1000
    return bool(mappings(body))


def _one_less(body: Body) -> bool:
    found = [node for node in body["nodes"] if node.get("extraPortMappings")]
    for node in found:
        node["extraPortMappings"].pop(0)
    return bool(found)


def _udp(body: Body) -> bool:
    for mapping in mappings(body):
        mapping["protocol"] = "UDP"
    return bool(mappings(body))


def _more_nodes(body: Body) -> bool:
    body["nodes"].append({"role": "worker"})
    return True


def _in_the_pod_network(body: Body) -> bool:
    return put(values_of(body, "ingress-nginx") or {}, False, "controller", "hostNetwork")


def _selected(body: Body) -> bool:
    values = values_of(body, "ingress-nginx")
    return (
        bool(values) and at(values, "controller", "nodeSelector") is None and not values["controller"].update(nodeSelector={"ingress": "y"})
    )


EDITS = (
    Edit(
        name="the ports of the node are others",
        kinds=("kind.yaml",),
        change=_elsewhere,
        environments=("local",),
        said="where nothing listens",
    ),
    Edit(
        name="the first mapping is gone",
        kinds=("kind.yaml",),
        change=_one_less,
        environments=("local",),
        said="no port of the host leads to",
    ),
    Edit(name="the mappings are for UDP", kinds=("kind.yaml",), change=_udp, environments=("local",), said="where TCP is listened for"),
    Edit(name="a worker beside the node", kinds=("kind.yaml",), change=_more_nodes, environments=("local",), said="does not tolerate"),
    Edit(
        name="the controller is not in the node's network",
        kinds=("Application",),
        change=_in_the_pod_network,
        environments=("local",),
        said="in the pod network alone",
        everywhere=True,
    ),
    Edit(
        name="the controller asks for a label that no node has",
        kinds=("Application",),
        change=_selected,
        environments=("local",),
        said="has no label ingress",
        everywhere=True,
    ),
)
