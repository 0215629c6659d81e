"""Pointers that people write: JSON pointers (RFC 6901) that may name an item of a list by what it calls itself.

`/spec/ports/0/port` and `/spec/ports[name=http]/port` are one place; what follows `#` leads on inside YAML that is text of
the manifest.
"""

import re
from collections.abc import Iterator
from typing import Final

from crema.policies.model.documents import Json, embedded
from crema.policies.model.manifest import Manifest
from crema.policies.model.node import Node
from crema.policies.model.steps import key_of_token

_STEP: Final = re.compile(r"/(?P<key>[^/\[]*(?:\[(?![^\]]*=|\d+\])[^/\[]*)*)|\[(?P<item>[^\]]*)\]")


class NoSuchPlace(Exception):
    """A pointer that leads nowhere. It says how far it led, and never quotes a value."""


def resolve(manifest: Manifest, written: str) -> Node:
    """The node at a written pointer. Raises NoSuchPlace."""
    pointer, hash_, inner = written.partition("#")
    node = _follow(manifest.root, pointer)
    if not hash_:
        return node
    body = embedded(node.value) if isinstance(node.value, str) else None
    if body is None:
        raise NoSuchPlace(f"{node.place} is no YAML that # could lead into")
    return _follow(node.embedded(body), inner)


def _follow(node: Node, pointer: str) -> Node:
    for step in _steps(pointer):
        below = _below(node, step)
        if below is None:
            raise NoSuchPlace(f"{node.place} has no {step}{_there(node.value)}")
        node = below
    return node


def _steps(pointer: str) -> Iterator[str]:
    at = 0
    while at < len(pointer):
        step = _STEP.match(pointer, at)
        if step is None or step.end() == at:
            raise NoSuchPlace(f"{pointer} is no pointer: each step begins with /")
        yield f"[{step['item']}]" if step["item"] is not None else step["key"]
        at = step.end()


def _below(node: Node, step: str) -> Node | None:
    value = node.value
    if isinstance(value, dict):
        key = key_of_token(step)
        return node.child(key, value[key]) if key in value else None
    if not isinstance(value, list):
        return None
    position = _position(value, step.strip("[]"))
    return None if position is None else node.child(position, value[position])


def _position(items: list[Json], step: str) -> int | None:
    if step.isdecimal():
        return int(step) if int(step) < len(items) else None
    key, _, wanted = step.partition("=")
    named = [n for n, item in enumerate(items) if isinstance(item, dict) and key in item and str(item[key]) == wanted]
    return named[0] if named else None


def _there(value: Json) -> str:
    """What there is instead: keys, or how many items."""
    if isinstance(value, dict):
        return f"; it has {', '.join(sorted(value))}" if value else "; it is empty"
    return f"; it is a list of {len(value)}" if isinstance(value, list) else ""
