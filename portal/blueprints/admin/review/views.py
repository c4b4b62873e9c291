"""How does the vendor's staff decide registrations?"""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.admin.review import bp
from portal.blueprints.admin.review.deciding import decision_page, match_named, said_so_far
from portal.blueprints.admin.review.forms import ASKABLE, AskForm, RejectForm
from portal.blueprints.admin.review.queue import queue_page
from portal.core.database import db
from portal.core.forms import Form, bind
from portal.core.guards import requires
from portal.core.pages import changed, done, invalid, is_htmx, render
from portal.core.workflow import WrongState
from portal.domain.permissions import Permission as P
from portal.domain.registrations import operations
from portal.domain.registrations.models import (
    MatchAnswer,
    Registration,
    Status,
)

ONE = "/registrations/<reference:reference>"


def _here(registration: Registration, just: str | None = None) -> str:
    """Return the decision page's address; ``just`` is the step of which it tells."""
    return url_for("admin.review.show", reference=registration.reference, just=just)


def _changed(registration: Registration, just: str | None = None) -> Response:
    """Answer a step with everything on the decision page that it touches."""
    url = _here(registration, just)
    if not is_htmx():
        return done(url, registration.reference)
    db.session.flush()
    context = decision_page(registration, member(), just)
    return changed("admin/review/_changed.html", url, registration.reference, **context)


@bp.get("/registrations")
@requires(P.REVIEW_READ)
def index() -> Response:
    """Show the queue: soonest decision target first; all, mine, or unassigned."""
    return render("admin/review/index.html", "admin/review/_rows.html", **queue_page(member()))


@bp.get(ONE)
@requires(P.REVIEW_READ, Registration)
def show(registration: Registration) -> Response:
    """Show everything needed to decide on one screen."""
    context = decision_page(registration, member(), request.args.get("just"))
    return render("admin/review/show.html", "admin/review/_changed.html", **context)


@bp.post(f"{ONE}/take")
@requires(P.REGISTRATION_REVIEW, Registration)
def take(registration: Registration) -> Response:
    """Become the reviewer."""
    operations.take(registration, member())
    return _changed(registration)


@bp.post(f"{ONE}/match")
@requires(P.REGISTRATION_REVIEW, Registration)
def compare(registration: Registration) -> Response:
    """Say whether a possible match is the same customer."""
    match, reply = match_named(registration, request.form), request.form.get("answer", "")
    if match is None or reply not in set(MatchAnswer):
        abort(400)
    operations.answer_match(registration, member(), match, MatchAnswer(reply))
    return _changed(registration)


@bp.route(f"{ONE}/questions", methods=["GET", "POST"])
@requires(P.REGISTRATION_REVIEW, Registration)
def ask(registration: Registration) -> Response:
    """Ask the partner about named fields."""
    _expect_under_review(registration, "ask")
    form = bind(AskForm)
    if request.method == "POST" and form.validate():
        operations.ask(registration, member(), form.asked())
        return done(_here(registration, "ask"), registration.reference)
    return _form_page("ask", form, registration, askable=ASKABLE, said=said_so_far(registration))


@bp.post(f"{ONE}/approval")
@requires(P.REGISTRATION_DECIDE, Registration)
def approve(registration: Registration) -> Response:
    """Approve and protect the customer."""
    operations.approve(registration, member())
    return _changed(registration, "approve")


@bp.route(f"{ONE}/rejection", methods=["GET", "POST"])
@requires(P.REGISTRATION_DECIDE, Registration)
def reject(registration: Registration) -> Response:
    """Reject with a reason that the partner reads."""
    _expect_under_review(registration, "reject")
    form = bind(RejectForm)
    if request.method == "POST" and form.validate():
        operations.reject(registration, member(), form.reason.data, form.text.data or "")
        return done(_here(registration, "reject"), registration.reference)
    return _form_page("reject", form, registration)


def _expect_under_review(registration: Registration, step: str) -> None:
    """Show no form that could not be sent."""
    if registration.status != Status.UNDER_REVIEW:
        raise WrongState(registration, step)


def _form_page(name: str, form: Form, registration: Registration, **context: Any) -> Response:
    answer = invalid if form.errors else render
    return answer(
        f"admin/review/{name}.html",
        f"admin/review/_{name}.html",
        form=form,
        registration=registration,
        **context,
    )
