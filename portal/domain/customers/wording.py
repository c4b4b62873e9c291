"""How is a customer's place, telephone or website written?"""

from __future__ import annotations

import phonenumbers

from portal.domain.customers.places import country_name, region_name


def place_of(city: str, region: str, country: str, language: str) -> str:
    """Return "Toronto, Ontario, Canada" in "en" or "fr", leaving out what is not known."""
    parts = [city, region_name(country, region, language) if region else ""]
    parts.append(country_name(country, language) if country else "")
    return ", ".join(part for part in parts if part)


def phone_of(number: str) -> str:
    """Return a number in E.164 as people read it, "+1 416-555-0134"; anything else as it is."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def both_spellings(text: str, host: str | None) -> str:
    """Return ``text``, which holds ``host``, with the host's other spelling behind it.

    A name in letters beyond ASCII has two, and letters of another script may look like ours:
    whoever judges whether it is the same customer must see both.
    """
    try:
        plain = (host or "").encode("idna").decode("ascii")
        lettered = plain.encode("ascii").decode("idna")
    except UnicodeError:
        return text
    others = [name for name in (lettered, plain) if name not in text.lower()]
    return f"{text} ({', '.join(others)})" if plain != lettered and others else text
