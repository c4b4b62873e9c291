"""How do staff keep the partners: who they are, who stands above whom, and where they stand?"""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.admin.organisations import bp
from portal.blueprints.admin.organisations.forms import MoveForm, StatusForm
from portal.blueprints.admin.organisations.lists import list_page, named, names_offered
from portal.blueprints.admin.organisations.showing import (
    TOP,
    form_of,
    move_page,
    new_form,
    record_page,
)
from portal.blueprints.saying import saying
from portal.core.forms import Form, bind
from portal.core.guards import requires
from portal.core.language import _
from portal.core.pages import done, invalid, render
from portal.domain.organisations import operations
from portal.domain.organisations.models import Organisation
from portal.domain.organisations.operations import NameTaken
from portal.domain.organisations.workflow import ORGANISATION
from portal.domain.permissions import Permission as P

ONE = "/organisations/<reference:reference>"


def _done(organisation: Organisation) -> Response:
    url = url_for("admin.organisations.show", reference=organisation.reference)
    return done(saying(url, "saved"), organisation.reference)


def _page(template: str, form: Form, **context: Any) -> Response:
    answer = invalid if form.errors else render
    page, fragment = (f"admin/organisations/{mark}{template}.html" for mark in ("", "_"))
    return answer(page, fragment, form=form, **context)


@bp.get("/organisations")
@requires(P.ORGANISATION_READ)
def index() -> Response:
    """List the partners that the person works with, found by name, filtered by status."""
    return render("admin/organisations/index.html", **list_page(member()))


@bp.route("/organisations/new", methods=["GET", "POST"])
@requires(P.ORGANISATION_CREATE)
def create() -> Response:
    """Add a partner."""
    form = new_form(member())
    if request.method == "POST" and form.validate():
        try:
            return _done(operations.create(member(), form.values(), form.parent))
        except NameTaken as taken:
            form.name.errors = [taken.sentence]
    return _page("create", form, names=names_offered(member()))


@bp.get(ONE)
@requires(P.ORGANISATION_READ, Organisation)
def show(organisation: Organisation) -> Response:
    """Show a partner: where it stands, who stands above and below, its people and its history."""
    return render("admin/organisations/show.html", **record_page(organisation, member()))


@bp.route(f"{ONE}/edit", methods=["GET", "POST"])
@requires(P.ORGANISATION_EDIT, Organisation)
def edit(organisation: Organisation) -> Response:
    """Change what the vendor keeps of a partner."""
    form = form_of(organisation, member())
    if request.method == "POST" and form.validate():
        try:
            operations.edit(organisation, member(), form.values())
            return _done(organisation)
        except NameTaken as taken:
            form.name.errors = [taken.sentence]
    return _page("edit", form, organisation=organisation)


@bp.route(f"{ONE}/move", methods=["GET", "POST"])
@requires(P.ORGANISATION_MOVE, Organisation)
def move(organisation: Organisation) -> Response:
    """Find who is to stand above it, read whose reach changes, and move it."""
    form = bind(MoveForm, data={"parent": request.args.get("parent", "")})
    chosen = form.parent.data or ""
    parent = named(member(), chosen)
    if request.method == "POST" and form.validate():
        if parent is not None or chosen == TOP:
            operations.move(organisation, member(), parent)
            return _done(organisation)
        form.form_errors = [_("Choose a partner to stand above it, or the top.")]
    return _page("move", form, **move_page(organisation, member(), chosen))


@bp.route(f"{ONE}/status", methods=["GET", "POST"])
@requires(P.ORGANISATION_SUSPEND, Organisation)
def change_status(organisation: Organisation) -> Response:
    """Take the partner's next step, suspend it, end or open the partnership, with the reason."""
    form = bind(StatusForm, organisation=organisation)
    if request.method == "POST" and form.validate():
        reason = form.reason.data or ""
        operations.take_step(organisation, member(), form.step.data, reason)
        return _done(organisation)
    state = ORGANISATION.state_of(organisation)
    return _page("status", form, organisation=organisation, state=state)
