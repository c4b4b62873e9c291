"""How does staff look up a partner?"""

from __future__ import annotations

from typing import cast

from flask import Response, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from portal.blueprints.admin.organisations import bp
from portal.core.access import visible
from portal.core.database import db
from portal.core.guards import requires
from portal.core.language import chosen_language
from portal.core.pages import render
from portal.core.text import fold
from portal.domain.customers.places import country_name
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership
from portal.domain.people.roles import REACH_WORDS, ROLE_WORDS, STATUS_WORDS, TYPE_WORDS
from portal.domain.permissions import Permission as P

MOST = 200


@bp.get("/organisations")
@requires(P.ORGANISATION_READ)
def index() -> Response:
    """List the partners that the person works with, found by name."""
    actor = cast(MemberActor, current_user)
    typed = request.args.get("q", "")[:120]
    query = visible(Organisation, actor).where(Organisation.side == Side.PARTNER)
    if fold(typed):
        query = query.where(Organisation.name_key.contains(fold(typed), autoescape=True))
    rows = db.session.scalars(
        query.order_by(Organisation.name_key, Organisation.id).limit(MOST)
    ).all()
    return render(
        "admin/organisations/index.html",
        rows=rows,
        typed=typed,
        types=TYPE_WORDS,
        statuses=STATUS_WORDS,
    )


@bp.get("/organisations/<reference:reference>")
@requires(P.ORGANISATION_READ, Organisation)
def show(organisation: Organisation) -> Response:
    """Show a partner: type, tier, territory, who stands above and below, and its people."""
    actor = cast(MemberActor, current_user)
    language = chosen_language()
    people = db.session.scalars(
        visible(Membership, actor)
        .join(Membership.user)
        .options(contains_eager(Membership.user))
        .where(Membership.organisation_id == organisation.id)
        .order_by(Membership.id)
    ).all()
    below = db.session.scalars(
        select(Organisation)
        .where(Organisation.parent_id == organisation.id)
        .order_by(Organisation.name_key)
    ).all()
    return render(
        "admin/organisations/show.html",
        organisation=organisation,
        countries=[country_name(code, language) for code in organisation.countries],
        people=people,
        below=below,
        types=TYPE_WORDS,
        statuses=STATUS_WORDS,
        roles=ROLE_WORDS,
        reaches=REACH_WORDS,
    )
