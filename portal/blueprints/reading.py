"""How is a registration's content laid out for reading, for both sides alike?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Protocol

from flask import url_for
from sqlalchemy import bindparam, select

from portal.core.database import db
from portal.core.gathering import gather
from portal.core.language import _, chosen_language, show_date, show_money
from portal.domain.customers.wording import both_spellings, phone_of, place_of
from portal.domain.products.models import Product, RowOfName, name_of
from portal.domain.registrations.content import activity_said, labels_for, may_contact_for
from portal.domain.registrations.models import (
    ActivityKind,
    Registration,
    RegistrationActivity,
    RegistrationProduct,
)

# What stands beside the registration :registration: its products' names, what was done and when.
PRODUCTS = gather(
    select(Product.name, Product.name_fr)
    .join(RegistrationProduct, RegistrationProduct.product_id == Product.id)
    .where(RegistrationProduct.registration_id == bindparam("registration"))
).label("products")
ACTIVITIES = gather(
    select(RegistrationActivity.kind, RegistrationActivity.on).where(
        RegistrationActivity.registration_id == bindparam("registration")
    )
).label("activities")
_BESIDE = select(PRODUCTS, ACTIVITIES)


class Beside(Protocol):
    """A row with PRODUCTS and ACTIVITIES, whatever else is in it."""

    @property
    def products(self) -> list[list[str]]: ...
    @property
    def activities(self) -> list[list[str]]: ...


def beside(registration: Registration) -> Beside:
    """Return what stands beside the registration, for a page that needs nothing else there."""
    row: Any = db.session.execute(_BESIDE, {"registration": registration.id}).one()
    return row  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Part:
    """One group of facts: the step they come from, its title, rows of label and value."""

    step: str
    title: str
    rows: list[tuple[str, str]]
    change_url: str | None


def parts_of(
    registration: Registration, around: Beside, side: str, with_links: bool = False
) -> list[Part]:
    """Return the content by step as a reader of ``side`` is told it.

    ``with_links`` adds the way to change each.
    """

    def url(step: str) -> str | None:
        if not with_links:
            return None
        return url_for("registrations.step", reference=registration.reference, step=step, check=1)

    return [
        Part("customer", _("Customer"), _filled(_customer(registration, side)), url("customer")),
        Part(
            "opportunity", _("Opportunity"), _filled(_opportunity(registration, around, side)),
            url("opportunity"),
        ),
        Part(
            "evidence", _("Done so far"), _filled(_evidence(registration, around, side)),
            url("evidence"),
        ),
    ]  # fmt: skip


def names_of(products: list[list[str]], language: str) -> list[str]:
    """Return the names in ``language`` of gathered products, in the order of the English ones."""
    return [name_of(RowOfName(*row), language) for row in sorted(products)]


class Phone(str):
    """A telephone number (E.164) as people read it; ``tel`` is what calls it."""

    tel: str

    def __new__(cls, number: str) -> Phone:
        written = super().__new__(cls, phone_of(number))
        written.tel = number
        return written


class Email(str):
    """An e-mail address as people read it; ``mailto`` is what writes to it."""

    mailto: str

    def __new__(cls, address: str) -> Email:
        """Return it with the other spelling of a host beyond ASCII."""
        written = super().__new__(cls, both_spellings(address, address.rpartition("@")[2]))
        written.mailto = address
        return written


def _filled(rows: list[tuple[Any, str | None]]) -> list[tuple[str, str]]:
    return [(str(label), value) for label, value in rows if value]


def _customer(r: Registration, side: str) -> list[tuple[Any, str | None]]:
    labels = labels_for(side)
    address = ", ".join(part for part in (r.legal_name, r.street, r.postal_code) if part)
    return [
        (labels["company"], r.company),
        (
            labels["website"],
            both_spellings(r.website, r.domain)
            or (_("The customer has no website") if r.has_no_website else ""),
        ),
        (_("Legal name and address"), address),
        (_("Place"), place_of(r.city, r.region, r.country, chosen_language())),
        (_("Contact"), r.contact_name),
        (_("Contact e-mail"), Email(r.contact_email)),
        (_("Contact phone"), Phone(r.contact_phone)),
    ]


def _opportunity(r: Registration, around: Beside, side: str) -> list[tuple[Any, str | None]]:
    language, labels = chosen_language(), labels_for(side)
    return [
        (labels["products"], " · ".join(names_of(around.products, language))),
        (labels["value"], show_money(r.value_minor, r.currency) if r.currency else ""),
        (labels["close_on"], show_date(r.close_on)),
        (labels["need"], r.need),
        (labels["rivals"], r.rivals),
        (labels["own_reference"], r.own_reference),
    ]


def _evidence(r: Registration, around: Beside, side: str) -> list[tuple[Any, str | None]]:
    labels = labels_for(side)
    done = " · ".join(
        activity_said(
            kind,
            show_date(dt.date.fromisoformat(on)),
            r.other_activity if kind == ActivityKind.OTHER else "",
        )
        for on, kind in sorted((on, kind) for kind, on in around.activities)
    )
    return [
        (labels["activities"], done),
        (labels["may_contact"], str(may_contact_for(side).get(r.may_contact, ""))),
        (_("The customer knows"), _("Yes") if r.consent_at else ""),
    ]
