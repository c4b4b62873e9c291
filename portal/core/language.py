"""Which language does the page speak, and how are figures and times written in it?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, get_timezone_name
from babel.numbers import format_currency, get_currency_precision
from babel.support import NullTranslations
from flask import current_app, g, has_request_context, request
from flask_babel import Babel, get_domain

from portal.core.later import Later
from portal.core.money import to_major
from portal.core.times import now


def translated(text: str, many: str | None = None, num: int = 1) -> str:
    """Return the form of ``text`` (for ``num`` of ``many``) in the page's language, unfilled."""
    catalogue = _speech().catalogue
    return str(catalogue.ugettext(text) if many is None else catalogue.ungettext(text, many, num))


def catalogue() -> Any:
    """Return the page's language's catalogue: one object as long as the process lives."""
    return _speech().catalogue


def _(text: str, **values: Any) -> str:
    """Return ``text`` in the page's language, with ``values`` filled in."""
    return translated(text) % values if values else translated(text)


def _n(one: str, many: str, num: int, **values: Any) -> str:
    """Return the form of a text for ``num``, in the page's language."""
    return translated(one, many, num) % {"num": num, **values}


def _c(context: str, text: str) -> str:
    """Return ``text`` in the page's language as it is said in ``context``, such as "several"."""
    return str(_speech().catalogue.upgettext(context, text))


def N_(text: str) -> str:
    """Return ``text`` as it is: it is kept so, and translated where it is shown."""
    return text


def _l(text: str, **values: Any) -> Any:
    """Return ``text`` to be translated later, for what is declared before there is a page."""
    return Later(_, text, **values)


def _lc(context: str, text: str) -> Any:
    """Return ``text`` to be translated later, as it is said in ``context``."""
    return Later(_c, context, text)


# What a person chooses -> the locale that writes dates: "25 Nov" says the same on both sides of a
# border. Amounts are written as the vendor says (ENGLISH_LOCALE): "$86,000" is its own dollar.
FORMATS = {"en": "en_GB", "fr": "fr_CA"}
LANGUAGES = {"en": "English", "fr": "Français (Canada)"}

babel = Babel()


def chosen_language() -> str:
    """Return "en" or "fr": the person's choice, else what the browser asks for."""
    if not has_request_context():
        return str(getattr(g, "language", "en")) if g else "en"
    if "language" not in g:
        g.language = _asked_language()
    return str(g.language)


def _asked_language() -> str:
    """Return the first language that the browser asks for and the portal has, else "en"."""
    # Werkzeug's best_match() takes "en" for "fr-CA, en;q=0.5", because only that is there by name.
    asked = (
        tag.replace("_", "-").partition("-")[0].lower()
        for tag, quality in request.accept_languages
        if quality > 0
    )
    return next((language for language in asked if language in FORMATS), "en")


def chosen_timezone() -> str:
    """Return the IANA name of the zone in which times are shown."""
    return str(g.get("timezone") or current_app.config.get("VENDOR_TIMEZONE", "UTC"))


def init_language(app: Any) -> None:
    """Connect Babel to ``app`` with the selectors of this module."""
    babel.init_app(
        app,
        default_locale=FORMATS["en"],
        default_translation_directories="translations",
        locale_selector=lambda: FORMATS[chosen_language()],
        timezone_selector=chosen_timezone,
    )


@dataclass(frozen=True)
class Speech:
    """What it takes to write in one language and zone: a page needs it a hundred times."""

    language: str | None
    timezone: str | None
    locale: Locale
    name: str
    money: str
    zone: ZoneInfo
    catalogue: Any


def _speech() -> Speech:
    """Return the present page's or mail's, found again when its language or zone has changed."""
    try:
        page = vars(_present_page())
    except RuntimeError:  # outside any application
        return _SPEECHLESS
    found: Speech | None = page.get("speech")
    if (
        found is None
        or found.language != page.get("language")
        or found.timezone != page.get("timezone")
    ):
        found = _find_speech()
        page["speech"] = found
    return found


def _find_speech() -> Speech:
    language = chosen_language()
    locale = _locale(FORMATS[language])
    catalogue = get_domain().get_translations()
    zone = ZoneInfo(chosen_timezone())
    name = str(locale)
    money = current_app.config.get("ENGLISH_LOCALE", name) if language == "en" else name
    return Speech(g.get("language"), g.get("timezone"), locale, name, money, zone, catalogue)


_present_page = cast(Any, g)._get_current_object
_locale = lru_cache(Locale.parse)
# Outside any application: what is logged, or asked for at import.
_SPEECHLESS = Speech(
    None, None, Locale.parse("en_GB"), "en_GB", "en_CA", ZoneInfo("UTC"), NullTranslations()
)


def locale() -> Locale:
    """Return the locale of the present page or mail."""
    return _speech().locale


def timezone() -> ZoneInfo:
    """Return the zone in which the present page or mail shows times."""
    return _speech().zone


def show_money(minor: int | None, currency: str, whole: bool = True) -> str:
    """Return ``minor`` units of ``currency`` as people write it; no decimals when they are zero."""
    return "" if minor is None else _money(minor, currency, whole, _speech().money)


@lru_cache(maxsize=4096)
def _money(minor: int, currency: str, whole: bool, locale_name: str) -> str:
    locale = _locale(locale_name)
    major = to_major(minor, currency)
    is_round = whole and major == major.to_integral_value()
    digits = 0 if is_round else get_currency_precision(currency)
    pattern = locale.currency_formats["standard"].pattern
    return format_currency(
        major,
        currency,
        locale=locale,
        format=pattern.replace(".00", "") if digits == 0 else None,
        currency_digits=digits != 0,
    )


@lru_cache(maxsize=4096)
def _day(day: dt.date, pattern: str, locale_name: str) -> str:
    if day.day == 1 and locale_name.startswith("fr"):
        pattern = pattern.replace("d MMM", "d'er' MMM")  # the first is "1er" in French
    return format_date(day, pattern, locale=_locale(locale_name))


@lru_cache(maxsize=256)
def _zone_name(zone: ZoneInfo, is_summer: bool, letters: str, locale_name: str) -> str:
    """Return the letters that people of the language know, such as HNE, else the zone's own."""
    name = get_timezone_name(
        zone,
        width="short",
        locale=_locale(locale_name),
        zone_variant="daylight" if is_summer else "standard",
    )
    return name if name.isalpha() else letters


def _date(date: dt.date | dt.datetime, pattern: str, with_year: bool | None = None) -> str:
    speech = _speech()
    day = date.astimezone(speech.zone).date() if isinstance(date, dt.datetime) else date
    if day.year != now().astimezone(speech.zone).year if with_year is None else with_year:
        pattern += " y"
    return _day(day, pattern, speech.name)


def show_date(date: dt.date | dt.datetime | None, with_year: bool | None = None) -> str:
    """Return a date such as "Wed 25 Nov", with the year when it is not this one."""
    return "" if date is None else _date(date, "EEE d MMM", with_year)


def show_day(moment: dt.datetime) -> str:
    """Return the local day in full, such as "Sunday 22 November"."""
    return _date(moment, "EEEE d MMMM", with_year=False)


def show_short_date(date: dt.date | dt.datetime | None) -> str:
    """Return a date such as "18 Feb" (with the year when it is not this one)."""
    return "" if date is None else _date(date, "d MMM")


def show_time(moment: dt.datetime) -> str:
    """Return the local time of day such as "17:00", in French "17 h 00" with hard spaces."""
    speech = _speech()
    return _time(moment.astimezone(speech.zone), speech.name)


def _time(local: dt.datetime, locale_name: str) -> str:
    if locale_name.startswith("fr"):
        return f"{local.hour}\u00a0h\u00a0{local:%M}"
    return f"{local:%H:%M}"


def show_exact(moment: dt.datetime) -> str:
    """Return the whole local date and time with its zone."""
    speech = _speech()
    return _exact(moment, speech.zone, speech.name)


@lru_cache(maxsize=4096)
def _exact(moment: dt.datetime, zone: ZoneInfo, locale_name: str) -> str:
    local = moment.astimezone(zone)
    day = _day(local.date(), "d MMMM y", locale_name)
    letters = _zone_name(zone, bool(local.dst()), f"{local:%Z}", locale_name)
    return f"{day}, {_time(local, locale_name)} {letters}"


@dataclass(frozen=True)
class Due:
    """A due time in words and exactly, and how urgent it is: accent, warn or bad."""

    words: str
    exact: str
    iso: str
    tone: str


def show_due(moment: dt.datetime, reference: dt.datetime | None = None) -> Due:
    """Return how a person says ``moment`` seen from ``reference`` (now): "today, 17:00"."""
    present, speech = reference or now(), _speech()
    local = moment.astimezone(speech.zone)
    days = (local.date() - present.astimezone(speech.zone).date()).days
    is_late = moment <= present
    time = _time(local, speech.name)
    if is_late and days == 0:
        words, tone = _("late since %(time)s", time=time), "bad"
    elif is_late:
        words, tone = _n("%(num)d day late", "%(num)d days late", max(-days, 1)), "bad"
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
    zone = _speech().zone
    days = (now().astimezone(zone).date() - moment.astimezone(zone).date()).days
    if days == 0:
        return _("today, %(time)s", time=show_time(moment))
    if days == 1:
        return _("yesterday, %(time)s", time=show_time(moment))
    return show_short_date(moment)
