"""A value inside a manifest together with the place where it stands.

Policies read bodies through nodes. Absent and null are the same to Kubernetes and read as None or empty; a value of
another shape than the law needs is UnknownShape, which the engine reports: it is never taken for "nothing there".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from crema.policies.model.documents import Json
from crema.policies.model.steps import key_of_token, token_of

if TYPE_CHECKING:
    from crema.policies.model.manifest import Manifest

_SHAPES: Final[dict[type, str]] = {
    dict: "a mapping",
    list: "a list",
    str: "text",
    bool: "a boolean",
    int: "a number",
    float: "a number",
}


class UnknownShape(Exception):
    """A field that a policy reads has another shape than the API gives it. Names the place, never the value."""

    def __init__(self, node: Node, wanted: str) -> None:
        super().__init__(f"{node.place} is {node.shape}, where {wanted} is required")
        self.node = node


@dataclass(slots=True, kw_only=True, unsafe_hash=True)
class Node:
    """A value, the manifest that holds it and the JSON pointer (RFC 6901) from the object's top to it.

    A value inside YAML that is itself text of the manifest (a file in a ConfigMap, a chart's values) has the pointer of
    that text, and its own pointer within the text as `inner`. What never changes here mypy holds to that (Final): nodes are made by
    the million, and a frozen dataclass takes twice the time to make.
    """

    manifest: Final[Manifest]
    value: Final[Json]
    pointer: Final[str]
    inner: Final[str | None] = None

    @property
    def shape(self) -> str:
        """The value's type in plain words."""
        return "null" if self.value is None else _SHAPES[type(self.value)]

    @property
    def place(self) -> str:
        """The pointer as reports write it; `#` leads into YAML that is text of the manifest."""
        return (self.pointer or "/") + (f"#{self.inner}" if self.inner else "")

    @property
    def key(self) -> str:
        """The last part of the pointer, unescaped."""
        return key_of_token((self.inner or self.pointer).rpartition("/")[2])

    def get(self, *keys: str) -> Node | None:
        """The value at a chain of keys, or None where the chain is absent or null."""
        if not keys:
            return self
        value = self._value(keys)
        return None if value is None else self._at(keys, value)

    def child(self, key: str | int, value: Json) -> Node:
        """A node below this one."""
        return self._at((key,), value)

    def embedded(self, value: Json) -> Node:
        """The top of a document that this node's text holds."""
        return Node(manifest=self.manifest, value=value, pointer=self.pointer, inner="")

    def items(self, *keys: str) -> tuple[Node, ...]:
        """The items of the list at a chain of keys; none when it is absent."""
        node = self.get(*keys)
        if node is None:
            return ()
        if not isinstance(node.value, list):
            raise UnknownShape(node, "a list")
        return tuple(node.child(index, value) for index, value in enumerate(node.value))

    def entries(self, *keys: str) -> Iterator[tuple[str, Node]]:
        """Keys and values of the mapping at a chain of keys, null values left out; none when it is absent."""
        node = self.get(*keys)
        if node is not None:
            for key, value in node.mapping().items():
                if value is not None:
                    yield key, node.child(key, value)

    def text(self, *keys: str) -> str | None:
        """The text at a chain of keys, None when absent."""
        value = self._value(keys)
        if isinstance(value, str) or (value is None and keys):
            return value
        raise UnknownShape(self._at(keys, value), "text")

    def flag(self, *keys: str) -> bool | None:
        """The boolean at a chain of keys, None when absent."""
        value = self._value(keys)
        if isinstance(value, bool) or (value is None and keys):
            return value
        raise UnknownShape(self._at(keys, value), "a boolean")

    def mapping(self) -> dict[str, Json]:
        """The value as a mapping."""
        if not isinstance(self.value, dict):
            raise UnknownShape(self, "a mapping")
        return self.value

    def texts(self, *keys: str) -> dict[str, str]:
        """The mapping of texts (labels, annotations, selectors) at a chain of keys; empty when absent."""
        found = self._value(keys)
        if found is None and keys:
            return {}
        if not isinstance(found, dict):
            raise UnknownShape(self._at(keys, found), "a mapping")
        read: dict[str, str] = {}
        for key, value in found.items():
            if isinstance(value, str):
                read[key] = value
            elif value is not None:
                raise UnknownShape(self._at((*keys, key), value), "text")
        return read

    def _value(self, keys: tuple[str, ...]) -> Json:
        """The value at a chain of keys, None where it is absent. Policies ask often: nodes are made only of what they keep."""
        value = self.value
        for depth, key in enumerate(keys):
            if not isinstance(value, dict):
                raise UnknownShape(self._at(keys[:depth], value), "a mapping")
            value = value.get(key)
            if value is None:
                return None
        return value

    def _at(self, keys: tuple[str | int, ...], value: Json) -> Node:
        """The node of a value that stands below this one at a chain of keys."""
        inside = self.inner is not None
        way = self.inner if self.inner is not None else self.pointer
        for key in keys:
            # Most keys are plain words, in which nothing has to be escaped.
            way = f"{way}/{key}" if isinstance(key, int) or key.isidentifier() else f"{way}/{token_of(key)}"
        if inside:
            return Node(manifest=self.manifest, value=value, pointer=self.pointer, inner=way)
        return Node(manifest=self.manifest, value=value, pointer=way)
