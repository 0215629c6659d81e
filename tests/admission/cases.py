"""Objects with one edit: a value is another, a field or a key is gone, an item stands twice. A server was asked about each."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from crema.policies.model.steps import keys_of, token_of

HERE: Final = Path(__file__).parent
Body = dict[str, Any]

_TEXTS: Final[dict[str, str]] = {
    "empty": "",
    "upper": "Upper_case",
    "space": "has space",
    "long": "a" * 64,
    "longer": "a" * 254,
    "dash": "-a",
    "slash": "a/b",
    "slashes": "a/b/c",
    "up": "../a",
    "root": "/a",
    "digits": "8080",
    "dots": "a.b",
    "double": "a..b",
    "name": "some-name",
    "word": "Always",
}
_MAP_KEYS: Final = {
    "key-dash": "-a",
    "key-slashes": "a/b/c",
    "key-long": "a" * 64,
    "key-space": "a b",
    "key-up": "..a",
    "key-plain": "plain",
}
_QUANTITIES: Final = {"minus": "-1", "part": "1.5", "zero": "0", "huge": "100Ti", "small": "1m", "unit": "1GB"}
_NUMBERS: Final = {"minus": -1, "zero": 0, "one": 1, "many": 70000, "most": 2147483647}
_PERCENTS: Final = {"over": "101%", "bare": "10", "below": "-1%", "none": "0%"}
_MAPS: Final = frozenset(
    {"labels", "annotations", "matchLabels", "nodeSelector", "data", "binaryData", "stringData", "limits", "requests", "hard", "capacity"}
    | {"selector", "parameters", "podFixed", "default", "defaultRequest", "min", "max", "maxLimitRequestRatio"}
)
_LEFT_OUT: Final = frozenset({"/apiVersion", "/kind", "/metadata/namespace", "/metadata"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One edit of one base: `edit` is named by what is put in a place, or `gone`."""

    base: str
    pointer: str
    edit: str
    body: Body


@cache
def bases(file: str = "bases.yaml") -> dict[str, Body]:
    """The objects by kind and name."""
    documents = yaml.safe_load_all((HERE / file).read_text(encoding="utf-8"))
    return {f"{body['kind']} {body['metadata']['name']} {body['apiVersion']}": body for body in documents}


@cache
def _written() -> dict[str, dict[str, list[Any]]]:
    found: dict[str, dict[str, list[Any]]] = yaml.safe_load((HERE / "edits.yaml").read_text(encoding="utf-8"))
    return found


def cases(base: str, body: Body) -> Iterator[Case]:
    """Every edit of one object: those that are made of its values, and those that a person wrote down."""
    for pointer, values in _written().get(base, {}).items():
        for index, value in enumerate(values):
            yield Case(base=base, pointer=pointer, edit=f"written {index}", body=_changed(body, pointer, _put(value)))
    for pointer, value in _places(body, ""):
        if pointer in _LEFT_OUT:
            continue
        for edit, change in _edits(pointer, value).items():
            yield Case(base=base, pointer=pointer, edit=edit, body=_changed(body, pointer, change))


def replaced(body: Body) -> dict[str, Callable[[Any], Body]]:
    """Every place of an object by its pointer, and how to put another value there."""
    return {pointer: _putter(body, pointer) for pointer, _ in _places(body, "") if pointer not in {"/apiVersion", "/kind"}}


def _putter(body: Body, pointer: str) -> Callable[[Any], Body]:
    return lambda value: _changed(body, pointer, _put(value))


class _Gone:
    pass


_GONE: Final = _Gone()


def _places(value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    if pointer:
        yield pointer, value
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in children:
        yield from _places(below, f"{pointer}/{token_of(str(key))}")


def _put(value: Any) -> Callable[[Any], Any]:
    return lambda _: value


def _edits(pointer: str, value: Any) -> dict[str, Callable[[Any], Any]]:
    made: dict[str, Callable[[Any], Any]] = {"gone": _put(_GONE)}
    if isinstance(value, bool):
        made["turned"] = _put(not value)
    elif isinstance(value, int):
        made |= {name: _put(new) for name, new in _NUMBERS.items() if new != value}
    elif isinstance(value, str):
        made |= {name: _put(new) for name, new in _TEXTS.items() if new != value}
        if value[:1].isdigit():
            made |= {name: _put(new) for name, new in _QUANTITIES.items() if new != value}
        if value.endswith("%"):
            made |= {name: _put(new) for name, new in _PERCENTS.items()}
    elif isinstance(value, list):
        made["none"] = _put([])
        made["twice"] = _put([*value, copy.deepcopy(value[0])] if value else [{}])
    elif isinstance(value, dict):
        made["none"] = _put({})
        if value and pointer.rpartition("/")[2] in _MAPS and all(not isinstance(one, dict | list) for one in value.values()):
            made |= {name: _put(_renamed(value, key)) for name, key in _MAP_KEYS.items()}
    return made


def _renamed(mapping: Body, key: str) -> Body:
    first = next(iter(mapping))
    return {(key if name == first else name): value for name, value in mapping.items()}


def _changed(body: Body, pointer: str, change: Callable[[Any], Any]) -> Body:
    """A body with another value at a pointer; what lies beside the way to it is shared with the old one."""
    changed: Body = _with(body, list(keys_of(pointer)), change)
    return changed


def _with(holder: Any, keys: list[str], change: Callable[[Any], Any]) -> Any:
    key, rest = keys[0], keys[1:]
    if isinstance(holder, list):
        items = list(holder)
        place = len(items) if key == "-" else int(key)
        new = change(None) if key == "-" else _with(items[place], rest, change) if rest else change(items[place])
        return items[:place] + ([] if isinstance(new, _Gone) else [new]) + items[place + 1 :]
    fields = dict(holder or {})
    new = _with(fields.get(key), rest, change) if rest else change(fields.get(key))
    if isinstance(new, _Gone):
        del fields[key]
    else:
        fields[key] = new
    return fields
