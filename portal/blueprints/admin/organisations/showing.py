"""What do the list of partners and a partner's own page show?"""

from __future__ import annotations

from typing import Any

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from portal.core.access import visible
from portal.core.database import db
from portal.core.language import chosen_language
from portal.core.text import fold
from portal.domain.customers.places import country_name
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership
from portal.domain.people.roles import (
    REACH_OF_THEIRS,
    ROLE_WORDS,
    STANDING_WORDS,
    STATUS_WORDS,
    TYPE_WORDS,
)

MOST = 200


def list_page(actor: MemberActor) -> dict[str, Any]:
    """Return the context of the list: the partners whose name holds what was typed."""
    typed = request.args.get("q", "")[:120]
    query = visible(Organisation, actor).where(Organisation.side == Side.PARTNER)
    if fold(typed):
        query = query.where(Organisation.name_key.contains(fold(typed), autoescape=True))
    rows = db.session.scalars(query.order_by(Organisation.name_key, Organisation.id).limit(MOST))
    return {"rows": rows.all(), "typed": typed, "types": TYPE_WORDS, "statuses": STATUS_WORDS}


def record_page(organisation: Organisation, actor: MemberActor) -> dict[str, Any]:
    """Return the context of the page: the partner, who stands below it, and its people."""
    language = chosen_language()
    people = (
        visible(Membership, actor)
        .join(Membership.user)
        .options(contains_eager(Membership.user))
        .where(Membership.organisation_id == organisation.id)
        .order_by(Membership.id)
    )
    below = (
        select(Organisation)
        .where(Organisation.parent_id == organisation.id)
        .order_by(Organisation.name_key)
    )
    return {
        "organisation": organisation,
        "countries": [country_name(code, language) for code in organisation.countries],
        "people": db.session.scalars(people).all(),
        "below": db.session.scalars(below).all(),
        "types": TYPE_WORDS,
        "statuses": STATUS_WORDS,
        "roles": ROLE_WORDS,
        "reaches": REACH_OF_THEIRS,
        "standings": STANDING_WORDS,
    }
