"""Schedules of CronJobs, read as the CronJob controller reads them.

Five fields, or one of the names such as @daily. The last field knows no 7, and time zones have a field of their own.
https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
https://pkg.go.dev/github.com/robfig/cron/v3#hdr-CRON_Expression_Format
"""

import re
from dataclasses import dataclass
from typing import Annotated

from crema.generators.checks import Check, Requirement

_NAMED = frozenset({"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"})
_PART = re.compile(r"(?P<first>\*|\?|[0-9]{1,2}|[a-z]{3})(-(?P<last>[0-9]{1,2}|[a-z]{3}))?(/(?P<step>[0-9]{1,3}))?", re.ASCII)
# How many days a month can have.
_DAYS = dict(enumerate((31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1))


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    least: int
    most: int
    words: tuple[str, ...] = ()

    def number(self, word: str) -> int | None:
        if word in self.words:
            return self.least + self.words.index(word)
        return int(word) if word.isdigit() and self.least <= int(word) <= self.most else None

    def values(self, text: str) -> frozenset[int] | None:
        """The numbers this field stands for; None where it cannot be read."""
        found: set[int] = set()
        for part in text.lower().split(","):
            match = _PART.fullmatch(part)
            if match is None:
                return None
            any_value = match["first"] in {"*", "?"}
            first = self.least if any_value else self.number(match["first"])
            # A single number with a step means: from there to the end.
            end = self.most if any_value or match["step"] else first
            last = self.number(match["last"]) if match["last"] else end
            step = int(match["step"] or 1)
            if first is None or last is None or last < first or step == 0 or (any_value and match["last"]):
                return None
            found.update(range(first, last + 1, step))
        return frozenset(found)


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")),
    _Field("day of the week", 0, 6, ("sun", "mon", "tue", "wed", "thu", "fri", "sat")),
)


def _schedule(value: object) -> Requirement | None:
    texts = value.split(" ") if isinstance(value, str) and len(value) <= 256 else []
    if value in _NAMED if isinstance(value, str) else False:
        return None
    if len(texts) != len(_FIELDS):
        return 'a schedule of five fields such as "17 3 * * *" (minute, hour, day of the month, month, day of the week), or @daily'
    read = [field.values(text) for field, text in zip(_FIELDS, texts, strict=True)]
    for field, text, values in zip(_FIELDS, texts, read, strict=True):
        if values is None:
            return f"a schedule whose {field.name} is in {field.least}-{field.most}, * or a list or range of these, not {text!r}"
    days, months = read[2] or frozenset(), read[3] or frozenset()
    if texts[4] in {"*", "?"} and not any(min(days) <= _DAYS[month] for month in months):
        return "a schedule that comes round: no such month has that day"
    return None


CronSchedule = Annotated[str, Check(_schedule)]
