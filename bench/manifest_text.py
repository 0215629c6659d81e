"""Manifests as people and their tools write them: block YAML whose quoting and indentation differ from file to file."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from crema.policies.model.scalars import resolve

Body = dict[str, Any]

_PLAIN: Final = re.compile(r"[A-Za-z0-9/$(.][A-Za-z0-9 ._/$()=<>+*,;~-]*[A-Za-z0-9/).]|[A-Za-z0-9]")


_SHORT: Final = re.compile(r"(?:[A-Za-z][A-Za-z0-9./-]{0,24})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How one file is written: its comment, the quotes it prefers, by how much the items of a list stand to the right, and whether short
    lists of words stand on one line.
    """

    comment: str
    quote: str
    quotes_all: bool
    list_indent: str
    flow: bool

    def document(self, body: Body) -> str:
        """One document, without the mark between two."""
        return "".join(self._mapping(body, ""))

    def file(self, bodies: tuple[Body, ...]) -> str:
        """A whole file; several documents are parted by `---`."""
        head = self.comment + ("---\n" if len(bodies) > 1 else "")
        return head + "---\n".join(self.document(body) for body in bodies)

    def _mapping(self, body: Body, indent: str) -> list[str]:
        lines: list[str] = []
        for key, value in body.items():
            lines += self._value(f"{indent}{self._scalar(key, key=True)}:", value, indent)
        return lines

    def _value(self, lead: str, value: Any, indent: str) -> list[str]:
        """A value after `key:` or `-`, on that line where it fits there."""
        if isinstance(value, dict) and value:
            return [f"{lead}\n", *self._mapping(value, indent + "  ")]
        if self.flow and isinstance(value, list) and value and all(isinstance(item, str) and _SHORT.fullmatch(item) for item in value):
            return [f"{lead} [{', '.join(self._scalar(item) for item in value)}]\n"]
        if isinstance(value, list) and value:
            return [f"{lead}\n", *self._items(value, indent + self.list_indent)]
        if isinstance(value, str) and "\n" in value:
            text = "".join(f"{indent}  {line}\n" if line else "\n" for line in value.removesuffix("\n").split("\n"))
            return [f"{lead} |\n" if value.endswith("\n") else f"{lead} |-\n", text]
        return [f"{lead} {self._scalar(value)}\n"]

    def _items(self, items: list[Any], indent: str) -> list[str]:
        lines: list[str] = []
        for item in items:
            if isinstance(item, dict) and item:
                first, *rest = self._mapping(item, indent + "  ")
                lines += [f"{indent}- {first[len(indent) + 2 :]}", *rest]
            else:
                lines += self._value(f"{indent}-", item, indent)
        return lines

    def _scalar(self, value: Any, *, key: bool = False) -> str:
        if not isinstance(value, str):
            return json.dumps(value)
        plain = _PLAIN.fullmatch(value) is not None and isinstance(resolve(value), str)
        if plain and (key or not self.quotes_all):
            return value
        if self.quote == "'" and "\\" not in value:
            return "'" + value.replace("'", "''") + "'"
        return json.dumps(value, ensure_ascii=False)


def style(draw: Random, team: str) -> Style:
    """A style that a team's file may have."""
    comments = ("", "", f"# Owned by {team}.\n", f"# {team}: ask before you change this.\n#\n", "---\n")
    return Style(
        comment=draw.choice(comments),
        quote=draw.choice('""\''),
        quotes_all=draw.random() < 0.2,
        list_indent=draw.choice(("", "  ")),
        flow=draw.random() < 0.4,
    )
