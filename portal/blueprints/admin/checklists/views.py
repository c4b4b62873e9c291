"""Which checklists are there, for whom is each, and what does it ask?"""

from __future__ import annotations

from flask import Response, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.admin.checklists import bp
from portal.blueprints.admin.checklists.forms import TemplateForm
from portal.blueprints.admin.checklists.showing import list_page, record_page
from portal.blueprints.saying import saying
from portal.core.forms import bind
from portal.core.guards import requires
from portal.core.pages import done, invalid, render
from portal.domain.checklist_templates import operations
from portal.domain.checklist_templates.models import ChecklistTemplate
from portal.domain.permissions import Permission as P

ONE = "/checklists/<reference:reference>"


def done_with(template: ChecklistTemplate, code: str) -> Response:
    """Send the person on to the template's page, which says what was done (a key of SAID)."""
    url = url_for("admin.checklists.show", reference=template.reference)
    return done(saying(url, code), template.reference)


@bp.get("/checklists")
@requires(P.CHECKLIST_FOLLOW)
def index() -> Response:
    """List every template."""
    return render("admin/checklists/index.html", **list_page(member()))


@bp.route("/checklists/new", methods=["GET", "POST"])
@requires(P.CHECKLIST_WRITE)
def create() -> Response:
    """Begin a template."""
    form = bind(TemplateForm, template=None)
    if request.method == "POST" and form.validate():
        return done_with(operations.create(member(), form.values()), "saved")
    answer = invalid if form.errors else render
    page = "admin/checklists/edit.html", "admin/checklists/_edit.html"
    return answer(*page, form=form, template=None)


@bp.get(ONE)
@requires(P.CHECKLIST_FOLLOW, ChecklistTemplate)
def show(template: ChecklistTemplate) -> Response:
    """Show a template as partners get it."""
    return render("admin/checklists/show.html", **record_page(template, member()))


@bp.route(f"{ONE}/edit", methods=["GET", "POST"])
@requires(P.CHECKLIST_WRITE, ChecklistTemplate)
def edit(template: ChecklistTemplate) -> Response:
    """Write what it is called and for whom it is."""
    form = bind(TemplateForm, obj=template, template=template)
    if request.method == "POST" and form.validate():
        operations.edit(template, member(), form.values())
        return done_with(template, "saved")
    answer = invalid if form.errors else render
    page = "admin/checklists/edit.html", "admin/checklists/_edit.html"
    return answer(*page, form=form, template=template)
