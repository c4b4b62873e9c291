"""What time is it, and when is something due?"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo

DAY = dt.timedelta(days=1)
SOMEDAY = dt.datetime.max.replace(tzinfo=dt.UTC)
"""When something is due that waits without a date: after all that has one."""
SATURDAY = 5
OPENING = dt.time(9)

_moment: ContextVar[dt.datetime | None] = ContextVar("moment", default=None)


def now() -> dt.datetime:
    """Return the present moment in UTC, or the one that :func:`at` has set."""
    return _moment.get() or dt.datetime.now(dt.UTC)


@contextmanager
def at(moment: dt.datetime) -> Iterator[None]:
    """Let ``moment`` (aware) be the present one: for the demo world's past and for tests only."""
    token = _moment.set(moment.astimezone(dt.UTC))
    try:
        yield
    finally:
        _moment.reset(token)


def every(span: dt.timedelta) -> Callable[[], bool]:
    """Return a question that says yes when it is first asked, and then once in ``span``."""
    asked: list[dt.datetime] = []

    def is_due() -> bool:
        if asked and now() - asked[0] < span:
            return False
        asked[:] = [now()]
        return True

    return is_due


def today(zone: ZoneInfo) -> dt.date:
    """Return the local date in ``zone``."""
    return now().astimezone(zone).date()


def _next_open(moment: dt.datetime) -> dt.datetime:
    while moment.weekday() >= SATURDAY:
        moment = dt.datetime.combine(moment.date() + DAY, dt.time(), moment.tzinfo)
    return moment


def _counted_from(start: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    moment = start.astimezone(zone)
    if moment.weekday() < SATURDAY:
        return moment
    return dt.datetime.combine(_next_open(moment).date(), OPENING, zone)


def add_business_time(start: dt.datetime, amount: dt.timedelta, zone: ZoneInfo) -> dt.datetime:
    """Return the moment ``amount`` of Monday-to-Friday wall-clock time after ``start``.

    A business day is 24 hours of a weekday in ``zone``; what comes in at the weekend counts from
    Monday's opening. The answer is in UTC.
    """
    moment = _counted_from(start, zone)
    while amount > dt.timedelta():
        midnight = dt.datetime.combine(moment.date() + DAY, dt.time(), zone)
        # Wall-clock difference: both carry the same zone, so Python ignores the offset.
        step = min(amount, midnight - moment)
        moment = moment + step
        amount -= step
        if amount > dt.timedelta():
            moment = _next_open(moment)
    return moment.astimezone(dt.UTC)


def business_time_between(start: dt.datetime, end: dt.datetime, zone: ZoneInfo) -> dt.timedelta:
    """Return the Monday-to-Friday wall-clock time from ``start`` to ``end`` (zero if over)."""
    moment, last = _counted_from(start, zone), end.astimezone(zone)
    total = dt.timedelta()
    while moment < last:
        midnight = dt.datetime.combine(moment.date() + DAY, dt.time(), zone)
        step_end = min(midnight, last)
        if moment.weekday() < SATURDAY:
            total += step_end - moment
        moment = step_end
    return total


def business_days(days: int) -> dt.timedelta:
    """Return ``days`` business days as an amount for :func:`add_business_time`."""
    return dt.timedelta(days=days)


def add_months(moment: dt.datetime, months: int) -> dt.datetime:
    """Return the same day ``months`` later, or the last of that month where it has no such day."""
    year, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + year, month + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))
