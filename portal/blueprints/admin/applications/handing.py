"""How does the review of an application go to another reviewer?"""

from __future__ import annotations

from flask import Response, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.admin.applications import bp
from portal.blueprints.handing import TakerForm
from portal.blueprints.saying import saying
from portal.core.forms import bind
from portal.core.guards import requires
from portal.core.pages import done, invalid, render
from portal.domain.applications import reviewers
from portal.domain.applications.models import Application
from portal.domain.permissions import Permission as P
from portal.domain.reassigning.loads import applications_of


@bp.route("/applications/<reference:reference>/reviewer", methods=["GET", "POST"])
@requires(P.APPLICATION_REVIEW, Application)
def hand_over(application: Application) -> Response:
    """Ask which reviewer goes on with it, and hand it over."""
    reviewers.need_reviewed(application)
    offered = reviewers.next_reviewers(application, member())
    loads = applications_of(member(), [one.id for one in offered])
    form = bind(TakerForm, offered=offered, loads=loads)
    if request.method == "POST" and form.validate() and form.taker:
        reviewers.hand_over(application, member(), form.taker)
        url = url_for("admin.applications.show", reference=application.reference)
        return done(saying(url, "handed"), application.reference)
    page = invalid if form.errors else render
    return page(
        "admin/applications/hand_over.html",
        "admin/applications/_hand_over.html",
        form=form,
        application=application,
    )
