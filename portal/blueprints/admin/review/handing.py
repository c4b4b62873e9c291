"""How does the review of a registration go to another reviewer?"""

from __future__ import annotations

from flask import Response, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.admin.review import bp
from portal.blueprints.handing import TakerForm
from portal.blueprints.saying import saying
from portal.core.forms import bind
from portal.core.guards import requires
from portal.core.language import _
from portal.core.pages import done, invalid, render
from portal.domain.permissions import Permission as P
from portal.domain.reassigning.loads import reviews_of
from portal.domain.registrations import owners
from portal.domain.registrations.models import Registration


@bp.route("/registrations/<reference:reference>/reviewer", methods=["GET", "POST"])
@requires(P.REGISTRATION_REVIEW, Registration)
def hand_over(registration: Registration) -> Response:
    """Ask which reviewer goes on with it, and hand it over."""
    owners.need_reviewed(registration)
    offered = owners.next_reviewers(registration, member())
    loads = reviews_of(member(), [one.id for one in offered])
    deciders = owners.deciders_among(registration, offered)
    # Who can decide it stands first: that is what a review is handed over for.
    offered = sorted(offered, key=lambda one: one.id not in deciders)
    words = {number: _("can decide it") for number in deciders}
    form = bind(TakerForm, offered=offered, loads=loads, words=words)
    if request.method == "POST" and form.validate() and form.taker:
        owners.hand_over(registration, member(), form.taker)
        url = url_for("admin.review.show", reference=registration.reference)
        return done(saying(url, "handed"), registration.reference)
    page = invalid if form.errors else render
    return page(
        "admin/review/hand_over.html",
        "admin/review/_hand_over.html",
        form=form,
        registration=registration,
    )
