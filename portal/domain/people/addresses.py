"""Are these two the same e-mail address?"""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email


class NotAnAddress(ValueError):
    """The text is no e-mail address."""


def clean_address(text: str) -> str:
    """Return an e-mail address as it is written to; raises NotAnAddress."""
    try:
        return validate_email(text, check_deliverability=False).normalized
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


def is_same_address(one: str | None, other: str | None) -> bool:
    """Tell whether both are addresses, and the same one."""
    try:
        return bool(one and other) and address_key(one or "") == address_key(other or "")
    except NotAnAddress:
        return False
