"""Are dates, due times and money written as people of each language say them?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, g

from portal.config import BadSetting, read_settings
from portal.core.language import (
    show_ago,
    show_date,
    show_due,
    show_exact,
    show_money,
    show_short_date,
)
from portal.core.times import at

TORONTO = ZoneInfo("America/Toronto")
NOON = dt.datetime(2026, 11, 18, 12, 0, tzinfo=TORONTO)  # a Wednesday


@contextmanager
def speaking(app: Flask, language: str) -> Iterator[None]:
    """Be on a page in ``language`` on that Wednesday at noon."""
    with app.test_request_context(base_url="http://127.0.0.1:8000"), at(NOON):
        g.language, g.timezone = language, "America/Toronto"
        yield


@pytest.mark.parametrize(
    ("after", "words", "tone"),
    [
        (dt.timedelta(hours=5), "today, 17:00", "bad"),
        (dt.timedelta(hours=29), "tomorrow, 17:00", "warn"),
        (dt.timedelta(days=2), "in 2 days", "warn"),
        (dt.timedelta(days=4), "by Sun 22 Nov, 12:00", "accent"),
        (dt.timedelta(days=9), "by Fri 27 Nov", "accent"),
        (dt.timedelta(days=60), "by Sun 17 Jan 2027", "accent"),
        (dt.timedelta(0), "late since 12:00", "bad"),
        (-dt.timedelta(hours=2), "late since 10:00", "bad"),
        (-dt.timedelta(days=1), "1 day late", "bad"),
        (-dt.timedelta(days=12), "12 days late", "bad"),
    ],
)
def test_due_times_are_said_as_people_say_them(
    app: Flask, after: dt.timedelta, words: str, tone: str
) -> None:
    with speaking(app, "en"):
        due = show_due(NOON + after)
    assert (due.words, due.tone) == (words, tone)


def test_a_due_time_is_counted_in_local_days(app: Flask) -> None:
    """At 23:30 in Toronto, half past midnight is tomorrow, though both are the same day in UTC."""
    with speaking(app, "en"), at(dt.datetime(2026, 11, 18, 23, 30, tzinfo=TORONTO)):
        due = show_due(dt.datetime(2026, 11, 19, 0, 30, tzinfo=TORONTO))
    assert due.words == "tomorrow, 00:30"
    assert due.exact.startswith("19 November 2026, 00:30")


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (dt.timedelta(hours=3), "today, 09:00"),
        (dt.timedelta(hours=13), "yesterday, 23:00"),
        (dt.timedelta(days=5), "13 Nov"),
        (dt.timedelta(days=400), "14 Oct 2025"),
    ],
)
def test_what_happened_is_dated_as_people_do(app: Flask, before: dt.timedelta, words: str) -> None:
    with speaking(app, "en"):
        assert show_ago(NOON - before) == words


def test_dates_are_local_and_name_another_year(app: Flask) -> None:
    evening = dt.datetime(2026, 11, 19, 2, 0, tzinfo=dt.UTC)  # still the 18th in Toronto
    with speaking(app, "en"):
        assert show_date(evening) == "Wed 18 Nov"
        assert show_date(dt.date(2027, 1, 5)) == "Tue 5 Jan 2027"
        assert show_short_date(dt.date(2027, 1, 5)) == "5 Jan 2027"
        assert show_date(None) == ""
    with speaking(app, "fr"):
        assert show_date(evening).startswith("mer. 18 nov")
        assert "novembre 2026" in show_exact(evening)


@pytest.mark.parametrize(
    ("minor", "currency", "english", "french"),
    [
        (8_600_000, "CAD", "$86,000", "86 000 $"),
        (8_600_050, "CAD", "$86,000.50", "86 000,50 $"),
        (8_600_000, "USD", "US$86,000", "86 000 $ US"),
        (123_456_789, "EUR", "€1,234,567.89", "1 234 567,89 €"),
        (100, "GBP", "£1", "1 £"),
        (5_000, "JPY", "JP¥5,000", "5 000 ¥"),
    ],
)
def test_money_is_written_in_each_language(
    app: Flask, minor: int, currency: str, english: str, french: str
) -> None:
    def plain(text: str) -> str:
        return text.replace("\u00a0", " ").replace("\u202f", " ")

    with speaking(app, "en"):
        assert plain(show_money(minor, currency)) == english
        assert show_money(None, currency) == ""
    with speaking(app, "fr"):
        assert plain(show_money(minor, currency)) == french


def test_a_vendor_elsewhere_names_the_canadian_dollar(make_app: Callable[..., Flask]) -> None:
    with speaking(make_app(ENGLISH_LOCALE="en_GB"), "en"):
        assert show_money(8_600_000, "CAD") == "CA$86,000"
    with speaking(make_app(ENGLISH_LOCALE="en_US"), "en"):
        assert show_money(8_600_000, "USD") == "$86,000"
        assert show_date(dt.date(2027, 1, 5)) == "Tue 5 Jan 2027"


def test_the_locale_of_amounts_is_an_english_one() -> None:
    assert read_settings({"SECRET_KEY": "k" * 32})["ENGLISH_LOCALE"] == "en_CA"
    for wrong in ("fr_CA", "nonsense", "en-XX-!"):
        with pytest.raises(BadSetting, match="ENGLISH_LOCALE"):
            read_settings({"SECRET_KEY": "k" * 32, "ENGLISH_LOCALE": wrong})
