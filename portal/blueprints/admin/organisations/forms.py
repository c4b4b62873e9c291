"""What do staff say of a partner, where does it come to stand, and why does its status change?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms.validators import ValidationError

from portal.blueprints.acting import member
from portal.blueprints.admin.organisations.lists import called
from portal.blueprints.reaching import company_email, company_phone, reached_at
from portal.core.forms import Form, Line, Pick, PickSome, Text
from portal.core.language import _, _l, chosen_language
from portal.core.text import fold, several
from portal.domain.customers.identity import NotACustomer, host_of, registrable_domain
from portal.domain.customers.places import NoCountry, countries_called, country_name
from portal.domain.organisations.content import LABELS
from portal.domain.organisations.models import Organisation, PartnerType
from portal.domain.organisations.workflow import ORGANISATION
from portal.domain.people.models import Membership
from portal.domain.people.roles import TYPE_WORDS
from portal.domain.products.models import Product
from portal.domain.programme import programme


def _own_host(website: str) -> str:
    """Return what names the company in a website, or all of it under an ending of its own kind."""
    try:
        return registrable_domain(website)
    except NotACustomer:
        return host_of(website)


class OrganisationForm(Form):
    """What the vendor keeps of a partner."""

    name = Line(LABELS["name"], maximum=120, required=_l("Give the partner’s name."))
    types = PickSome(LABELS["types"], required=_l("Choose at least one type."))
    tier = Pick(LABELS["tier"])
    countries = Line(LABELS["countries"], required=_l("Say in which countries it sells."))
    domains = Line(LABELS["domains"])
    products = PickSome(LABELS["products"])
    account_manager = Pick(LABELS["account_manager"])
    contact_email = company_email()
    contact_phone = company_phone()

    def __init__(
        self,
        *args: Any,
        managers: Sequence[Membership] = (),
        offered: Sequence[Product] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        # One that the programme no longer has stays where it stands.
        tiers = dict.fromkeys(
            [*programme().tiers, *filter(None, [kwargs.get("data", {}).get("tier")])]
        )
        self.tier.choices = [("", _("No tier")), *((one, one) for one in tiers)]
        self.managers = {one.reference: one for one in managers}
        self.types.choices = [(kind.value, TYPE_WORDS[kind]) for kind in PartnerType]
        language = chosen_language()
        self.products.choices = [(one.code, one.name_in(language)) for one in offered]
        self.account_manager.choices = [
            ("", _("Nobody yet")),
            *((one.reference, one.user.name) for one in managers),
        ]
        self.codes: list[str] = []
        self.hosts: list[str] = []

    def validate_name(self, field: Line) -> None:
        """Ask for a name that can be sorted and found."""
        if field.data and not fold(field.data):
            raise ValidationError(_("Give the partner’s name."))

    def validate_countries(self, field: Line) -> None:
        """Take codes, or names in either language, separated by commas."""
        try:
            self.codes = countries_called(field.data)
        except NoCountry as no:
            raise ValidationError(
                _("Sells in: there is no country called “%(name)s”.", name=no.name)
            ) from None

    def validate_domains(self, field: Line) -> None:
        """Take websites, and keep what names the company in each."""
        for part in several(field.data):
            try:
                host = _own_host(part)
            except NotACustomer:
                raise ValidationError(
                    _(
                        "Websites: “%(name)s” is no website; write them like northwind.ca.",
                        name=part,
                    )
                ) from None
            if host not in self.hosts:
                self.hosts.append(host)

    def home_country(self) -> str | None:
        """Return the country (ISO 3166-1) in whose way a phone number is written."""
        return self.codes[0] if self.codes else None

    def values(self) -> dict[str, Any]:
        """Return the fields as the operation takes them."""
        return {
            "name": self.name.data,
            "types": list(self.types.data or ()),
            "tier": self.tier.data or "",
            "countries": self.codes,
            "domains": self.hosts,
            "products": list(self.products.data or ()),
            "account_manager": self.managers.get(self.account_manager.data or ""),
            "contact_email": self.contact_email.data or "",
            "contact_phone": self.contact_phone.data or "",
        }


class NewOrganisationForm(OrganisationForm):
    """The same, and below whom it stands."""

    above = Line(
        LABELS["parent"], maximum=120, render_kw={"list": "partners", "autocomplete": "off"}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parent: Organisation | None = None

    def validate_above(self, field: Line) -> None:
        """Find the partner by its reference or its name."""
        if not field.data:
            return
        self.parent = called(member(), field.data)
        if self.parent is None:
            raise ValidationError(
                _(
                    "Company above: there is no partner called “%(name)s”. Choose one that is"
                    " offered as you type, or give its reference.",
                    name=field.data,
                )
            )


def values_of(organisation: Organisation, products: Sequence[str]) -> dict[str, Any]:
    """Return what the form holds of a partner before anybody types."""
    language, manager = chosen_language(), organisation.account_manager
    names = [country_name(code, language) for code in organisation.countries]
    return {
        "name": organisation.name,
        "types": list(organisation.types),
        "tier": organisation.tier,
        "countries": ", ".join(names),
        "domains": ", ".join(organisation.domains),
        "products": list(products),
        "account_manager": manager.reference if manager else "",
        **reached_at(organisation),
    }


class MoveForm(Form):
    """Below whom does it come to stand?"""

    parent = Line(LABELS["parent"], maximum=11)


class StatusForm(Form):
    """Which step, and why?"""

    step = Pick(_l("What happens?"), required=_l("Choose what happens."))
    reason = Text(
        _l("Why?"),
        minimum=5,
        maximum=500,
        required=_l("Say why, so that colleagues understand it later."),
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps = ORGANISATION.available(organisation, member())
        self.step.choices = [("", _("Choose…")), *((one.name, one.label) for one in steps)]
