"""How is the company itself reached?"""

from __future__ import annotations

from typing import Any

from portal.blueprints.reaching import company_email, company_phone
from portal.core.forms import Form
from portal.domain.organisations.models import Organisation


class ContactForm(Form):
    """The company's e-mail address and telephone number."""

    contact_email = company_email()
    contact_phone = company_phone()

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.countries = organisation.countries

    def home_country(self) -> str | None:
        """Return the country (ISO 3166-1) in whose way a phone number is written."""
        return self.countries[0] if self.countries else None

    def values(self) -> dict[str, Any]:
        """Return the company's fields as the operation takes them."""
        return {
            "contact_email": self.contact_email.data or "",
            "contact_phone": self.contact_phone.data or "",
        }
