"""One schema file: what it was made from, its kinds, and every definition on a line of its own, in a fixed order.

A part that occurs twice in the kinds of one file becomes a definition, named after the shortest path that leads to it,
so that a changed field is one changed line.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tools.schemas.keywords import Node

#: A repeated part shorter than this (as JSON) stays where it is: a reference would hardly be shorter.
SHARE_FROM: Final = 160


def text(value: object) -> str:
    """Compact JSON with sorted keys."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def render(source: Mapping[str, str], kinds: Mapping[str, str], definitions: Mapping[str, Node]) -> bytes:
    """The bytes of a schema file. kinds: "group/version Kind" → name of a definition."""
    if strange := sorted(name for name in definitions if not re.fullmatch(r"[A-Za-z0-9.-]+", name)):
        raise ValueError(f"names of definitions that a $ref would have to escape: {', '.join(strange)}")
    used = dict(_reachable(sorted(set(kinds.values())), definitions))
    lines = [f"{text(name)}:{text(used[name])}" for name in sorted(used)]
    parts = (
        f'"source":{text(source)}',
        f'"kinds":{{\n{_lines(f"{text(kind)}:{text(kinds[kind])}" for kind in sorted(kinds))}\n}}',
        f'"definitions":{{\n{_lines(lines)}\n}}',
    )
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def share(roots: Mapping[str, Node]) -> tuple[dict[str, str], dict[str, Node]]:
    """(kinds, definitions) for whole-object schemas by "group/version Kind", with repeated parts taken out."""
    named = {f"{kind.split(' ')[1]}.{kind.split(' ')[0].rsplit('/', 1)[1]}": (kind, root) for kind, root in roots.items()}
    count: Counter[str] = Counter()
    shortest: dict[str, tuple[int, str]] = {}
    for name, (_, root) in named.items():
        for path, node in _walk(root, name):
            written = text(node)
            if len(written) >= SHARE_FROM and path != name:
                count[written] += 1
                shortest[written] = min(shortest.get(written, (len(path), path)), (len(path), path))
    names = {written: path for written, (_, path) in shortest.items() if count[written] > 1}
    definitions = {path: _cut(json.loads(written), names, top=True) for written, path in names.items()}
    definitions |= {name: _cut(root, names, top=True) for name, (_, root) in named.items()}
    return {kind: name for name, (kind, _) in named.items()}, definitions


def _lines(lines: Any) -> str:
    return ",\n".join(lines)


def _walk(node: Node, path: str) -> Iterator[tuple[str, Node]]:
    """Every schema at or below a node that may become a definition, with a dotted path to it."""
    yield path, node
    for name, child in node.get("properties", {}).items():
        yield from _walk(child, f"{path}.{name}")
    if "items" in node:
        yield from _walk(node["items"], f"{path}.items")
    if isinstance(node.get("additionalProperties"), dict):
        yield from _walk(node["additionalProperties"], f"{path}.values")


def _cut(node: Node, names: Mapping[str, str], *, top: bool = False) -> Node:
    """The node with every named part below it replaced by a reference."""
    if not top and (name := names.get(text(node))) is not None:
        return {"$ref": f"#/definitions/{name}"}
    cut = dict(node)
    if "properties" in node:
        cut["properties"] = {name: _cut(child, names) for name, child in node["properties"].items()}
    if "items" in node:
        cut["items"] = _cut(node["items"], names)
    if isinstance(node.get("additionalProperties"), dict):
        cut["additionalProperties"] = _cut(node["additionalProperties"], names)
    return cut


def _reachable(roots: list[str], definitions: Mapping[str, Node]) -> Iterator[tuple[str, Node]]:
    """The definitions that some kind needs; references to definitions of another file are left to that file."""
    seen: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name in seen or name not in definitions:
            continue
        seen.add(name)
        yield name, definitions[name]
        waiting += _references(definitions[name])


def _references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                yield value.rsplit("/", 1)[1]
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)
