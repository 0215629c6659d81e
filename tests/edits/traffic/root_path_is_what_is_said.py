"""Edits that traffic-root-path-is-what-is-said finds."""

from tests.edits.body import containers
from tests.edits.edit import Body, Edit


def _root_path(body: Body, value: str) -> bool:
    variables = [one for container in containers(body) for one in container.get("env", ()) if one["name"] == "ROOT_PATH"]
    for one in variables:
        one["value"] = value
    return bool(variables)


def _gone(body: Body) -> bool:
    gone = False
    for container in containers(body):
        before = container.get("env", [])
        container["env"] = [one for one in before if one["name"] != "ROOT_PATH"]
        gone = gone or len(before) > len(container["env"])
    return gone


EDITS = (
    Edit(name="no variable", kinds=("Deployment",), change=_gone, said="is not set", everywhere=True),
    Edit(
        name="another prefix",
        kinds=("Deployment",),
        change=lambda body: _root_path(body, "/api/coffee"),
        said="/api/coffee",
        everywhere=True,
    ),
    Edit(name="no prefix", kinds=("Deployment",), change=lambda body: _root_path(body, ""), said="is empty", everywhere=True),
)
