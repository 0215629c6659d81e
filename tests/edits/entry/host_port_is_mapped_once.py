"""Edits that entry-host-port-is-mapped-once finds."""

import copy

from tests.edits.edit import Body, Edit
from tests.edits.ways import mappings


def _same(body: Body) -> bool:
    found = mappings(body)
    for mapping in found:
        mapping["hostPort"] = 8080
    return len(found) > 1


def _second_node(body: Body) -> bool:
    body["nodes"].append(copy.deepcopy(body["nodes"][0]) | {"role": "worker"})
    return True


def _api_server(body: Body) -> bool:
    body["networking"]["apiServerPort"] = mappings(body)[-1]["hostPort"]
    return True


EDITS = (
    Edit(name="one port of the host for both", kinds=("kind.yaml",), change=_same, environments=("local",), said="port 8080 of the host"),
    Edit(name="a second node with the ports", kinds=("kind.yaml",), change=_second_node, environments=("local",), said="coffee-worker"),
    Edit(name="the API server's port", kinds=("kind.yaml",), change=_api_server, environments=("local",), said="apiServerPort"),
)
