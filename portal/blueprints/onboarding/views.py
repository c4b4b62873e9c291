"""What is a partner's company asked to do, and how does each person do their part?"""

from __future__ import annotations

from flask import Response, redirect, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.onboarding import bp
from portal.blueprints.onboarding.forms import answers_form
from portal.blueprints.onboarding.lists import list_page
from portal.blueprints.onboarding.showing import item_page
from portal.blueprints.saying import saying
from portal.core.guards import requires
from portal.core.language import _
from portal.core.pages import done, invalid, render
from portal.domain.checklists import operations
from portal.domain.checklists.models import ChecklistItem
from portal.domain.checklists.workflow import ITEM
from portal.domain.permissions import Permission as P

ONE = "/items/<reference:reference>"


@bp.get("")
@requires(P.CHECKLIST_READ)
def index() -> Response:
    """Show the next step of this person, then everything that the company is asked."""
    return render("onboarding/index.html", **list_page(member()))


@bp.get(ONE)
@requires(P.CHECKLIST_READ, ChecklistItem)
def show(item: ChecklistItem) -> Response:
    """Show one item, with the form for whoever does it."""
    return render("onboarding/show.html", **item_page(item, member()))


@bp.route(f"{ONE}/sending", methods=["GET", "POST"])
@requires(P.CHECKLIST_WORK, ChecklistItem, beside=True)
def send(item: ChecklistItem) -> Response:
    """Send it to the vendor's staff; the form stands on the item's own page."""
    if request.method != "POST":
        return redirect(url_for("onboarding.show", reference=item.reference))  # type: ignore[return-value]
    ITEM.need(item, "submit", member())
    form = answers_form(item, request.path)
    is_valid = form.validate()
    if operations.lacks_file(item):
        form.form_errors = [_("Add the file first.")]
    elif is_valid:
        operations.submit(item, member(), form.answers())
        return done(saying(url_for("onboarding.index"), "sent"), item.reference)
    page = item_page(item, member(), form)
    return invalid("onboarding/show.html", "onboarding/_questions.html", **page)
