"""When a CronJob runs: its schedule as the server parses it, and its time zone.

https://github.com/robfig/cron/blob/v3/parser.go, https://pkg.go.dev/time#LoadLocation
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from crema.policies.model.admission.refusal import Refusals, wrong
from crema.policies.model.values import Json

_DESCRIPTORS: Final = frozenset({"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"})
DURATION: Final = re.compile(r"[-+]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+|[-+]?0")
_MONTHS: Final = {
    name: number for number, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_DAYS: Final = {name: number for number, name in enumerate(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])}
_FIELDS: Final[tuple[tuple[str, int, int, Mapping[str, int]], ...]] = (
    ("a minute", 0, 59, {}),
    ("an hour", 0, 23, {}),
    ("a day of the month", 1, 31, {}),
    ("a month", 1, 12, _MONTHS),
    ("a day of the week", 0, 6, _DAYS),
)


def schedule(spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with the schedule of a CronJob."""
    value = spec.get("schedule")
    if not isinstance(value, str):
        return
    if "TZ" in value:
        yield wrong("schedule", value, "a schedule without TZ=", "write the zone into timeZone")
    elif why := _why_not(value):
        yield wrong("schedule", value, why)


def time_zone(spec: Mapping[str, Json]) -> Refusals:
    """What is wrong with the time zone of a CronJob."""
    zone = spec.get("timeZone")
    if isinstance(zone, str) and zone not in _zones():
        yield wrong("timeZone", zone, "a zone of the time zone database such as Europe/Berlin or Etc/UTC")


def _why_not(value: str) -> str:
    if value.startswith("@"):
        every = value.startswith("@every ") and DURATION.fullmatch(value.removeprefix("@every "))
        return "" if value in _DESCRIPTORS or every else "five fields, or one of " + ", ".join(sorted(_DESCRIPTORS)) + " or @every 1h"
    parts = value.split()
    if len(parts) != len(_FIELDS):
        return f"five fields (minute, hour, day, month, weekday), not {len(parts)},"
    for (name, low, high, names), part in zip(_FIELDS, parts, strict=True):
        for one in part.split(","):
            if one and not _fits(one.lower(), low, high, names):
                return f"{name} from {low} to {high}, not {one},"
    return ""


def _fits(part: str, low: int, high: int, names: Mapping[str, int]) -> bool:
    ends, *steps = part.split("/")
    first, *last = ends.split("-")
    if len(steps) > 1 or len(last) > 1 or (steps and not (steps[0].isdecimal() and int(steps[0]) > 0)):
        return False
    if first in ("*", "?"):
        return True
    start = _number(first, names)
    end = (_number(last[0], names) if last else high if steps else start) if start is not None else None
    return start is not None and end is not None and low <= start <= end <= high


def _number(written: str, names: Mapping[str, int]) -> int | None:
    return names[written] if written in names else int(written) if written.removeprefix("+").isdecimal() else None


@cache
def _zones() -> frozenset[str]:
    """The names that Go's database has, and UTC; `Local` is none here."""
    return frozenset(json.loads((Path(__file__).parent.parent / "time_zones.json").read_text(encoding="utf-8")))
