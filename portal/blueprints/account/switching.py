"""For which of their organisations does the person act?"""

from __future__ import annotations

from flask import Response, request, url_for

from portal.blueprints.account import bp
from portal.blueprints.acting import member
from portal.core.admission import let_in
from portal.core.guards import requires
from portal.core.pages import done, render
from portal.core.redirects import safe_path
from portal.domain.people.models import Membership
from portal.domain.people.roles import ROLE_WORDS
from portal.domain.people.standings import standings_of, switch_membership
from portal.domain.permissions import Permission as P


@bp.get("/account/memberships")
@requires(P.ACCOUNT_EDIT)
def choose() -> Response:
    """Offer every organisation for which the person may act, and keep where they were going."""
    return render(
        "account/choose.html",
        standings=standings_of(member()),
        roles=ROLE_WORDS,
        next=safe_path(request.args.get("next")) or url_for("home.index"),
    )


@bp.post("/account/memberships/<reference:reference>")
@requires(P.MEMBERSHIP_SWITCH, Membership)
def switch(membership: Membership) -> Response:
    """Go on for another organisation, as if newly signed in."""
    let_in(switch_membership(member(), membership))
    return done(safe_path(request.form.get("next")) or url_for("home.index"))
