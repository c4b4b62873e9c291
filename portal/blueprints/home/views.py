"""What is next for this person?"""

from __future__ import annotations

from typing import cast

from flask import Response, request

from portal.blueprints.home import bp
from portal.blueprints.home.turns import MOST, SOONEST, greeting, latest_registrations, turns_of
from portal.core.guards import actor_now, requires
from portal.core.language import show_day
from portal.core.pages import render
from portal.core.times import now
from portal.domain.people.actor import MemberActor
from portal.domain.permissions import Permission as P


@bp.get("/")
@requires(P.HOME_READ)
def index() -> Response:
    """Show what needs the person, then the one thing to begin, then what stands elsewhere."""
    actor = cast(MemberActor, actor_now())
    turns = turns_of(actor, MOST if "all" in request.args else SOONEST)
    return render(
        "home/index.html",
        turns=turns.shown,
        more=turns.more,
        greeting=greeting(actor),
        today=show_day(now()),
        latest=latest_registrations(actor),
    )
