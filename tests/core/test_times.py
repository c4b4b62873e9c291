"""Does the clock run only on business days, over weekends and over a change of the hour?"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.times import (
    OPENING,
    SATURDAY,
    add_business_time,
    at,
    business_days,
    business_time_between,
    now,
    today,
)
from tests.local_time import TORONTO, local

HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-11-17 10:00", 1, "2026-11-18 10:00"),  # Tuesday to Wednesday
        ("2026-11-20 16:00", 1, "2026-11-23 16:00"),  # Friday to Monday
        ("2026-11-20 16:00", 3, "2026-11-25 16:00"),
        ("2026-11-21 06:00", 1, "2026-11-24 09:00"),  # at the weekend: from Monday's opening
        ("2026-11-22 23:59", 1, "2026-11-24 09:00"),
        ("2026-11-19 00:00", 2, "2026-11-21 00:00"),  # due when Friday ends, not Monday
        ("2026-10-30 16:00", 1, "2026-11-02 16:00"),  # clocks go back on Sunday 1 November
        ("2026-03-06 16:00", 1, "2026-03-09 16:00"),  # clocks go forward on Sunday 8 March
        ("2026-12-31 16:00", 1, "2027-01-01 16:00"),  # holidays are the calendar's, later
    ],
)
def test_business_days_end_at_the_same_time_of_day(start: str, days: int, due: str) -> None:
    found = add_business_time(local(start), business_days(days), TORONTO)
    assert found == local(due).astimezone(dt.UTC)
    assert found.tzinfo is dt.UTC


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-11-17 10:00", "2026-11-17 15:30", 5.5),
        ("2026-11-20 16:00", "2026-11-23 16:00", 24),
        ("2026-11-21 00:00", "2026-11-22 23:00", 0),
        ("2026-11-21 12:00", "2026-11-23 06:00", 0),  # counted from Monday's opening
        ("2026-11-21 12:00", "2026-11-23 12:00", 3),
        ("2026-10-30 16:00", "2026-11-02 16:00", 24),
        ("2026-03-06 16:00", "2026-03-09 16:00", 24),
        ("2026-11-17 15:00", "2026-11-17 10:00", 0),  # over already
    ],
)
def test_business_time_between_counts_weekdays_alone(start: str, end: str, hours: float) -> None:
    assert business_time_between(local(start), local(end), TORONTO) == hours * HOUR


@settings(deadline=None)
@given(
    st.integers(0, 2 * 365 * 24 * 3600),
    st.integers(0, 20 * 24 * 60),
)
def test_what_is_added_is_what_lies_between(second: int, minutes: int) -> None:
    moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=second)
    amount = dt.timedelta(minutes=minutes)
    due = add_business_time(moment, amount, TORONTO)
    if moment.astimezone(TORONTO).weekday() >= SATURDAY:
        moment = dt.datetime.combine(_monday_after(moment), OPENING, TORONTO)
    assert business_time_between(moment, due, TORONTO) == amount


def _monday_after(moment: dt.datetime) -> dt.date:
    day = moment.astimezone(TORONTO).date()
    return day + dt.timedelta(days=7 - day.weekday())


def test_a_set_moment_holds_inside_the_block_alone() -> None:
    moment = local("2026-11-20 23:30")
    with at(moment):
        assert now() == moment
        assert now().tzinfo is dt.UTC
        assert today(TORONTO) == dt.date(2026, 11, 20)
        assert today(ZoneInfo("Europe/Berlin")) == dt.date(2026, 11, 21)
    assert abs(now() - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=5)
