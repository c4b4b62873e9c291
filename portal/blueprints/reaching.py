"""How is a company reached, as forms ask for it?"""

from __future__ import annotations

from typing import Any

from portal.core.forms import EmailLine, PhoneLine
from portal.core.language import _l
from portal.domain.customers.wording import phone_of
from portal.domain.organisations.content import LABELS
from portal.domain.organisations.models import Organisation


def company_email() -> EmailLine:
    """Return the field for a company's e-mail address."""
    return EmailLine(
        LABELS["company_email"],
        wrong=_l("Company e-mail: give an address such as office@northernrobotics.ca."),
    )


def company_phone() -> PhoneLine:
    """Return the field for a company's telephone number."""
    return PhoneLine(
        LABELS["company_phone"],
        wrong=_l("Company phone: give a number such as 416 555 0134 or +1 416 555 0134."),
    )


def reached_at(organisation: Organisation) -> dict[str, Any]:
    """Return what both fields hold before anybody types."""
    return {
        "contact_email": organisation.contact_email or "",
        "contact_phone": phone_of(organisation.contact_phone or ""),
    }
