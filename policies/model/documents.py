"""YAML text into plain values, and a JSON pointer back into a line of that text.

Built on libyaml through PyYAML, with Kubernetes' reading of scalars (scalars.py) in place of PyYAML's own: the
Prometheus CRDs contain a bare `=`, on which PyYAML's safe loader stops, and `0o17` or `190:20:30` differ between
readers. JSON is YAML, so JSON files are read here too.
"""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, cast

import yaml

from crema.policies.model.doubts import Doubt
from crema.policies.model.scalars import Scalar, resolve

try:
    from yaml._yaml import CParser as _Parser
except ImportError as missing:
    raise ImportError("PyYAML was built without libyaml; install the wheel that carries it") from missing

Json = Scalar | list["Json"] | dict[str, "Json"]

MAX_DEPTH: Final = 200
MAX_VALUES: Final = 2_000_000
_TOO_DEEP: Final = f"nested deeper than {MAX_DEPTH} levels"
_NO_NUMBER: Final = "infinity, or not a number at all, which JSON and so Kubernetes cannot hold"
_SUSPICIOUS_BRACKETS: Final = 1000
_SUSPICIOUS_INDENT: Final = re.compile(r"^[ \-?:\t]{1000}", re.MULTILINE)
_SURROGATES: Final = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F]")
_PLAIN: Final = "plain"
_MERGE: Final = "<<"
_TAGS: Final = "tag:yaml.org,2002:"


class Unreadable(Exception):
    """Text that Kubernetes could not read, or that two readers would read differently. It never quotes a value."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One YAML document: its value, its position in the file (from 0), the line on which it starts (from 1), and where
    another reader would differ.
    """

    body: Json
    index: int
    line: int
    doubts: tuple[Doubt, ...] = ()


class _Reader(_Parser):
    """libyaml's composer. It asks `resolve` for a tag; quoted and tagged scalars keep theirs, plain ones are marked."""

    def __init__(self, text: str) -> None:
        _Parser.__init__(self, text)

    def resolve(self, kind: type, _value: object, implicit: object) -> str:
        if kind is yaml.ScalarNode:
            return _PLAIN if cast("tuple[bool, bool]", implicit)[0] else _TAGS + "str"
        return _TAGS + ("map" if kind is yaml.MappingNode else "seq")

    def descend_resolver(self, _parent: object, _index: object) -> None:
        """Nothing to do: no tag here depends on the place in the tree."""

    def ascend_resolver(self) -> None:
        """Nothing to do, as above."""


def read_documents(text: str) -> Iterator[Document]:
    """Every document of a file. Empty documents (nothing between two `---`) are passed over, as kubectl does.

    Raises Unreadable for broken YAML, duplicate keys, unknown tags, cyclic or exploding aliases and absurd depth.
    """
    if _SURROGATES.search(text) and text.lstrip().startswith("{"):
        yield Document(body=_as_json(text), index=0, line=1)
        return
    for index, root in enumerate(_compose(text)):
        body = _Builder().value(root, 0)
        if body is not None:
            yield Document(body=body, index=index, line=_line(root))


def line_of(text: str, index: int, pointer: str, inner: str = "") -> int | None:
    """The line (from 1) of the key or item that a JSON pointer names in the document at `index`; made only when asked.

    A pointer below something that is not there gives the line of its nearest ancestor. `inner`: go on inside the
    YAML that a block of text at the pointer holds. None: no such document.
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
    return tuple(_compose(text))


def _as_json(text: str) -> Json:
    """JSON writes a character beyond 16 bits as two escapes, which YAML refuses; kubectl reads such text as JSON."""
    try:
        body: Json = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
        _refuse_depth(body, 0)
    except ValueError:
        raise Unreadable(1, "not JSON") from None
    except RecursionError:
        raise Unreadable(1, _TOO_DEEP) from None
    return body


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise Unreadable(1, "a key is given twice in one mapping")
    return made


def _no_number(_word: str) -> Json:
    raise Unreadable(1, _NO_NUMBER)


def _refuse_depth(body: Json, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Unreadable(1, _TOO_DEEP)
    for value in body.values() if isinstance(body, dict) else body if isinstance(body, list) else ():
        _refuse_depth(value, depth + 1)


def _compose(text: str) -> Iterator[yaml.Node]:
    reader = _Reader(text.removeprefix("\ufeff"))
    try:
        _refuse_abysses(text)
        while reader.check_node():
            node = reader.get_node()
            if node is not None:
                yield node
    except yaml.MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        raise Unreadable(mark.line + 1 if mark else 1, f"not YAML: {broken.problem or broken.context}") from None
    except yaml.reader.ReaderError as broken:
        line = text.count("\n", 0, broken.position) + 1
        raise Unreadable(line, f"not YAML: {broken.reason}") from None
    finally:
        reader.dispose()


def _refuse_abysses(text: str) -> None:
    """Refuse depth before libyaml composes it: its recursion in C ends the whole process on a stack overflow.

    Depth needs a bracket or a column of indentation for each level, so that ordinary files are not scanned twice.
    """
    if text.count("[") + text.count("{") < _SUSPICIOUS_BRACKETS and not _SUSPICIOUS_INDENT.search(text):
        return
    scanner = _Reader(text.removeprefix("\ufeff"))
    depth = 0
    while (event := scanner.get_event()) is not None:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise Unreadable(_line(event), _TOO_DEEP)


def _line(place: yaml.Node | yaml.Event) -> int:
    """The line (from 1) on which a node or an event starts."""
    mark = place.start_mark
    return 1 if mark is None else mark.line + 1


class _Builder:
    """Values from nodes. Counts what it makes, so that aliases cannot multiply a small file into a huge one."""

    def __init__(self) -> None:
        self.made = 0

    def value(self, node: yaml.Node, depth: int) -> Json:
        self.made += 1
        if depth > MAX_DEPTH:
            raise Unreadable(_line(node), f"{_TOO_DEEP}, or an alias inside its own anchor")
        if self.made > MAX_VALUES:
            raise Unreadable(_line(node), f"aliases multiply this document beyond {MAX_VALUES} values")
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, depth + 1) for item in node.value]
        return self.mapping(node, depth)

    def mapping(self, node: yaml.Node, depth: int) -> dict[str, Json]:
        made: dict[str, Json] = {}
        merged: dict[str, Json] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _PLAIN and key_node.value == _MERGE:
                merged = self.merged(value_node, depth) | merged
                continue
            key = _key(key_node)
            if key in made:
                raise Unreadable(_line(key_node), f"the key {key!r} is given twice in one mapping")
            made[key] = self.value(value_node, depth + 1)
        return merged | made if merged else made

    def merged(self, node: yaml.Node, depth: int) -> dict[str, Json]:
        sources = node.value if isinstance(node, yaml.SequenceNode) else [node]
        merged: dict[str, Json] = {}
        for source in sources:
            if not isinstance(source, yaml.MappingNode):
                raise Unreadable(_line(node), "`<<` merges something that is not a mapping")
            merged = cast("dict[str, Json]", self.value(source, depth + 1)) | merged
        return merged


def _scalar(node: yaml.ScalarNode) -> Scalar:
    """A scalar's value. A tag is not quoted when it is refused: a password that begins with `!` is one."""
    name = node.tag.removeprefix(_TAGS)
    if name in {"str", "!", "binary"}:
        return cast("str", node.value)
    if name not in {_PLAIN, "int", "float", "bool", "null"}:
        raise Unreadable(_line(node), "a tag that means nothing to Kubernetes")
    value = resolve(node.value)
    if isinstance(value, float) and not math.isfinite(value):
        raise Unreadable(_line(node), _NO_NUMBER)
    return value


def _key(node: yaml.Node) -> str:
    """A mapping's key as JSON has it: text. Kubernetes turns numbers and booleans into text and refuses the rest."""
    if not isinstance(node, yaml.ScalarNode):
        raise Unreadable(_line(node), "a mapping's key is itself a mapping or a list")
    value = _scalar(node)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        raise Unreadable(_line(node), "a mapping's key is null")
    return f"{value:g}" if isinstance(value, float) else str(value)


def _locate(root: yaml.Node, pointer: str) -> tuple[yaml.Node, int]:
    node, line = root, _line(root)
    for part in pointer.split("/")[1:]:
        token = part.replace("~1", "/").replace("~0", "~")
        step = _step(node, token)
        if step is None:
            break
        node, line = step
    return node, line


def _step(node: yaml.Node, token: str) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == token:
                return value, _line(key)
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == _MERGE and (found := _step(value, token)):
                return found
    if isinstance(node, yaml.SequenceNode) and token.isdecimal() and int(token) < len(node.value):
        item = node.value[int(token)]
        return item, _line(item)
    return None
