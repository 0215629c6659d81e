"""Schedules: what the CronJob controller reads is taken, and what it would refuse or never begin is not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crema.generators.checks import Check, Requirement
from crema.generators.cron import CronSchedule
from tests.strategies import HOSTILE, schedules


def required(value: object) -> Requirement | None:
    """What the check says of a value."""
    (check,) = (c for c in CronSchedule.__metadata__ if isinstance(c, Check))  # type: ignore[attr-defined]  # an Annotated has it
    return check.requirement_of(value)


@given(schedules)
def test_what_the_controller_reads_is_right(schedule: str) -> None:
    """Numbers, names, lists, ranges and steps, and the names of common schedules."""
    assert required(schedule) is None


@pytest.mark.parametrize(
    "schedule",
    ["59 23 31 12 6", "0 0 1 1 0", "*/1 */23 ? ? ?", "0-59/30 0/6 1-31 jan,Feb,DEC SUN-sat", "0 0 29 2 *", "0 0 31 2 1", "0 0 30-31 2-3 *"],
)
def test_the_ends_of_each_range_are_right(schedule: str) -> None:
    """29 February comes round, and a day of the week beside a day of the month is enough by itself."""
    assert required(schedule) is None


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "a schedule of five fields"),
        ("* * * *", "a schedule of five fields"),
        ("* * * * * *", "a schedule of five fields"),
        ("17  3 * * *", "a schedule of five fields"),
        ("@every 1h", "a schedule of five fields"),
        ("@Daily", "a schedule of five fields"),
        ("TZ=UTC 17 3 * * *", "a schedule of five fields"),
        ("60 * * * *", "whose minute is in 0-59, * or a list or range of these, not '60'"),
        ("* 24 * * *", "whose hour is in 0-23"),
        ("* * 0 * *", "whose day of the month is in 1-31"),
        ("* * 32 * *", "whose day of the month is in 1-31"),
        ("* * * 0 *", "whose month is in 1-12"),
        ("* * * 13 *", "whose month is in 1-12"),
        ("* * * * 7", "whose day of the week is in 0-6"),
        ("* * * mon *", "whose month is in 1-12"),
        ("* * * * jan", "whose day of the week is in 0-6"),
        ("jan * * * *", "whose minute is in 0-59"),
        ("5-1 * * * *", "whose minute is in 0-59"),
        ("*/0 * * * *", "whose minute is in 0-59"),
        ("*-5 * * * *", "whose minute is in 0-59"),
        ("1, * * * *", "whose minute is in 0-59"),
        ("1//2 * * * *", "whose minute is in 0-59"),
        ("-1 * * * *", "whose minute is in 0-59"),
        ("¹ * * * *", "whose minute is in 0-59"),
        ("* * * * *\n", "whose day of the week is in 0-6"),
        ("0 0 31 2 *", "a schedule that comes round: no such month has that day"),
        ("0 0 30 feb ?", "a schedule that comes round"),
        ("0 0 31 4,6,9,11 *", "a schedule that comes round"),
    ],
)
def test_what_the_controller_would_refuse_or_never_begin_is_named(value: str, said: str) -> None:
    """The field that is wrong and what it may hold."""
    assert said in (required(value) or "")


@given(st.integers(0, len(HOSTILE) - 1))
def test_anything_else_is_refused_without_an_exception(index: int) -> None:
    """A spec may hold anything a person typed."""
    value: Any = HOSTILE[index]
    assert required(value) is not None
