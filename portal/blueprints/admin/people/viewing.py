"""How does staff see the portal as somebody else does, and stop?"""

from __future__ import annotations

from flask import Response, request, session, url_for

from portal.blueprints.acting import member
from portal.blueprints.admin.people import bp
from portal.core.admission import TOKEN
from portal.core.forms import Form, Line, bind
from portal.core.guards import public, requires
from portal.core.language import _l
from portal.core.limits import limiter
from portal.core.pages import done, invalid, render
from portal.core.transactions import record_aside
from portal.core.viewing import while_viewing
from portal.domain.people.models import Membership
from portal.domain.people.sessions import hash_token
from portal.domain.people.viewing import LENGTH, start_viewing, stop_viewing
from portal.domain.permissions import Permission as P


class ReasonForm(Form):
    """What the viewing is for."""

    reason = Line(_l("What for?"), maximum=200, required=_l("Say in one line what it is for."))


@bp.route("/people/<reference:reference>/viewing", methods=["GET", "POST"])
@requires(P.PERSON_VIEW_AS, Membership)
@limiter.limit("60/hour", methods=["POST"])
def view_as(person: Membership) -> Response:
    """Ask what it is for, and see the portal as the person does."""
    form = bind(ReasonForm)
    if request.method == "POST" and form.validate():
        actor = member()
        start_viewing(person, actor, hash_token(actor.token), form.reason.data or "")
        return done(url_for("home.index"), person.reference)
    answer = invalid if form.errors else render
    page, fragment = "admin/people/view_as.html", "admin/people/_view_as.html"
    return answer(page, fragment, form=form, person=person, minutes=LENGTH.seconds // 60)


@bp.post("/viewing/end")
@public
@while_viewing
def stop() -> Response:
    """Stop seeing the portal as somebody else, and go back to their page."""
    with record_aside("viewing") as aside:
        reference = stop_viewing(aside, hash_token(str(session.get(TOKEN, ""))), "stopped")
    if reference is None:
        return done(url_for("home.index"))
    return done(url_for("admin.people.show", reference=reference, done="viewed"))
