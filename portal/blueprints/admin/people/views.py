"""How does staff look up a person?"""

from __future__ import annotations

from flask import Response, request
from sqlalchemy import func
from sqlalchemy.orm import contains_eager

from portal.blueprints.acting import member
from portal.blueprints.admin.people import bp
from portal.core.access import visible
from portal.core.database import db
from portal.core.guards import requires
from portal.core.pages import render
from portal.core.text import clean_line
from portal.domain.people.models import Membership, User
from portal.domain.people.roles import REACH_OF_THEIRS, ROLE_WORDS
from portal.domain.permissions import Permission as P

MOST = 200


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
    return render(
        "admin/people/index.html", rows=rows, typed=typed, roles=ROLE_WORDS, reaches=REACH_OF_THEIRS
    )
