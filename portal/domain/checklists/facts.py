"""Which facts are there already, so that nobody has to tick them?"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.checklist_templates.content import Fact
from portal.domain.organisations.models import Organisation
from portal.domain.people.models import Membership, User
from portal.domain.products.models import OrganisationProduct


def _has_colleague(session: Session, organisation: Organisation) -> bool:
    joined = (
        select(func.count(Membership.id))
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.organisation_id == organisation.id,
            Membership.joined_at.is_not(None),
            Membership.is_active,
            User.is_active,
        )
    )
    return (session.scalar(joined) or 0) >= 2


def _has_products(session: Session, organisation: Organisation) -> bool:
    query = select(OrganisationProduct.product_id).where(
        OrganisationProduct.organisation_id == organisation.id
    )
    return session.scalar(query.limit(1)) is not None


FACTS: dict[str, Callable[[Session, Organisation], bool]] = {
    Fact.CONTACT: lambda _session, one: bool(one.contact_email and one.contact_phone),
    Fact.COLLEAGUE: _has_colleague,
    Fact.COUNTRIES: lambda _session, one: bool(one.countries),
    Fact.PRODUCTS: _has_products,
    Fact.DOMAINS: lambda _session, one: bool(one.domains),
}


def is_fact(session: Session, organisation: Organisation, fact: str) -> bool:
    """Tell whether a fact (a code of :class:`Fact`) holds for a partner. In system mode."""
    return FACTS[fact](session, organisation)
