"""Edits that put another object in the place of one: for kinds that the real platform has none of."""

from typing import Any

from tests.edits.edit import Body


def become(body: Body, api_version: str, kind: str, **spec: Any) -> bool:
    """Make an object one of another kind, with its name and this specification."""
    metadata = body["metadata"]
    body.clear()
    body |= {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec}
    return True
