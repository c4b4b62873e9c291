"""What does each step of a registration ask, and what does it refuse?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from wtforms import RadioField
from wtforms.validators import DataRequired, StopValidation, ValidationError

from portal.core.forms import (
    Day,
    Form,
    Line,
    Money,
    NotAfter,
    NotBefore,
    Pick,
    PickSome,
    Text,
    Tick,
)
from portal.core.language import _, _l, chosen_language, show_date
from portal.core.money import NotMoney, to_major, to_minor
from portal.core.times import now, today
from portal.domain.customers.identity import NotACustomer, customer_domain
from portal.domain.customers.places import REGIONS, countries, regions
from portal.domain.products.models import Product
from portal.domain.programme import programme
from portal.domain.registrations.content import ACTIVITY_WORDS, LABELS, MAY_CONTACT_WORDS
from portal.domain.registrations.models import ActivityKind, Registration

CONSENT = _l("The customer knows that I share these details with %(vendor)s")


def _today() -> dt.date:
    return today(programme().zone)


def _latest_close() -> dt.date:
    months = programme().longest_close_months
    day = _today()
    year, month = divmod(day.month - 1 + months, 12)
    return dt.date(day.year + year, month + 1, min(day.day, 28))


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
    contact_email = Line(
        LABELS["contact_email"],
        maximum=254,
        required=_l("Give your contact's e-mail address."),
        render_kw={"inputmode": "email", "autocapitalize": "none", "spellcheck": "false"},
    )
    contact_phone = Line(LABELS["contact_phone"], maximum=40, render_kw={"inputmode": "tel"})

    def __init__(self, *args: Any, own_domains: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own_domains = own_domains
        # Each is needed or not by what another field says, so none is called optional.
        for name in ("website", "legal_name", "street", "postal_code", "region"):
            self[name].flags.required = True
        self.domain: str | None = None
        language = chosen_language()
        self.country.choices = [("", _("Choose…")), *countries(language)]
        self.region.choices = [("", _("Choose…"))]
        for country in REGIONS:
            # A code such as ON is only unique within its country.
            self.region.choices += [
                (f"{country}-{code}", name) for code, name in regions(country, language)
            ]

    def validate_website(self, field: Line) -> None:
        """Refuse what identifies nobody."""
        if self.has_no_website.data:
            return
        if not field.data:
            raise ValidationError(_("Give the customer's website, or tick that there is none."))
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

    def validate_contact_email(self, field: Line) -> None:
        """Refuse what is no e-mail address."""
        try:
            field.data = validate_email(field.data or "", check_deliverability=False).normalized
        except EmailNotValidError:
            message = _("Give an e-mail address such as dana@northernrobotics.ca.")
            raise ValidationError(message) from None

    def validate_contact_phone(self, field: Line) -> None:
        """Turn a number as written in the customer's country into E.164."""
        if not field.data:
            return
        try:
            number = phonenumbers.parse(field.data, self.country.data or None)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise ValidationError(_("Give a phone number such as 416 555 0134 or +1 416 555 0134."))
        field.data = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and those that others make necessary."""
        is_valid: bool = super().validate(extra_validators)
        country = self.country.data or "" if "country" in self else ""
        if country in REGIONS:
            if not (self.region.data or "").startswith(f"{country}-"):
                self.region.errors = [_("Choose the region or state.")]
                is_valid = False
        elif "region" in self:
            self.region.data = ""
        if "has_no_website" in self and self.has_no_website.data:
            for field in (self.legal_name, self.street, self.postal_code):
                if not field.data:
                    field.errors = [_("Without a website we need this to know the customer.")]
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
    values["region"] = f"{registration.country}-{registration.region}" if has_region else ""
    return values


class OpportunityForm(Form):
    """What could be sold?"""

    products = PickSome(LABELS["products"], required=_l("Choose at least one product."))
    value = Money(
        LABELS["value"],
        required=_l("Estimate the value."),
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    currency = Pick(LABELS["currency"], required=_l("Choose a currency."))
    close_on = Day(
        LABELS["close_on"],
        required=_l("Say when you expect to close."),
        validators=[NotBefore(_today, _l("Give today or a later date."))],
    )
    need = Text(
        LABELS["need"], minimum=20, maximum=2000, required=_l("Say what the customer needs.")
    )
    rivals = Line(LABELS["rivals"], maximum=255)
    own_reference = Line(LABELS["own_reference"], maximum=64)

    def __init__(self, *args: Any, products: Sequence[Product] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = chosen_language()
        self.known = {product.code: product for product in products}
        self.products.choices = [(product.code, product.name_in(language)) for product in products]
        self.currency.choices = [(code, code) for code in programme().currencies]

    def validate_close_on(self, field: Day) -> None:
        """Refuse a date beyond what the programme allows."""
        last = _latest_close()
        if field.data and field.data > last:
            raise ValidationError(
                _("Give a date until %(date)s.", date=show_date(last, with_year=True))
            )

    def validate_value(self, field: Money) -> None:
        """Refuse decimals that the currency does not have."""
        if field.data is None:
            return
        try:
            self.value_minor = to_minor(field.data, self.currency.data or "CAD")
        except NotMoney:
            raise ValidationError(_("Give an amount such as 48,000 or 48000.50.")) from None

    def values(self) -> dict[str, Any]:
        """Return the partner's fields that the form asked for, as the operation takes them."""
        values: dict[str, Any] = {
            name: self[name].data or ""
            for name in ("need", "rivals", "own_reference")
            if name in self
        }
        if "products" in self:
            chosen = [self.known[code] for code in self.products.data or ()]
            values["products"] = sorted(chosen, key=lambda product: product.name)
        if "value" in self:
            values["value_minor"], values["currency"] = self.value_minor, self.currency.data
        if "close_on" in self:
            values["close_on"] = self.close_on.data
        return values


def opportunity_values(registration: Registration) -> dict[str, Any]:
    """Return what the opportunity form shows of ``registration``."""
    currency = registration.currency or programme().currencies[0]
    minor = registration.value_minor
    return {
        "products": [product.code for product in registration.products],
        "value": to_major(minor, currency) if minor is not None else None,
        "currency": currency,
        "close_on": registration.close_on,
        "need": registration.need,
        "rivals": registration.rivals,
        "own_reference": registration.own_reference,
    }


class ActivityForm(Form):
    """What has been done, each kind with its day?"""


for _kind in ActivityKind:
    setattr(ActivityForm, f"{_kind}_did", Tick(ACTIVITY_WORDS[_kind]))
    setattr(
        ActivityForm,
        f"{_kind}_on",
        Day(
            _l("When?"),
            validators=[NotAfter(_today, _l("Give today or an earlier date."))],
        ),
    )


class EvidenceForm(ActivityForm):
    """What has the partner done with the customer, and may the details be shared?"""

    may_contact = RadioField(
        LABELS["may_contact"],
        choices=list(MAY_CONTACT_WORDS.items()),
        validate_choice=False,
        validators=[DataRequired(_l("Say whether we may contact the customer."))],
    )
    consent = Tick("", required=_l("Tick this once the customer knows."))

    def __init__(self, *args: Any, vendor: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.consent.label.text = str(CONSENT) % {"vendor": vendor}
        for kind in ActivityKind:
            self[f"{kind}_on"].flags.required = True

    def validate_may_contact(self, field: RadioField) -> None:
        """Refuse any other word."""
        if field.data not in MAY_CONTACT_WORDS:
            field.data = None
            raise StopValidation(_("Choose one from the list."))

    def done(self) -> dict[str, dt.date]:
        """Return the day of each kind of activity that is ticked."""
        return {
            kind.value: self[f"{kind}_on"].data for kind in ActivityKind if self[f"{kind}_did"].data
        }

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for one activity at least, and for the day of each."""
        is_valid: bool = super().validate(extra_validators)
        if f"{ActivityKind.CALL}_did" not in self:
            return is_valid
        ticked = [kind for kind in ActivityKind if self[f"{kind}_did"].data]
        if not ticked:
            first = self[f"{ActivityKind.CALL}_did"]
            first.errors = [_("Tick at least one thing that you have done.")]
            return False
        for kind in ticked:
            day = self[f"{kind}_on"]
            if day.data is None and not day.errors:
                day.errors = [_("Say when.")]
                is_valid = False
        return is_valid

    def values(self) -> dict[str, Any]:
        """Return the partner's fields that the form asked for, as the operation takes them."""
        values: dict[str, Any] = {}
        if f"{ActivityKind.CALL}_did" in self:
            values["activities"] = self.done()
        if "may_contact" in self:
            values["may_contact"] = self.may_contact.data
        if "consent" in self:
            values["consent_at"], values["consent_words"] = now(), str(self.consent.label.text)
        return values


def evidence_values(registration: Registration) -> dict[str, Any]:
    """Return what the evidence form shows of ``registration``."""
    values: dict[str, Any] = {
        "may_contact": registration.may_contact,
        "consent": registration.consent_at is not None,
    }
    for activity in registration.activities:
        values[f"{activity.kind}_did"] = True
        values[f"{activity.kind}_on"] = activity.on
    return values


class WithdrawForm(Form):
    """Why is it taken back?"""

    text = Text(_l("Why? The vendor reads this."), maximum=500)


# What the reviewer names -> the form's fields that go with it.
_ACTIVITIES = tuple(f"{kind}_{part}" for kind in ActivityKind for part in ("did", "on"))
TOGETHER: dict[str, tuple[str, ...]] = {
    "website": ("website", "has_no_website", "legal_name", "street", "postal_code"),
    "country": ("country", "region"),
    "value": ("value", "currency"),
    "activities": _ACTIVITIES,
}
# What the reviewer names -> the record's fields that an answer may change.
_WRITES = {
    "website": ("domain", "website", "legal_name", "street", "postal_code"),
    "country": ("country", "region"),
    "value": ("value_minor", "currency"),
}


class AnswerForm(CustomerForm, OpportunityForm, EvidenceForm):
    """Just the fields that the reviewer named, each with room for a reply."""

    registration: Registration

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for a change or a reply to each question."""
        is_valid: bool = super().validate(extra_validators)
        if not is_valid:
            return False
        values, before = self.values(), self.registration
        activities = {activity.kind: activity.on for activity in before.activities}
        for name, reply in self.replies().items():
            parts = _WRITES.get(name, (name,))
            old = [activities if part == "activities" else getattr(before, part) for part in parts]
            if not reply and [values[part] for part in parts] == old:
                self[f"reply_{name}"].errors = [_("Change it, or say here why it stands.")]
                is_valid = False
        return is_valid

    def values(self) -> dict[str, Any]:
        """Return the partner's fields that were asked for."""
        return {
            **CustomerForm.values(self),
            **OpportunityForm.values(self),
            **EvidenceForm.values(self),
        }

    def replies(self) -> dict[str, str]:
        """Return what was replied, by field."""
        return {
            name.removeprefix("reply_"): field.data or ""
            for name, field in self._fields.items()
            if name.startswith("reply_")
        }


def answer_form(asked: Sequence[str]) -> tuple[type[AnswerForm], set[str]]:
    """Return a form class with a reply for each name in ``asked``, and the names of its fields."""
    replies = {f"reply_{name}": Text(_l("Your reply"), maximum=1000) for name in asked}
    names = {part for name in asked for part in TOGETHER.get(name, (name,))}
    return type("Answer", (AnswerForm,), replies), names | set(replies)
