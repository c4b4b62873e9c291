"""Is this an e-mail address or a telephone number, and how is it kept?"""

from __future__ import annotations

import phonenumbers
from email_validator import EmailNotValidError, validate_email


class NotAnAddress(ValueError):
    """The text is no e-mail address."""


class NotANumber(ValueError):
    """The text is no telephone number."""


def clean_address(text: str) -> str:
    """Return an e-mail address as it is written to; raises NotAnAddress."""
    try:
        return str(validate_email(text, check_deliverability=False).normalized)
    except EmailNotValidError:
        raise NotAnAddress from None


def address_key(text: str) -> str:
    """Return what two spellings of one address share; raises NotAnAddress.

    The domain as IDNA has it, so that another case is the same and a look-alike another one. Of
    the part before it only the letters A to Z lose their case: of others a mail server may have
    both, and folding could let one letter pass for another.
    """
    try:
        domain = validate_email(text, check_deliverability=False).ascii_domain
    except EmailNotValidError:
        raise NotAnAddress from None
    local = text.strip().rpartition("@")[0]
    return "".join(c.lower() if c.isascii() else c for c in local) + "@" + domain.lower()


def domain_key(text: str) -> str:
    """Return a domain as IDNA has it, lower case in ASCII; nothing for what is none.

    Another case, or another way to write the same letter, is the same domain; a look-alike letter
    of another script makes another one.
    """
    try:
        return address_key(f"x@{text}").rpartition("@")[2]
    except NotAnAddress:
        return ""


def spelled(address: str) -> str:
    """Return an address with its domain's ASCII form behind it, where that is another one.

    Letters of other scripts look like ours: whoever judges an address must see which they are.
    """
    domain = address.rpartition("@")[2]
    plain = domain_key(domain) if "@" in address and not domain.isascii() else ""
    return f"{address} ({plain})" if plain else address


def is_same_address(one: str | None, other: str | None) -> bool:
    """Tell whether both are addresses, and the same one."""
    try:
        return bool(one and other) and address_key(one or "") == address_key(other or "")
    except NotAnAddress:
        return False


def clean_phone(text: str, country: str | None) -> str:
    """Return a number typed as ``country`` (ISO 3166-1) writes it, in E.164; raises NotANumber."""
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        raise NotANumber from None
    if not phonenumbers.is_possible_number(number):
        raise NotANumber
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
