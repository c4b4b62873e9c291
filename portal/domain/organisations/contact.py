"""Is this how a company can be reached, and how is it kept?"""

from __future__ import annotations

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from portal.core.language import _


class NotReachable(ValueError):
    """No e-mail address or telephone number; the text is the sentence for the person."""


def email_address(text: str) -> str:
    """Return a typed e-mail address as it is kept; nothing stays nothing. Raises NotReachable."""
    if not text:
        return ""
    try:
        return str(validate_email(text, check_deliverability=False).normalized)
    except EmailNotValidError:
        sentence = _("Company e-mail: give an address such as office@northernrobotics.ca.")
        raise NotReachable(sentence) from None


def phone_number(text: str, country: str) -> str:
    """Return a number typed as ``country`` (ISO 3166-1) writes it, in E.164; nothing stays nothing.

    Raises NotReachable.
    """
    if not text:
        return ""
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        sentence = _("Company phone: give a number such as 416 555 0134 or +1 416 555 0134.")
        raise NotReachable(sentence)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
