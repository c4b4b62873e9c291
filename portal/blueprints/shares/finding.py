"""With whom can this person share a record: whom do they know of, and does it make sense?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_
from sqlalchemy.orm import contains_eager

from portal.core.access import visible
from portal.core.database import db
from portal.core.references import normalise_reference
from portal.core.text import fold
from portal.domain.organisations.models import Organisation, OrganisationStatus, Side
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership, User
from portal.domain.shares.models import Level
from portal.domain.shares.operations import objection
from portal.domain.shares.telling import name_and_place

MOST = 40
"""Organisations, and people, that a list offers; beyond them one searches."""
LOOKED_AT = 4 * MOST


def holder_named(actor: MemberActor, text: str) -> Membership | Organisation | None:
    """Return the person or organisation in the actor's sight with this reference, or None.

    Of a person whose company is out of sight (the own account manager) too little is known.
    """
    reference = normalise_reference(text)
    model: Any = {"PE": Membership, "OR": Organisation}.get((reference or "")[:2])
    if model is None:
        return None
    query = visible(model, actor).where(model.reference == reference)
    if model is Membership:
        query = query.join(Membership.organisation)
    found: Membership | Organisation | None = db.session.scalar(query)
    return found


def candidates(record: Any, actor: MemberActor, typed: str) -> list[tuple[str, str]]:
    """Return reference and name of those with whom the record can be shared, found by ``typed``.

    Organisations first. Nobody stands there of whom the actor does not know anyway.
    """
    found: list[tuple[Membership | Organisation, str]] = [
        *_organisations(actor, typed),
        *_people(record, actor, typed),
    ]
    return [
        (one.reference, name)
        for one, name in found
        if not objection(record, actor, one, Level.VIEW)
    ]


def _organisations(actor: MemberActor, typed: str) -> list[tuple[Organisation, str]]:
    query = visible(Organisation, actor).where(
        Organisation.side == Side.PARTNER, Organisation.status == OrganisationStatus.ACTIVE
    )
    if typed:
        query = query.where(Organisation.name_key.contains(fold(typed), autoescape=True))
    query = query.order_by(Organisation.name_key, Organisation.reference).limit(LOOKED_AT)
    return [(one, one.name) for one in db.session.scalars(query)][:MOST]


def _people(record: Any, actor: MemberActor, typed: str) -> list[tuple[Membership, str]]:
    query = (
        visible(Membership, actor)
        .join(Membership.user)
        .join(Membership.organisation)
        .options(contains_eager(Membership.user), contains_eager(Membership.organisation))
        .where(
            Membership.is_active,
            Membership.joined_at.is_not(None),
            Membership.id.not_in((actor.membership_id, record.owner_id)),
        )
    )
    if typed:
        name = User.name.icontains(typed, autoescape=True)
        place = Organisation.name_key.contains(fold(typed) or typed, autoescape=True)
        query = query.where(or_(name, place))
    query = query.order_by(User.name, Membership.id).limit(MOST)
    found = db.session.scalars(query)
    return [(one, name_and_place(one.user.name, one.organisation.name)) for one in found]
