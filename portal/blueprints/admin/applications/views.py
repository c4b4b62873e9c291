"""How do staff decide who becomes a partner?"""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.admin.applications import bp
from portal.blueprints.admin.applications.forms import ApproveForm, AskForm, RejectForm
from portal.blueprints.admin.applications.showing import managers_of, queue_page, record_page
from portal.blueprints.saying import saying
from portal.core.forms import Form, bind
from portal.core.guards import requires
from portal.core.pages import done, invalid, render
from portal.domain.applications import operations
from portal.domain.applications.models import Application, SameAnswer
from portal.domain.applications.workflow import APPLICATION
from portal.domain.organisations.operations import NameTaken
from portal.domain.permissions import Permission as P

ONE = "/applications/<reference:reference>"


def _done(application: Application, code: str = "saved") -> Response:
    url = url_for("admin.applications.show", reference=application.reference)
    return done(saying(url, code), application.reference)


def _page(name: str, form: Form, application: Application) -> Response:
    answer = invalid if form.errors else render
    return answer(f"admin/applications/{name}.html", form=form, application=application)


@bp.get("/applications")
@requires(P.APPLICATION_READ)
def index() -> Response:
    """List who applied and waits for a decision, or what was decided."""
    return render("admin/applications/index.html", **queue_page(member()))


@bp.get(ONE)
@requires(P.APPLICATION_READ, Application)
def show(application: Application) -> Response:
    """Show everything needed to decide on one screen."""
    return render("admin/applications/show.html", **record_page(application, member()))


@bp.post(f"{ONE}/take")
@requires(P.APPLICATION_REVIEW, Application)
def take(application: Application) -> Response:
    """Become the reviewer."""
    operations.take(application, member())
    return _done(application)


@bp.post(f"{ONE}/match")
@requires(P.APPLICATION_REVIEW, Application)
def compare(application: Application) -> Response:
    """Say whether a partner is the same company."""
    other, reply = request.form.get("other", ""), request.form.get("answer", "")
    if reply not in set(SameAnswer):
        abort(400)
    try:
        operations.compare(application, member(), other, SameAnswer(reply))
    except LookupError:
        abort(400)
    return _done(application)


@bp.route(f"{ONE}/question", methods=["GET", "POST"])
@requires(P.APPLICATION_REVIEW, Application)
def ask(application: Application) -> Response:
    """Ask the applicant something."""
    APPLICATION.need(application, "ask", member())
    form = bind(AskForm)
    if request.method == "POST" and form.validate():
        operations.ask(application, member(), form.question.data or "")
        return _done(application)
    return _page("ask", form, application)


@bp.route(f"{ONE}/rejection", methods=["GET", "POST"])
@requires(P.APPLICATION_REVIEW, Application)
def reject(application: Application) -> Response:
    """Reject with a reason that the applicant reads."""
    APPLICATION.need(application, "reject", member())
    form = bind(RejectForm)
    if request.method == "POST" and form.validate():
        operations.reject(application, member(), form.reason.data, form.text.data or "")
        return _done(application)
    return _page("reject", form, application)


@bp.post(f"{ONE}/access")
@requires(P.APPLICATION_REVIEW, Application)
def pass_on(application: Application) -> Response:
    """Let the administrators of the partner decide that it is already."""
    operations.pass_on(application, member())
    return _done(application)


@bp.route(f"{ONE}/approval", methods=["GET", "POST"])
@requires(P.APPLICATION_DECIDE, Application)
def approve(application: Application) -> Response:
    """Make the company a partner, and invite its first administrator."""
    APPLICATION.need(application, "approve", member())
    managers = managers_of(member())
    values: dict[str, Any] = {"name": application.company, "types": list(application.types)}
    form = bind(ApproveForm, application=application, managers=managers, data=values)
    if request.method == "POST" and form.validate():
        try:
            operations.approve(application, member(), form.values())
            return _done(application)
        except NameTaken as taken:
            form.name.errors = [taken.sentence]
    return _page("approve", form, application)
