"""How is an amount of money read, kept and shown?"""

from __future__ import annotations

import re
from decimal import Decimal

from babel.numbers import get_currency_precision

MAXIMUM_MAJOR = Decimal("999999999.99")
_GROUPS = " \u00a0\u202f'’"
_TYPED = re.compile(r"^[0-9][0-9.,]*$")


class NotMoney(ValueError):
    """The typed text is no amount."""


def parse_major(typed: str, language: str) -> Decimal:
    """Return the amount that a person of ``language`` ("en" or "fr") typed, in major units.

    Accepts ``86000``, ``86,000.50``, ``86 000,50``, with a currency sign before or after.
    Raises NotMoney for anything else: signs, exponents, digits of other scripts.
    """
    text = typed.strip().strip("$€£¥").strip()
    for group in _GROUPS:
        text = text.replace(group, "")
    if not text.isascii() or not _TYPED.match(text) or len(text) > 24:
        raise NotMoney
    return Decimal(_plain(text, language))


def _plain(text: str, language: str) -> str:
    """Return ``text`` with a point before the decimals and no group signs."""
    last = max(text.rfind("."), text.rfind(","))
    if last < 0:
        return text
    sign, tail = text[last], text[last + 1 :]
    is_only = text.count(",") + text.count(".") == 1
    if not is_only and text.count(sign) > 1:
        return _ungroup(text, sign)
    if len(tail) == 3 and (is_only or text.count(sign) > 1):
        # "1,234": thousands where the language groups with that sign, three decimals nowhere.
        groups = {"en": ",", "fr": "."}
        if groups.get(language, ",") == sign:
            return _ungroup(text, sign)
        raise NotMoney
    # In English "12,5" is a slip, perhaps for 12,500; in French it is twelve and a half.
    is_slip = is_only and sign == "," and len(tail) == 1 and language == "en"
    if is_slip or not 1 <= len(tail) <= 2:
        raise NotMoney
    head = text[:last]
    other = "," if sign == "." else "."
    if sign in head:
        raise NotMoney
    return (_ungroup(head, other) if other in head else head) + "." + tail


def _ungroup(text: str, sign: str) -> str:
    first, *rest = text.split(sign)
    if not 1 <= len(first) <= 3 or any(len(part) != 3 or not part.isdigit() for part in rest):
        raise NotMoney
    if not first.isdigit():
        raise NotMoney
    return first + "".join(rest)


def to_minor(major: Decimal, currency: str) -> int:
    """Return ``major`` units as integer minor units of ``currency`` (ISO 4217).

    Raises NotMoney when the amount has more decimals than the currency.
    """
    minor = major.scaleb(get_currency_precision(currency))
    if minor != minor.to_integral_value():
        raise NotMoney
    return int(minor)


def to_major(minor: int, currency: str) -> Decimal:
    """Return integer ``minor`` units of ``currency`` as a decimal amount of major units."""
    return Decimal(minor).scaleb(-get_currency_precision(currency))
