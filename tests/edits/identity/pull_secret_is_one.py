"""Edits that identity-pull-secret-is-one finds."""

from tests.edits.body import at, drop, put
from tests.edits.edit import Body, Edit


def _no_type(body: Body) -> bool:
    return drop(body, "spec", "target", "template", "type")


def _other_type(body: Body) -> bool:
    return put(body, "kubernetes.io/basic-auth", "spec", "target", "template", "type")


def _other_key(body: Body) -> bool:
    data = at(body, "spec", "target", "template", "data") or {}
    if ".dockerconfigjson" not in data:
        return False
    data["config.json"] = data.pop(".dockerconfigjson")
    return True


_SECRETS = ("ExternalSecret",)
EDITS = (
    Edit(name="no type", kinds=_SECRETS, change=_no_type, environments=("local",), said="Opaque", everywhere=True),
    Edit(name="another type", kinds=_SECRETS, change=_other_type, environments=("local",), said="basic-auth", everywhere=True),
    Edit(name="another key", kinds=_SECRETS, change=_other_key, environments=("local",), said="not .dockerconfigjson", everywhere=True),
)
