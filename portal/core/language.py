"""Which language does the page speak, and how are figures and times written in it?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, get_currency_precision
from flask import current_app, g, has_request_context, request
from flask_babel import Babel, get_locale, get_timezone, gettext, lazy_gettext, ngettext

from portal.core.money import to_major
from portal.core.times import now

_l = lazy_gettext


def _(text: str, **values: Any) -> str:
    """Return ``text`` in the page's language, with ``values`` filled in."""
    return str(gettext(text, **values))


def _n(one: str, many: str, num: int, **values: Any) -> str:
    """Return the form of a text for ``num``, in the page's language."""
    return str(ngettext(one, many, num, **values))


# What a person chooses -> the locale that writes figures and dates. British forms for English:
# "25 Nov" and "CA$86,000" say the same to every reader on both sides of a border.
FORMATS = {"en": "en_GB", "fr": "fr_CA"}
LANGUAGES = {"en": "English", "fr": "Français (Canada)"}

babel = Babel()


def chosen_language() -> str:
    """Return "en" or "fr": the person's choice, else what the browser asks for."""
    if not has_request_context():
        return str(getattr(g, "language", "en")) if g else "en"
    if "language" not in g:
        g.language = request.accept_languages.best_match(list(FORMATS)) or "en"
    return str(g.language)


def chosen_timezone() -> str:
    """Return the IANA name of the zone in which times are shown."""
    return str(g.get("timezone") or current_app.config["VENDOR_TIMEZONE"])


def init_language(app: Any) -> None:
    """Connect Babel to ``app`` with the selectors of this module."""
    babel.init_app(
        app,
        default_locale=FORMATS["en"],
        default_translation_directories="translations",
        locale_selector=lambda: FORMATS[chosen_language()],
        timezone_selector=chosen_timezone,
    )


def locale() -> Locale:
    """Return the locale of the present page or mail."""
    return get_locale() or Locale.parse(FORMATS["en"])


def show_money(minor: int | None, currency: str, whole: bool = True) -> str:
    """Return ``minor`` units of ``currency`` as people write it; no decimals when they are zero."""
    if minor is None:
        return ""
    key = (minor, currency, whole, str(locale()))
    cached = _money.get(key)
    if cached is None:
        major = to_major(minor, currency)
        is_round = whole and major == major.to_integral_value()
        digits = 0 if is_round else get_currency_precision(currency)
        pattern = locale().currency_formats["standard"]
        cached = format_currency(
            major,
            currency,
            locale=locale(),
            format=_whole(pattern.pattern) if digits == 0 else None,
            currency_digits=digits != 0,
        )
        if len(_money) > 4096:
            _money.clear()
        _money[key] = cached
    return cached


_money: dict[tuple[int, str, bool, str], str] = {}


def _whole(pattern: str) -> str:
    return pattern.replace(".00", "")


def _local(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(get_timezone())


def show_date(date: dt.date | dt.datetime | None, with_year: bool | None = None) -> str:
    """Return a date such as "Wed 25 Nov", with the year when it is not this one."""
    if date is None:
        return ""
    day = _local(date).date() if isinstance(date, dt.datetime) else date
    this_year = _local(now()).year
    show_year = day.year != this_year if with_year is None else with_year
    if locale().language == "fr":
        return format_date(day, "EEE d MMM y" if show_year else "EEE d MMM", locale=locale())
    return format_date(day, "EEE d MMM y" if show_year else "EEE d MMM", locale=locale())


def show_day(moment: dt.datetime) -> str:
    """Return the local day in full, such as "Sunday 22 November"."""
    return format_date(_local(moment).date(), "EEEE d MMMM", locale=locale())


def show_short_date(date: dt.date | dt.datetime | None) -> str:
    """Return a date such as "18 Feb" (with the year when it is not this one)."""
    if date is None:
        return ""
    day = _local(date).date() if isinstance(date, dt.datetime) else date
    pattern = "d MMM" if day.year == _local(now()).year else "d MMM y"
    return format_date(day, pattern, locale=locale())


def show_time(moment: dt.datetime) -> str:
    """Return the local time of day such as "17:00"."""
    return format_time(_local(moment), "HH:mm", locale=locale())


def show_exact(moment: dt.datetime) -> str:
    """Return the whole local date and time with its zone."""
    local = _local(moment)
    return f"{format_datetime(local, 'd MMMM y, HH:mm', locale=locale())} {local:%Z}"


@dataclass(frozen=True)
class Due:
    """A due time in words and exactly, and how urgent it is: accent, warn or bad."""

    words: str
    exact: str
    iso: str
    tone: str


def show_due(moment: dt.datetime, reference: dt.datetime | None = None) -> Due:
    """Return how a person says ``moment`` seen from ``reference`` (now): "today, 17:00"."""
    present = reference or now()
    local, here = _local(moment), _local(present)
    days = (local.date() - here.date()).days
    is_late = moment <= present
    time = show_time(moment)
    if is_late and days == 0:
        words, tone = _("late since %(time)s", time=time), "bad"
    elif is_late:
        words = _n("%(num)d day late", "%(num)d days late", max(-days, 1))
        tone = "bad"
    elif days == 0:
        words, tone = _("today, %(time)s", time=time), "bad"
    elif days == 1:
        words, tone = _("tomorrow, %(time)s", time=time), "warn"
    elif days <= 2:
        words, tone = _n("in %(num)d day", "in %(num)d days", days), "warn"
    elif days <= 6:
        words, tone = _("by %(day)s, %(time)s", day=show_date(moment), time=time), "accent"
    else:
        words, tone = _("by %(day)s", day=show_date(moment)), "accent"
    return Due(words, show_exact(moment), moment.isoformat(timespec="seconds"), tone)


def show_ago(moment: dt.datetime) -> str:
    """Return when something happened: "today, 09:12", "yesterday", "18 Nov"."""
    local, here = _local(moment), _local(now())
    days = (here.date() - local.date()).days
    if days == 0:
        return _("today, %(time)s", time=show_time(moment))
    if days == 1:
        return _("yesterday, %(time)s", time=show_time(moment))
    return show_short_date(moment)
