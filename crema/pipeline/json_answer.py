"""Reading what a server sent as JSON: a value of the type that was promised, or the place where it is missing."""

import json
from typing import TypeVar

T = TypeVar("T")


class Unexpected(Exception):
    """An answer without what was promised; its message is half a sentence: "has no text at head.sha"."""


def parsed(body: bytes) -> object:
    """The value of a body.

    Raises:
        Unexpected: it is not JSON, or not all of it.

    """
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError):
        raise Unexpected("is not JSON" if body.strip() else "is empty") from None
    return value


def item(value: object, kind: type[T], *path: str) -> T:
    """What stands at a path of keys.

    Raises:
        Unexpected: nothing does, or something of another type.

    """
    found = value
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    # True and False are numbers to Python alone.
    if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
        raise Unexpected(f"has no {_NAMES.get(kind, kind.__name__)} at {'.'.join(path) or 'its top'}")
    return found


_NAMES = {str: "text", int: "whole number", bool: "true or false", list: "list", dict: "object"}
