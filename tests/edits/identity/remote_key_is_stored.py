"""Edits that identity-remote-key-is-stored finds."""

from tests.edits.body import at, put
from tests.edits.edit import Body, Edit

_REMOTE = ("spec", "data", 0, "remoteRef")


def _other_property(body: Body) -> bool:
    return put(body, f"{at(body, *_REMOTE, 'property')}s", *_REMOTE, "property")


def _other_key(body: Body) -> bool:
    return put(body, f"{at(body, *_REMOTE, 'key')}/v2", *_REMOTE, "key")


def _less_is_stored(body: Body) -> bool:
    stored = body.get("stored_secrets", {})
    stored.pop(next(iter(sorted(stored)), ""), None)
    return bool(stored)


_SECRETS = ("ExternalSecret",)
EDITS = (
    Edit(name="another property", kinds=_SECRETS, change=_other_property, environments=("eks",), said="did you mean"),
    Edit(name="another key", kinds=_SECRETS, change=_other_key, environments=("eks",), said="does not have it"),
    Edit(
        name="a secret is no longer stored", kinds=("facts.yaml",), change=_less_is_stored, environments=("eks",), said="does not have it"
    ),
)
