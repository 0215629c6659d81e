"""Values from the events of libyaml, exactly as sigs.k8s.io/yaml makes them, with a doubt wherever another reader would differ.

Built on libyaml through PyYAML, without its constructors: the Prometheus CRDs contain a bare `=`, on which PyYAML's safe
loader stops, and `0o17` or `190:20:30` differ between readers.
Source: https://github.com/kubernetes-sigs/yaml/blob/master/goyaml.v2/decode.go
"""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

import yaml

from crema.policies.model.doubts import Doubt
from crema.policies.model.readings import difference, is_file_mode, key_difference
from crema.policies.model.scalars import MAY_NOT_BE_TEXT, TAGS, NotOfItsTag, Scalar, key_of, resolve, resolve_tagged
from crema.policies.model.steps import token_of
from crema.policies.model.values import MAX_DEPTH, NO_NUMBER, TOO_DEEP, Json, Unreadable

try:
    from yaml._yaml import CParser
except ImportError as missing:
    raise ImportError("PyYAML was built without libyaml; install the wheel that carries it") from missing

_SCALAR: Final = yaml.ScalarEvent
_MAPPING: Final = yaml.MappingStartEvent
_END_OF_MAPPING: Final = yaml.MappingEndEvent
_SEQUENCE: Final = yaml.SequenceStartEvent
_END_OF_SEQUENCE: Final = yaml.SequenceEndEvent
_ALIAS: Final = yaml.AliasEvent
_MERGE: Final = "<<"
_MERGE_TAG: Final = TAGS + "merge"
_KNOWN_TAGS: Final = frozenset({"!", *(TAGS + name for name in ("str", "int", "float", "bool", "null", "map", "seq", "merge"))})
_ESCAPED_SLASH: Final = re.compile(r"(?<!\\)(?:\\\\)*\\/")
_SECRETIVE: Final = re.compile(r"secret|passw|token|credential", re.IGNORECASE)
_LONGEST: Final = 60


@dataclass(slots=True)
class _Noted:
    """A doubt while its pointer still grows from the inside out. `veiled`: what may be said where a Secret could be quoted."""

    pointer: str
    line: int
    severity: Literal["error", "warning", "info"]
    text: str
    veiled: str


@dataclass(frozen=True, slots=True)
class _Anchored:
    """What an anchor names, and how many nodes Kubernetes visits to make it."""

    value: Json
    nodes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """The value of one document of a stream, null for an empty one."""

    value: Json
    line: int
    doubts: tuple[Doubt, ...]


def build(text: str) -> Iterator[Built]:
    """Every document of a text in turn. Raises Unreadable for what Kubernetes cannot read, with the line in the text."""
    try:
        parser = CParser(text)
    except UnicodeEncodeError as lone:
        raise Unreadable(text.count("\n", 0, lone.start) + 1, "half of a character (a lone surrogate), which UTF-8 cannot hold") from None
    slashes = text if "\\/" in text else None
    try:
        parser.get_event()
        while isinstance(start := parser.get_event(), yaml.DocumentStartEvent):
            if start.version is not None and start.version != (1, 1):
                raise Unreadable(_line(start), "Kubernetes reads no YAML but 1.1: leave out the %YAML directive")
            built = _Builder(parser, slashes).document()
            parser.get_event()
            yield built
    except yaml.MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        raise Unreadable(mark.line + 1 if mark else 1, f"not YAML: {broken.problem or broken.context}") from None
    except yaml.reader.ReaderError as broken:
        line = text.count("\n", 0, broken.position) + 1
        raise Unreadable(line, f"not YAML: {broken.reason}") from None
    except RecursionError:
        raise Unreadable(1, TOO_DEEP) from None
    finally:
        parser.dispose()


class _Builder:
    """One document. Counts the nodes that Kubernetes would visit, which bounds what aliases may multiply."""

    def __init__(self, parser: CParser, slashes: str | None) -> None:
        """`slashes`: the text, where a slash in it is escaped."""
        self._next: Callable[[], Any] = parser.get_event
        self._slashes = slashes
        self._noted: list[_Noted] = []
        self._anchors: dict[str, _Anchored | None] = {}
        self._nodes = 1
        self._in_flow = 0
        self._from_aliases = 0

    def document(self) -> Built:
        first = self._next()
        value = self._value(first, 0)
        doubts = (Doubt(pointer=each.pointer, line=each.line, severity=each.severity, text=each.text) for each in self._noted)
        return Built(value=value, line=_line(first), doubts=tuple(sorted(doubts, key=lambda doubt: (doubt.line, doubt.pointer))))

    def _value(self, event: Any, depth: int) -> Json:
        kind = type(event)
        if kind is _ALIAS:
            return self._alias(event)
        before = self._nodes
        self._nodes += 1
        anchor: str | None = event.anchor
        if anchor is not None:
            self._anchors[anchor] = None
        value: Json
        if kind is _SCALAR:
            value = self._scalar(event)
        elif depth >= MAX_DEPTH:
            raise Unreadable(_line(event), TOO_DEEP)
        else:
            if event.tag is not None:
                self._doubt_tag(event)
            self._in_flow += bool(event.flow_style)
            value = self._mapping(depth) if kind is _MAPPING else self._sequence(depth)
            self._in_flow -= bool(event.flow_style)
        if anchor is not None:
            self._anchors[anchor] = _Anchored(value, self._nodes - before)
        return value

    def _alias(self, event: yaml.AliasEvent) -> Json:
        if event.anchor not in self._anchors:
            raise Unreadable(_line(event), "not YAML: found undefined alias")
        anchored = self._anchors[event.anchor]
        if anchored is None:
            raise Unreadable(_line(event), "an alias inside its own anchor")
        self._nodes += 1 + anchored.nodes
        self._from_aliases += anchored.nodes
        if self._from_aliases > 100 and self._nodes > 1000 and self._from_aliases > _allowed(self._nodes) * self._nodes:
            raise Unreadable(_line(event), "aliases multiply this document beyond what Kubernetes accepts")
        return _copied(anchored.value)

    def _sequence(self, depth: int) -> list[Json]:
        made: list[Json] = []
        read = self._next
        while type(event := read()) is not _END_OF_SEQUENCE:
            noted = len(self._noted)
            made.append(self._value(event, depth + 1))
            if len(self._noted) > noted:
                self._place(noted, str(len(made) - 1))
        return made

    def _mapping(self, depth: int) -> dict[str, Json]:
        made: dict[str, Json] = {}
        keys: dict[str, yaml.Event] = {}
        all_noted = len(self._noted)
        read = self._next
        while type(event := read()) is not _END_OF_MAPPING:
            noted = len(self._noted)
            if type(event) is _SCALAR and event.value == _MERGE and (event.implicit[0] or event.tag == _MERGE_TAG):
                self._merge(event, made, keys, depth)
                continue
            key = self._key(event)
            if len(self._noted) > noted:
                self._place(noted, key)
                noted = len(self._noted)
            following = read()
            value: Json
            if type(following) is _SCALAR and following.anchor is None:
                self._nodes += 1
                value = self._scalar(following)
            else:
                value = self._value(following, depth + 1)
            if len(self._noted) > noted:
                if type(following) is _SCALAR and is_file_mode(key, following.value):
                    del self._noted[noted:]
                self._place(noted, key)
            if key in keys:
                self._doubt_twice(key, keys[key], event)
            made[key] = value
            keys[key] = event
        if len(self._noted) > all_noted and _SECRETIVE.search(str(made.get("kind", ""))):
            self._veil(all_noted)
        return made

    def _merge(self, event: yaml.ScalarEvent, made: dict[str, Json], keys: dict[str, yaml.Event], depth: int) -> None:
        """Keys of a merged mapping win over those before `<<` and lose to those after it, as for Kubernetes."""
        self._nodes += 1
        noted = len(self._noted)
        merged: dict[str, Json] = {}
        for each in self._merged(self._next(), depth):
            merged = each | merged
        self._place(noted, _MERGE)
        for key in merged:
            if key in keys and merged[key] != made[key]:
                said = f"the key {_short(key)} stands before a `<<` that brings it: Kubernetes takes what is merged, others what is written"
                self._noted.append(_Noted(f"/{token_of(key)}", _line(keys[key]), "warning", said, said))
        made |= merged
        said = "Kubernetes merges what `<<` names into the mapping; to readers of YAML 1.2 it is a key like any other"
        self._noted.append(_Noted(f"/{_MERGE}", _line(event), "info", said, said))

    def _merged(self, source: yaml.Event, depth: int) -> list[dict[str, Json]]:
        value = self._value(source, depth + 1)
        listed = value if isinstance(value, list) and type(source) is _SEQUENCE else [value]
        if not all(isinstance(each, dict) for each in listed):
            raise Unreadable(_line(source), "`<<` merges something that is not a mapping")
        return cast("list[dict[str, Json]]", listed)

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        text: str = event.value
        if event.tag is not None:
            return self._tagged(event)
        if not event.implicit[0]:
            if self._slashes is not None and event.style == '"':
                self._refuse_slash(event, self._slashes)
            return text
        if self._in_flow:
            _refuse_question(event)
        if text and text[0] not in MAY_NOT_BE_TEXT:
            return text
        value = resolve(text)
        if type(value) is float and not math.isfinite(value):
            raise Unreadable(_line(event), NO_NUMBER)
        said = difference(text, value)
        if said is not None:
            self._noted.append(_Noted("", _line(event), "warning", said.text, said.veiled))
        return value

    def _tagged(self, event: yaml.ScalarEvent) -> Scalar:
        self._doubt_tag(event)
        try:
            value = resolve_tagged(event.value, cast("str", event.tag))
        except NotOfItsTag:
            raise Unreadable(_line(event), "a value is not what its tag says") from None
        if isinstance(value, float) and not math.isfinite(value):
            raise Unreadable(_line(event), NO_NUMBER)
        return value

    def _key(self, event: yaml.Event) -> str:
        """A mapping's key as JSON has it. Kubernetes turns numbers and booleans into text and refuses the rest."""
        if type(event) is not _SCALAR:
            value = self._value(event, 0) if type(event) is _ALIAS else []
            if isinstance(value, list | dict):
                raise Unreadable(_line(event), "a mapping's key is itself a mapping or a list")
            return _key_or_refuse(event, value)
        if event.anchor is not None or event.tag is not None or not event.implicit[0]:
            return _key_or_refuse(event, cast("Scalar", self._value(event, 0)))
        text: str = event.value
        self._nodes += 1
        if self._in_flow:
            _refuse_question(event)
        if text and text[0] not in MAY_NOT_BE_TEXT:
            return text
        key = _key_or_refuse(event, resolve(text))
        said = key_difference(text, key) if key != text else None
        if said is not None:
            self._noted.append(_Noted("", _line(event), "warning", said, said))
        return key

    def _doubt_twice(self, key: str, first: yaml.Event, second: yaml.Event) -> None:
        kept = "the last one" if _identity(first) == _identity(second) else "either, by chance"
        said = f"the key {_short(key)} is given twice in one mapping, on lines {_line(first)} and {_line(second)}: Kubernetes keeps {kept}"
        self._noted.append(_Noted(f"/{token_of(key)}", _line(second), "error", said, said))

    def _doubt_tag(self, event: yaml.NodeEvent) -> None:
        if event.tag not in _KNOWN_TAGS:  # type: ignore[attr-defined]  # as above
            said = "a tag (a word that begins with `!`) is dropped by Kubernetes; other readers refuse it or make something else of it"
            self._noted.append(_Noted("", _line(event), "error", said, said))

    def _refuse_slash(self, event: yaml.ScalarEvent, text: str) -> None:
        start, end = event.start_mark, event.end_mark
        if start is not None and end is not None and _ESCAPED_SLASH.search(text[start.index : end.index]):
            raise Unreadable(_line(event), "not YAML: found unknown escape character (`\\/` is one in JSON and YAML 1.2 only)")

    def _place(self, since: int, key: str) -> None:
        """Put everything noted since then below a key."""
        for noted in self._noted[since:]:
            noted.pointer = f"/{token_of(key)}{noted.pointer}"
        if _SECRETIVE.search(key):
            self._veil(since)

    def _veil(self, since: int) -> None:
        for noted in self._noted[since:]:
            noted.text = noted.veiled


def _line(event: yaml.Event) -> int:
    """The line (from 1) on which an event starts."""
    mark = event.start_mark
    return 1 if mark is None else mark.line + 1


def _refuse_question(event: yaml.ScalarEvent) -> None:
    """go-yaml ends a plain scalar in a flow collection at a question mark, and stumbles over the rest."""
    if "?" in event.value:
        raise Unreadable(_line(event), "not YAML: a question mark inside [] or {} that is not in quotes")


def _allowed(nodes: int) -> float:
    """The share of a document's nodes that may come from aliases: 99 % of a small one, 10 % of a huge one."""
    low, high = 400_000, 4_000_000
    return 0.99 - 0.89 * (min(max(nodes, low), high) - low) / (high - low)


def _copied(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _copied(below) for key, below in value.items()}
    return [_copied(below) for below in value] if isinstance(value, list) else value


def _key_or_refuse(event: yaml.Event, value: Scalar) -> str:
    key = key_of(value)
    if key is None:
        raise Unreadable(_line(event), "a mapping's key is null, or a number beyond 64 bits")
    return key


def _identity(event: yaml.Event) -> tuple[type, Scalar] | None:
    """What a key is to Kubernetes before it becomes text; None for an alias."""
    if type(event) is not _SCALAR:
        return None
    value = resolve(event.value) if event.implicit[0] and event.tag is None else event.value
    return type(value), value


def _short(key: str) -> str:
    return repr(key if len(key) <= _LONGEST else f"{key[:_LONGEST]}…")
