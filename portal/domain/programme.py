"""Which rules has the vendor set for the programme?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from portal.core.times import add_business_time, business_days


@dataclass(frozen=True)
class Programme:
    """The programme's settings; durations in days, business days are Monday to Friday."""

    timezone: str = "America/Toronto"
    currencies: tuple[str, ...] = ("CAD", "USD", "EUR", "GBP")
    tiers: tuple[str, ...] = ("Bronze", "Silver", "Gold", "Platinum")
    take_business_days: int = 1
    decide_business_days: int = 3
    answer_days: int = 14
    # How many days before the end of that time an applicant is reminded.
    answer_remind_days: int = 3
    protection_days: int = 90
    longest_close_months: int = 24
    stalled_days: int = 21
    # A second person looks at what was written for the library, and somebody publishes it.
    asset_review_business_days: int = 2
    # In how many days a new partner should be active, and how staff and clock go along: when an
    # item is looked at, how long before its day people are reminded and how often after it, and how
    # long before it expires it is asked for anew.
    onboarding_days: int = 30
    checklist_review_business_days: int = 2
    checklist_remind_days: int = 3
    checklist_remind_again_days: int = 7
    checklist_renew_days: int = 30
    # The monthly access review: since when somebody counts as inactive, from when on as never
    # signed in; when partners are reminded, and until when they and the vendor look at it.
    review_inactive_days: int = 60
    review_never_days: int = 7
    review_remind_days: int = 7
    review_answer_days: int = 14
    review_second_look_days: int = 7
    # Bytes that a partner's files take at most; 0 is no limit.
    file_quota: int = 5 * 1024**3
    # Names the rules under which a receipt was issued.
    rule_version: str = "2026-11"

    @property
    def zone(self) -> ZoneInfo:
        """Return the vendor's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def protection(self) -> dt.timedelta:
        """Return how long an approved registration protects the customer."""
        return dt.timedelta(days=self.protection_days)


_present = [Programme()]


def programme() -> Programme:
    """Return the settings in force."""
    return _present[0]


def take_target(_record: Any, moment: dt.datetime) -> dt.datetime:
    """Return by when (UTC) the vendor takes for review what came in at ``moment``."""
    return _business_days_after(moment, programme().take_business_days)


def decision_target(_record: Any, moment: dt.datetime) -> dt.datetime:
    """Return by when (UTC) the vendor decides what is under review since ``moment``."""
    return _business_days_after(moment, programme().decide_business_days)


def answer_target(_record: Any, moment: dt.datetime) -> dt.datetime:
    """Return by when (UTC) a question asked at ``moment`` is answered."""
    return moment + dt.timedelta(days=programme().answer_days)


def _business_days_after(moment: dt.datetime, days: int) -> dt.datetime:
    return add_business_time(moment, business_days(days), programme().zone)


def configure(**changes: object) -> None:
    """Set the deployment's own values at start."""
    _present[0] = replace(_present[0], **changes)  # type: ignore[arg-type]
