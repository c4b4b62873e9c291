"""Is this customer known already, exactly: same domain, or without a website the same name?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from portal.core.database import db
from portal.core.net import system_mode
from portal.core.text import fold
from portal.core.times import now
from portal.domain.claims.models import Claim
from portal.domain.customers.names import name_core
from portal.domain.deals.models import OPEN_STAGES, Deal, Stage
from portal.domain.organisations.models import Organisation
from portal.domain.registrations.models import Registration, RegistrationMatch, Status

UNDECIDED = (Status.SUBMITTED, Status.UNDER_REVIEW, Status.NEEDS_INFO)


def find_matches(registration: Registration) -> list[RegistrationMatch]:
    """Return a copy of every open record of exactly the same customer, for the reviewer.

    Looks past the actor; the copies are the vendor's to see.
    """
    if not registration.customer_key:
        return []
    key = registration.customer_key
    with system_mode("claim and conflict check"):
        session = db.session()
        registrations = session.execute(
            select(Registration, Organisation.name)
            .join(Organisation, Organisation.id == Registration.organisation_id)
            .where(
                Registration.customer_key == key,
                Registration.id != registration.id,
                Registration.status.in_(UNDECIDED),
            )
        ).all()
        deals = session.execute(
            select(Deal, Organisation.name)
            .join(Organisation, Organisation.id == Deal.organisation_id)
            .where(
                Deal.customer_key.in_((key, *_claimed_under(key))),
                Deal.registration_id != registration.id,
                _is_live_deal(),
            )
        ).all()
        return [
            *(_copy(registration, other, name) for other, name in registrations),
            *(_copy(registration, other, name) for other, name in deals),
        ]


def _is_live_deal() -> ColumnElement[bool]:
    is_open = or_(Deal.stage.in_(OPEN_STAGES), Deal.protected_until > now())
    return and_(is_open, Deal.stage != Stage.LOST)


def is_live(reference: str) -> bool:
    """Tell whether the record that a match was copied from still stands for its customer.

    Looks past the actor, and answers nothing else.
    """
    deals = select(Deal.id).where(_is_live_deal())
    undecided = select(Registration.id).where(
        Registration.reference == reference, Registration.status.in_(UNDECIDED)
    )
    became = deals.join(Registration, Registration.id == Deal.registration_id).where(
        Registration.reference == reference
    )
    with system_mode("claim and conflict check"):
        return any(
            db.session.scalar(query.limit(1)) is not None
            for query in (undecided, deals.where(Deal.reference == reference), became)
        )


def _claimed_under(key: str) -> list[str]:
    """Return keys of the same customer that a reviewer told apart ("key#reference")."""
    return list(
        db.session.scalars(
            select(Claim.customer_key)
            .where(Claim.customer_key.startswith(f"{key}#", autoescape=True))
            .distinct()
        )
    )


def _copy(mine: Registration, other: Any, organisation_name: str) -> RegistrationMatch:
    is_deal = isinstance(other, Deal)
    return RegistrationMatch(
        registration_id=mine.id,
        other_reference=other.reference,
        organisation_id=other.organisation_id,
        organisation_name=organisation_name,
        company=other.company,
        domain=other.domain,
        place=", ".join(part for part in (other.city, other.region, other.country) if part),
        state=other.stage if is_deal else other.status,
        protected_until=other.protected_until if is_deal else None,
        evidence=list(_evidence(mine, other)),
    )


def _evidence(mine: Registration, other: Any) -> Iterable[str]:
    if mine.domain and mine.domain == other.domain:
        yield "+domain"
    elif mine.domain is None:
        yield "+name_and_postal_code"
    is_alike = name_core(mine.company) == name_core(other.company)
    yield "+company" if is_alike else "-company"
    yield "+country" if mine.country == other.country else "-country"
    if mine.city and other.city:
        yield "+city" if fold(mine.city) == fold(other.city) else "-city"
    shared = {product.id for product in mine.products} & {item.id for item in other.products}
    yield "+product" if shared else "-product"
    if mine.contact_email and mine.contact_email.lower() == other.contact_email.lower():
        yield "+contact"
