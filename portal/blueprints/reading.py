"""How is a registration's content laid out for reading, for both sides alike?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from portal.core.language import _, chosen_language, show_date, show_money
from portal.domain.customers.wording import place_of
from portal.domain.registrations.content import ACTIVITY_WORDS, LABELS, MAY_CONTACT_WORDS
from portal.domain.registrations.models import Registration


@dataclass(frozen=True)
class Part:
    """One group of facts: the step they come from, its title, rows of label and value."""

    step: str
    title: str
    rows: list[tuple[str, str]]
    change_url: str | None


def parts_of(registration: Registration, with_links: bool = False) -> list[Part]:
    """Return the content by step; ``with_links`` adds the way to change each."""

    def url(step: str) -> str | None:
        if not with_links:
            return None
        return url_for("registrations.step", reference=registration.reference, step=step, check=1)

    return [
        Part("customer", _("Customer"), _filled(_customer(registration)), url("customer")),
        Part(
            "opportunity", _("Opportunity"), _filled(_opportunity(registration)),
            url("opportunity"),
        ),
        Part("evidence", _("Done so far"), _filled(_evidence(registration)), url("evidence")),
    ]  # fmt: skip


def _filled(rows: list[tuple[Any, str | None]]) -> list[tuple[str, str]]:
    return [(str(label), value) for label, value in rows if value]


def _customer(r: Registration) -> list[tuple[Any, str | None]]:
    address = ", ".join(part for part in (r.legal_name, r.street, r.postal_code) if part)
    return [
        (LABELS["company"], r.company),
        (
            LABELS["website"],
            r.website or (_("The customer has no website") if r.has_no_website else ""),
        ),
        (_("Legal name and address"), address),
        (_("Place"), place_of(r.city, r.region, r.country, chosen_language())),
        (_("Contact"), r.contact_name),
        (_("Contact e-mail"), r.contact_email),
        (_("Contact phone"), r.contact_phone),
    ]


def _opportunity(r: Registration) -> list[tuple[Any, str | None]]:
    language = chosen_language()
    return [
        (LABELS["products"], ", ".join(product.name_in(language) for product in r.products)),
        (LABELS["value"], show_money(r.value_minor, r.currency) if r.currency else ""),
        (LABELS["close_on"], show_date(r.close_on)),
        (LABELS["need"], r.need),
        (LABELS["rivals"], r.rivals),
        (LABELS["own_reference"], r.own_reference),
    ]


def _evidence(r: Registration) -> list[tuple[Any, str | None]]:
    done = " · ".join(
        f"{ACTIVITY_WORDS[activity.kind]} {show_date(activity.on)}"  # type: ignore[index]
        for activity in r.activities
    )
    return [
        (LABELS["activities"], done),
        (LABELS["may_contact"], str(MAY_CONTACT_WORDS.get(r.may_contact, ""))),
        (_("The customer knows"), _("Yes") if r.consent_at else ""),
    ]
