"""How does staff look up a person?"""

from __future__ import annotations

from typing import Any

from flask import Response, request
from sqlalchemy import func
from sqlalchemy.orm import contains_eager

from portal.blueprints.acting import member
from portal.blueprints.admin.people import bp
from portal.blueprints.admin.people.portfolio import portfolio_card
from portal.core.access import visible
from portal.core.database import db
from portal.core.guards import requires
from portal.core.language import show_ago
from portal.core.pages import render
from portal.core.text import clean_line
from portal.domain.organisations.models import Organisation
from portal.domain.people.access_requests import how_many_wait
from portal.domain.people.actor import MemberActor
from portal.domain.people.administration import last_seen, open_invitation
from portal.domain.people.claims import claimed_addresses
from portal.domain.people.domains import domains_missed
from portal.domain.people.models import Membership, User
from portal.domain.people.roles import REACH_OF_THEIRS, ROLE_WORDS, STANDING_WORDS
from portal.domain.permissions import Permission as P

MOST = 200
WORDS: dict[str, Any] = {
    "roles": ROLE_WORDS,
    "reaches": REACH_OF_THEIRS,
    "standings": STANDING_WORDS,
}


@bp.get("/people")
@requires(P.PERSON_READ)
def index() -> Response:
    """List the people that the person works with, found by name or e-mail."""
    actor = member()
    typed = clean_line(request.args.get("q", ""))[:120]
    query = (
        visible(Membership, actor)
        .join(Membership.user)
        .join(Membership.organisation)
        .options(contains_eager(Membership.user), contains_eager(Membership.organisation))
    )
    if typed:
        query = query.where(
            func.lower(User.name).contains(typed.lower(), autoescape=True)
            | User.email.contains(typed.lower(), autoescape=True)
        )
    rows = db.session.scalars(query.order_by(User.name, Membership.id).limit(MOST)).all()
    home = _home(actor)
    asking = how_many_wait(actor) if home else 0
    page: dict[str, Any] = {"rows": rows, "typed": typed, "home": home, "asking": asking}
    return render("admin/people/index.html", **page, **WORDS)


def _home(actor: MemberActor) -> str | None:
    """Return the reference of the own company, for who invites colleagues to it."""
    if P.PERSON_ADMINISTER not in actor.permissions:
        return None
    query = visible(Organisation, actor).where(Organisation.id == actor.organisation_id)
    return db.session.scalar(query.with_only_columns(Organisation.reference))


@bp.get("/people/<reference:reference>")
@requires(P.PERSON_READ, Membership)
def show(person: Membership) -> Response:
    """Show where somebody stands; who administers people finds there what can be done."""
    seen = last_seen([person.id]).get(person.id)
    invitation = open_invitation(person)
    return render(
        "admin/people/show.html",
        person=person,
        invitation=invitation,
        has_run_out=invitation is not None and invitation.has_run_out,
        seen=show_ago(seen) if seen else "",
        claimed=claimed_addresses(person.user_id, member()),
        domains_missed=domains_missed(person),
        standing=person.standing,
        told=request.args.get("done", ""),
        # What a partner's people have open is their own administrator's to hand over.
        handed="",
        load=None,
        **portfolio_card(person),
        **WORDS,
    )
