"""Who is the customer?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from wtforms.validators import ValidationError

from portal.core.checks import called
from portal.core.forms import EmailLine, Form, Line, PhoneLine, Pick, Tick
from portal.core.language import _, _l, chosen_language
from portal.domain.customers.identity import NotACustomer, customer_domain
from portal.domain.customers.places import REGIONS, countries, regions
from portal.domain.customers.wording import phone_of
from portal.domain.registrations.content import LABELS
from portal.domain.registrations.models import Registration

# Chosen where the country is not among the partner's own; then the form comes back with all.
ELSEWHERE = "elsewhere"


class CustomerForm(Form):
    """Who is the customer?"""

    website = Line(LABELS["website"])
    has_no_website = Tick(_l("The customer has no website"))
    legal_name = Line(LABELS["legal_name"], maximum=120)
    street = Line(LABELS["street"], maximum=200)
    postal_code = Line(LABELS["postal_code"], maximum=20)
    company = Line(LABELS["company"], maximum=120, required=_l("Give the customer's name."))
    country = Pick(LABELS["country"], required=_l("Choose the customer's country."))
    region = Pick(LABELS["region"])
    city = Line(LABELS["city"], maximum=120)
    contact_name = Line(
        LABELS["contact_name"], maximum=120, required=_l("Say who your contact is.")
    )
    contact_email = EmailLine(
        LABELS["contact_email"],
        required=_l("Give your contact's e-mail address."),
        wrong=_l("Give your contact's e-mail address, such as dana@northernrobotics.ca."),
    )
    contact_phone = PhoneLine(
        LABELS["contact_phone"],
        wrong=_l("Give your contact's phone number, such as 416 555 0134 or +1 416 555 0134."),
    )

    def __init__(
        self,
        *args: Any,
        own_domains: Sequence[str] = (),
        territory: Collection[str] = (),
        just_chosen: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.own_domains = own_domains
        # Each is needed or not by what another field says, so none is called optional.
        for name in ("website", "legal_name", "street", "postal_code", "region"):
            self[name].flags.required = True
        self.domain: str | None = None
        language = chosen_language()
        if just_chosen:  # in the page that asks again which regions there are
            self.country.data, self.region.data = just_chosen, ""
        self.country.choices = self._countries(territory, language)
        chosen = self.country.data or ""
        # Where a country is chosen that has none, no page asks for one.
        self.has_regions = not chosen or chosen in REGIONS
        # A code such as ON is only unique within its country.
        self.region.choices = [
            ("", _("Choose…")),
            *((f"{chosen}-{code}", name) for code, name in regions(chosen, language)),
        ]

    def _countries(self, territory: Collection[str], language: str) -> list[tuple[str, str]]:
        """Return where the partner sells and a way to the whole list, or the whole list.

        Two hundred names weigh more than all the rest of the page.
        """
        chosen, near = self.country.data or "", set(territory)
        if chosen == ELSEWHERE:
            self.country.data = chosen = ""
            near = set()
        if not near or (chosen and chosen not in near):
            return [("", _("Choose…")), *countries(language)]
        close = [row for row in countries(language) if row[0] in near]
        return [("", _("Choose…")), *close, (ELSEWHERE, _("Another country…"))]

    def validate_website(self, field: Line) -> None:
        """Refuse what identifies nobody; an empty one is judged beside the tick, in validate()."""
        if not self.has_no_website.data:
            self._find_domain(field)

    def _find_domain(self, field: Line) -> None:
        try:
            self.domain = customer_domain(field.data or "", self.own_domains)
        except NotACustomer as problem:
            raise ValidationError(str(problem)) from problem

    def validate_company(self, field: Line) -> None:
        """Ask for at least two characters."""
        if field.data and len(field.data) < 2:
            raise ValidationError(_("Give the customer's whole name."))

    def home_country(self) -> str | None:
        """Return the country (ISO 3166-1) in whose way a phone number is written."""
        return self.country.data or None

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and those that others make necessary."""
        is_valid: bool = super().validate(extra_validators)
        country = self.country.data or "" if "country" in self else ""
        if country in REGIONS:
            if not (self.region.data or "").startswith(f"{country}-"):
                self.region.errors = [_("Choose the customer's region or state.")]
                is_valid = False
        elif "region" in self:
            self.region.data = ""
        if "website" in self and not (self.website.data or self.has_no_website.data):
            self.website.errors = [_("Give the customer's website, or tick that there is none.")]
            is_valid = False
        if "has_no_website" in self and self.has_no_website.data:
            for field in (self.legal_name, self.street, self.postal_code):
                if not field.data:
                    field.errors = [
                        _(
                            "%(field)s: without a website we need it to know the customer.",
                            field=called(field),
                        )
                    ]
                    is_valid = False
        return is_valid

    def values(self) -> dict[str, Any]:
        """Return the partner's fields that the form asked for, as the operation takes them."""
        values: dict[str, Any] = {
            name: self[name].data or ""
            for name in ("company", "city", "contact_name", "contact_email", "contact_phone")
            if name in self
        }
        if "country" in self:
            values["country"] = self.country.data
            values["region"] = (self.region.data or "").partition("-")[2]
        if "website" in self:
            bare = bool(self.has_no_website.data)
            values["has_no_website"] = bare
            values["website"] = "" if bare else self.website.data
            values["domain"] = None if bare else self.domain
            for name in ("legal_name", "street", "postal_code"):
                values[name] = (self[name].data or "") if bare else ""
        return values


def customer_values(registration: Registration) -> dict[str, Any]:
    """Return what the customer form shows of ``registration``."""
    names = (
        "company", "website", "has_no_website", "legal_name", "street", "postal_code", "country",
        "city", "contact_name", "contact_email", "contact_phone",
    )  # fmt: skip
    values = {name: getattr(registration, name) for name in names}
    has_region = registration.region and registration.country in REGIONS
    values["contact_phone"] = phone_of(registration.contact_phone)
    values["region"] = f"{registration.country}-{registration.region}" if has_region else ""
    return values
