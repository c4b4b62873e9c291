"""What is next for this person?"""

from __future__ import annotations

from flask import Response, request

from portal.blueprints.acting import member
from portal.blueprints.home import bp
from portal.blueprints.home.registrations import TARGET, registrations_of
from portal.blueprints.home.standing import standings
from portal.blueprints.home.telling import awaited, told, welcomed
from portal.blueprints.home.turns import FARTHEST, SOONEST, greeting, turns_of
from portal.core.fields import shows
from portal.core.guards import requires
from portal.core.language import show_day
from portal.core.pages import render
from portal.core.times import now
from portal.domain.organisations.models import Side
from portal.domain.permissions import Permission as P


def _shown_already() -> int:
    """Return how many of the soonest the address passes over; 0 for anything else than a number."""
    text = request.args.get("after", "")
    return min(int(text), FARTHEST) if text.isascii() and text.isdigit() and len(text) < 6 else 0


@bp.get("/")
@requires(P.HOME_READ)
def index() -> Response:
    """Show what needs the person, then the one thing to begin, then what stands elsewhere."""
    actor = member()
    after = _shown_already()
    registrations = registrations_of(actor, after + SOONEST)
    turns = turns_of(actor, registrations.mine, after)
    is_told = shows(actor, TARGET)
    return render(
        "home/index.html",
        turns=turns.shown,
        more=turns.more,
        after=after,
        next=after + SOONEST,
        greeting=greeting(actor),
        today=show_day(now()),
        undecided=standings(registrations.undecided, is_told),
        decided=standings(registrations.decided, is_told),
        told=told(actor),
        awaited=awaited(actor, bool(turns.shown)),
        welcomed=welcomed(actor),
        is_staff=actor.side == Side.VENDOR,
        bounces=actor.mail_bounces,
    )
