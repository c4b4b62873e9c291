"""How do staff take new partners on: who is stuck where, and what is to be looked at?"""

from __future__ import annotations

from flask import Response, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.admin.onboarding import bp
from portal.blueprints.admin.onboarding.board import board_page
from portal.blueprints.admin.onboarding.forms import ReturnForm, WaiveForm
from portal.blueprints.admin.onboarding.showing import checklist_page, item_page
from portal.blueprints.saying import saying
from portal.core.forms import Form, bind
from portal.core.guards import requires
from portal.core.pages import done, invalid, render
from portal.domain.checklists import operations
from portal.domain.checklists.keeping import makes_active
from portal.domain.checklists.models import Checklist, ChecklistItem
from portal.domain.checklists.workflow import ITEM
from portal.domain.permissions import Permission as P

ONE = "/onboarding/items/<reference:reference>"


def _done(item: ChecklistItem, code: str, goes_live: bool = False) -> Response:
    """Send the person on to the partner's checklist, which says what was done (keys of SAID)."""
    url = url_for("admin.onboarding.show", reference=item.checklist.reference)
    return done(saying(url, "live" if goes_live else code), item.reference)


def _page(name: str, form: Form, item: ChecklistItem) -> Response:
    answer = invalid if form.errors else render
    page = f"admin/onboarding/{name}.html", f"admin/onboarding/_{name}.html"
    return answer(*page, form=form, item=item, makes_active=makes_active(item))


@bp.get("/onboarding")
@requires(P.CHECKLIST_FOLLOW)
def index() -> Response:
    """Show who is stuck where, whoever has waited longest first."""
    return render("admin/onboarding/index.html", **board_page(member()))


@bp.get("/onboarding/<reference:reference>")
@requires(P.CHECKLIST_FOLLOW, Checklist)
def show(checklist: Checklist) -> Response:
    """Show how far one partner is, item by item."""
    return render("admin/onboarding/show.html", **checklist_page(checklist, member()))


@bp.get(ONE)
@requires(P.CHECKLIST_FOLLOW, ChecklistItem)
def show_item(item: ChecklistItem) -> Response:
    """Show what an item asks, what came of it, and what can be done with it."""
    return render("admin/onboarding/item.html", **item_page(item, member()))


@bp.post(f"{ONE}/acceptance")
@requires(P.CHECKLIST_REVIEW, ChecklistItem)
def accept(item: ChecklistItem) -> Response:
    """Take what was sent."""
    is_last = makes_active(item)
    operations.accept(item, member())
    return _done(item, "accepted", is_last)


@bp.route(f"{ONE}/return", methods=["GET", "POST"])
@requires(P.CHECKLIST_REVIEW, ChecklistItem)
def give_back(item: ChecklistItem) -> Response:
    """Ask what is to be put right, and give it back."""
    ITEM.need(item, "return", member())
    form = bind(ReturnForm)
    if request.method == "POST" and form.validate():
        operations.give_back(item, member(), form.reason.data or "")
        return _done(item, "returned")
    return _page("return", form, item)


@bp.post(f"{ONE}/done")
@requires(P.CHECKLIST_REVIEW, ChecklistItem)
def do(item: ChecklistItem) -> Response:
    """Tick off what staff did themselves."""
    is_last = makes_active(item)
    operations.do(item, member())
    return _done(item, "ticked", is_last)


@bp.route(f"{ONE}/waiver", methods=["GET", "POST"])
@requires(P.CHECKLIST_WAIVE, ChecklistItem)
def waive(item: ChecklistItem) -> Response:
    """Ask why it is not needed, and do without it."""
    ITEM.need(item, "waive", member())
    form = bind(WaiveForm)
    if request.method == "POST" and form.validate():
        is_last = makes_active(item)
        operations.waive(item, member(), form.reason.data or "")
        return _done(item, "waived", is_last)
    return _page("waive", form, item)


@bp.post(f"{ONE}/asking")
@requires(P.CHECKLIST_WAIVE, ChecklistItem)
def ask_again(item: ChecklistItem) -> Response:
    """Ask for something after all."""
    operations.ask_again(item, member())
    return _done(item, "asked_again")
