"""Edits that delivery-path-has-manifests finds."""

from tests.edits.edit import Body, Edit


def _shortened(body: Body) -> bool:
    source = body["spec"]["source"]
    if "path" not in source:
        return False
    source["path"] = source["path"][:-1]
    return True


def _absolute(body: Body) -> bool:
    source = body["spec"]["source"]
    if "path" not in source:
        return False
    source["path"] = f"/{source['path']}"
    return True


def _without(body: Body) -> bool:
    return body["spec"]["source"].pop("path", None) is not None


EDITS = (
    Edit(name="a letter of the path is missing", kinds=("Application",), change=_shortened, said="there is no folder", everywhere=True),
    Edit(name="the path is absolute", kinds=("Application",), change=_absolute, said="is absolute", everywhere=True),
    Edit(name="there is no path", kinds=("Application",), change=_without, said="neither path nor chart", everywhere=True),
)
