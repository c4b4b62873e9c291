"""How is the company itself reached?"""

from __future__ import annotations

from typing import Any

from wtforms.validators import ValidationError

from portal.core.forms import Form, Line
from portal.domain.customers.wording import phone_of
from portal.domain.organisations.contact import NotReachable, email_address, phone_number
from portal.domain.organisations.content import LABELS
from portal.domain.organisations.models import Organisation


class ContactForm(Form):
    """The company's e-mail address and telephone number."""

    contact_email = Line(
        LABELS["company_email"],
        maximum=254,
        render_kw={"inputmode": "email", "autocapitalize": "none", "spellcheck": "false"},
    )
    contact_phone = Line(LABELS["company_phone"], maximum=40, render_kw={"inputmode": "tel"})

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.home = organisation.countries[0] if organisation.countries else ""

    def validate_contact_email(self, field: Line) -> None:
        """Refuse what is no e-mail address."""
        try:
            field.data = email_address(field.data or "")
        except NotReachable as problem:
            raise ValidationError(str(problem)) from problem

    def validate_contact_phone(self, field: Line) -> None:
        """Turn a number as written in the company's first country into E.164."""
        try:
            field.data = phone_number(field.data or "", self.home)
        except NotReachable as problem:
            raise ValidationError(str(problem)) from problem

    def values(self) -> dict[str, Any]:
        """Return the company's fields as the operation takes them."""
        return {
            "contact_email": self.contact_email.data or "",
            "contact_phone": self.contact_phone.data or "",
        }


def values_of(organisation: Organisation) -> dict[str, Any]:
    """Return what the form holds before anybody types."""
    return {
        "contact_email": organisation.contact_email or "",
        "contact_phone": phone_of(organisation.contact_phone or ""),
    }
