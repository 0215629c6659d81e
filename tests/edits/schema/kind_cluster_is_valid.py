"""Edits that schema-kind-cluster-is-valid finds."""

from tests.edits.body import at, put
from tests.edits.edit import Body, Edit


def _text(body: Body) -> bool:
    return put(body, str(at(body, "nodes", 0, "extraPortMappings", 0, "hostPort")), "nodes", 0, "extraPortMappings", 0, "hostPort")


EDITS = (
    Edit(name="a port is text", kinds=("kind.yaml",), change=_text, environments=("repository",)),
    Edit(
        name="a role that kind does not know",
        kinds=("kind.yaml",),
        change=lambda body: put(body, "master", "nodes", 0, "role"),
        environments=("repository",),
    ),
)
