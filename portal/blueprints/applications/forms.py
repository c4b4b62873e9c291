"""What does a company say that wants to become a partner, and is it a person who says it?"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from wtforms import IntegerField
from wtforms.validators import DataRequired, NumberRange, ValidationError

from portal.core.forms import EmailLine, Form, Line, PhoneLine, Pick, PickSome, Text, Tick
from portal.core.language import LANGUAGES, _, _l, chosen_language
from portal.core.sealed import seal, unseal
from portal.core.times import now
from portal.domain.applications.content import LABELS
from portal.domain.customers.identity import NotACustomer, customer_domain
from portal.domain.customers.places import REGIONS, countries, regions
from portal.domain.organisations.models import PartnerType
from portal.domain.people.roles import TYPE_WORDS
from portal.domain.products.models import Product

PURPOSE = "partner application"
# Nobody reads and fills in the form in less; who is that quick sends it once more.
SHORTEST = 2
LONGEST = 24 * 3600
_COMPANY = _l("Give the company’s own website, such as northwind.ca.")
_people = _l("Say how many people work there, as a number.")


def fresh_seal() -> str:
    """Return what the form carries: since when it is shown, and a key of its own."""
    return seal(PURPOSE, {"at": str(now().timestamp()), "key": secrets.token_hex(16)})


class ApplicationForm(Form):
    """Who is the company, what does it want, and who speaks for it?"""

    company = Line(LABELS["company"], maximum=120, required=_l("Give the company’s name."))
    website = Line(LABELS["website"], required=_COMPANY)
    country = Pick(LABELS["country"], required=_l("Choose the company’s country."))
    region = Line(LABELS["region"], maximum=60)
    city = Line(LABELS["city"], maximum=120, required=_l("Say in which city the company is."))
    types = PickSome(LABELS["types"], required=_l("Choose at least one kind of partner."))
    products = PickSome(LABELS["products"])
    business = Text(
        LABELS["business"],
        minimum=20,
        maximum=2000,
        required=_l("Say what the company does."),
    )
    people = IntegerField(
        LABELS["people"],
        [DataRequired(_people), NumberRange(1, 1_000_000, _people)],
        render_kw={"inputmode": "numeric"},
    )
    contact_name = Line(LABELS["contact_name"], maximum=120, required=_l("Give your name."))
    contact_email = EmailLine(
        LABELS["contact_email"],
        required=_l("Give your e-mail address at work."),
        wrong=_l("Give your e-mail address, such as dana@northwind.ca."),
    )
    contact_phone = PhoneLine(
        LABELS["contact_phone"],
        wrong=_l("Give your phone number, such as 416 555 0134 or +1 416 555 0134."),
    )
    language = Pick(LABELS["language"], required=_l("Choose a language."))
    speaks = Tick(
        _l("I may speak for the company, and what I say here is true"),
        required=_l("Tick that you may speak for the company."),
    )
    # People never see it; what fills in every field does.
    fax = Line(_l("Leave this empty"))

    def __init__(self, *args: Any, offered: Sequence[Product] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = chosen_language()
        self.domain = ""
        self.country.choices = [("", _("Choose…")), *countries(language)]
        self.types.choices = [(kind.value, TYPE_WORDS[kind]) for kind in PartnerType]
        self.products.choices = [(one.code, one.name_in(language)) for one in offered]
        self.language.choices = list(LANGUAGES.items())
        self.language.data = self.language.data or language

    def validate_website(self, field: Line) -> None:
        """Take what names the company alone: no mail provider, no social page."""
        if not field.data:
            return
        try:
            self.domain = customer_domain(field.data, ())
        except NotACustomer:
            raise ValidationError(_COMPANY) from None

    def validate_region(self, field: Line) -> None:
        """Ask for a region where countries have some that matter."""
        rows = regions(self.country.data or "", chosen_language())
        if not rows:
            return
        typed = (field.data or "").strip().lower()
        found = [code for code, name in rows if typed in (code.lower(), name.lower())]
        if not found:
            raise ValidationError(_("Give the region or state, such as Ontario or ON."))
        field.data = found[0]

    def home_country(self) -> str | None:
        """Return the country (ISO 3166-1) in whose way a phone number is written."""
        return self.country.data or None

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields; a region is asked for although the field may be empty."""
        is_valid: bool = super().validate(extra_validators)
        if self.country.data in REGIONS and not self.region.data and not self.region.errors:
            self.region.errors = [_("Give the region or state, such as Ontario or ON.")]
            is_valid = False
        return is_valid

    def key_of(self, sealed: str) -> str:
        """Return the form's own key, or nothing with the sentence why it is to be sent again."""
        held = unseal(PURPOSE, sealed, LONGEST)
        if held is None:
            self.form_errors = [_("The page stood open for long. Send it once more.")]
            return ""
        if now().timestamp() - float(held["at"]) < SHORTEST:
            self.form_errors = [_("That was quick. Look over it, then send it once more.")]
            return ""
        return held["key"]

    def values(self) -> dict[str, Any]:
        """Return the fields as the operation takes them."""
        names = ("company", "website", "country", "region", "city", "business", "people")
        more = ("contact_name", "contact_email", "contact_phone", "language")
        return {
            **{name: self[name].data or "" for name in (*names, *more)},
            "domain": self.domain,
            "types": list(self.types.data or ()),
            "products": list(self.products.data or ()),
            "consent_words": str(self.speaks.label.text),
        }


class ReplyForm(Form):
    """What does the applicant answer?"""

    reply = Text(_l("Your answer"), maximum=2000, required=_l("Write your answer."))
