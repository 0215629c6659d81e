"""A JSON pointer back into a line of the text, made only when a finding asks for it."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, cast

import yaml
from yaml._yaml import CParser

from crema.policies.model.scalars import TAGS, key_of, resolve
from crema.policies.model.steps import keys_of
from crema.policies.model.values import MAX_DEPTH, TOO_DEEP, Unreadable

_PLAIN: Final = "plain"
_MERGE: Final = "<<"


class _Composer(CParser):
    """libyaml's composer. It asks `resolve` for a tag; quoted and tagged scalars keep theirs, plain ones are marked."""

    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)

    def resolve(self, kind: type, _value: object, implicit: object) -> str:
        if kind is yaml.ScalarNode:
            return _PLAIN if cast("tuple[bool, bool]", implicit)[0] else TAGS + "str"
        return TAGS + ("map" if kind is yaml.MappingNode else "seq")

    def descend_resolver(self, _parent: object, _index: object) -> None:
        """Nothing to do: no tag here depends on the place in the tree."""

    def ascend_resolver(self) -> None:
        """Nothing to do, as above."""


def line_of(text: str, index: int, pointer: str, inner: str = "") -> int | None:
    """The line (from 1) of the key or item that a JSON pointer names in the document at `index`.

    A pointer below something that is not there gives the line of its nearest ancestor. `inner`: go on inside the
    YAML that a block of text at the pointer holds. None: no such document. Raises Unreadable.
    """
    roots = _composed(text)
    if index >= len(roots):
        return None
    node, line = _locate(roots[index], pointer)
    if inner and isinstance(node, yaml.ScalarNode) and node.style == "|":
        inside = line_of(node.value, 0, inner)
        return line if inside is None else _line(node) + inside
    return line


@lru_cache(maxsize=2)
def _composed(text: str) -> tuple[yaml.Node, ...]:
    """The nodes of a file, kept while one finding after the other asks for its line in it."""
    try:
        _refuse_abysses(text)
        return tuple(_compose(text))
    except (yaml.YAMLError, UnicodeEncodeError):
        raise Unreadable(1, "not YAML") from None


def _compose(text: str) -> Iterator[yaml.Node]:
    composer = _Composer(text)
    try:
        while composer.check_node():
            node = composer.get_node()
            if node is not None:
                yield node
    finally:
        composer.dispose()


def _refuse_abysses(text: str) -> None:
    """Refuse depth before libyaml composes it: its recursion in C ends the whole process on a stack overflow."""
    scanner = CParser(text)
    depth = 0
    try:
        while (event := scanner.get_event()) is not None:
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_DEPTH:
                raise Unreadable(_line(event), TOO_DEEP)
    finally:
        scanner.dispose()


def _line(place: yaml.Node | yaml.Event) -> int:
    mark = place.start_mark
    return 1 if mark is None else mark.line + 1


def _locate(root: yaml.Node, pointer: str) -> tuple[yaml.Node, int]:
    node, line = root, _line(root)
    for token in keys_of(pointer):
        step = _step(node, token)
        if step is None:
            break
        node, line = step
    return node, line


def _step(node: yaml.Node, token: str) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in reversed(node.value):
            if isinstance(key, yaml.ScalarNode) and token in {key.value, key_of(resolve(key.value)) if key.tag == _PLAIN else None}:
                return value, _line(key)
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == _MERGE and (found := _merged_step(value, token)):
                return found
    if isinstance(node, yaml.SequenceNode) and token.isdecimal() and int(token) < len(node.value):
        item = node.value[int(token)]
        return item, _line(item)
    return None


def _merged_step(merged: yaml.Node, token: str) -> tuple[yaml.Node, int] | None:
    """As `_step`, in what `<<` names: a mapping, or the first of several that has the key."""
    sources = merged.value if isinstance(merged, yaml.SequenceNode) else [merged]
    return next((found for source in sources if isinstance(source, yaml.MappingNode) and (found := _step(source, token))), None)
