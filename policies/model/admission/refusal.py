"""A refusal: where a value is that the server does not take, and what it would take."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from crema.policies.model.values import Json
from crema.policies.schemas.violation import field_of

Way = tuple[str | int, ...]
Refusals = Iterator["Refusal"]

_NOTHING: Final[Mapping[str, Json]] = {}
_LONGEST: Final = 80


class Refusal(NamedTuple):
    """`way` leads from the value that was judged to the wrong one, `said` follows its name: `is 0; 1 to 65535 is required`.

    `missing`: the field below it that is not there. `fix`: what to do, where the policy's own advice is too general. `gated`: a
    server takes it if a feature is switched on that is off unless somebody does so.
    """

    way: Way
    said: str
    fix: str = ""
    missing: str = ""
    gated: bool = False


def below(way: str | int | Way, refusals: Iterable[Refusal]) -> Refusals:
    """The refusals of a value that stands at a way."""
    steps = way if isinstance(way, tuple) else (way,)
    for refusal in refusals:
        yield refusal._replace(way=(*steps, *refusal.way))


def wrong(way: str | int | Way, value: Json, required: str, fix: str = "") -> Refusal:
    """A value is not what is required."""
    return Refusal(way if isinstance(way, tuple) else (way,), f"is {shown(value)}; {required} is required", fix)


def lacks(field: str, why: str = "it is required", way: Way = ()) -> Refusal:
    """A field is missing."""
    return Refusal(way, f"is missing; {why}", "", field)


def shown(value: Json) -> str:
    """A value as a message shows it."""
    if isinstance(value, dict | list):
        return ("a" if value else "an empty") + (" mapping" if isinstance(value, dict) else " list")
    written = json.dumps(value, ensure_ascii=False)
    return written if len(written) <= _LONGEST else f"{written[: _LONGEST - 20]}… ({len(str(value))} characters)"


def mapping(value: Json | Mapping[str, Json]) -> Mapping[str, Json]:
    """A value as a mapping; empty for any other."""
    return value if isinstance(value, dict) else _NOTHING


def items(value: Json) -> Iterator[tuple[int, Mapping[str, Json]]]:
    """The positions and mappings of a list; an empty mapping for null."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict) or item is None:
                yield index, item or _NOTHING


def texts(value: Json) -> Iterator[tuple[int, str]]:
    """The positions and texts of a list."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, str):
                yield index, item


def text(value: Json) -> str:
    """A value as text; empty for any other."""
    return value if isinstance(value, str) else ""


def number(value: Json) -> int | None:
    """A whole number; None for any other value. A float that is whole is one, as Kubernetes reads it."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def twice(name: Json, first: Way = ()) -> str:
    """What is said of a second one of a name."""
    return f"is {shown(name)} a second time" + (f"; the first is at {field_of(first)}" if first else "")
