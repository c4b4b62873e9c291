"""How does a partner work the deals in the pipeline?"""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.deals import bp
from portal.blueprints.deals.forms import DealForm, LossForm, PlanForm, StageForm
from portal.blueprints.deals.lists import list_page
from portal.blueprints.deals.showing import record_page
from portal.blueprints.saying import SAID, saying
from portal.core.fields import shows
from portal.core.forms import Form, bind
from portal.core.guards import requires
from portal.core.money import to_major
from portal.core.pages import changed, done, invalid, is_htmx, render
from portal.domain.deals import operations
from portal.domain.deals.models import Deal, Stage
from portal.domain.permissions import Permission as P

ONE = "/deals/<reference:reference>"


def _here(deal: Deal) -> str:
    return url_for("deals.show", reference=deal.reference)


def _changed(deal: Deal, code: str) -> Response:
    """Answer a change with everything on the deal's page that it touches, and say what it was."""
    url = saying(_here(deal), code)
    if not is_htmx():
        return done(url, deal.reference)
    context = record_page(deal, member()) | {"told": SAID[code]}
    return changed("deals/_changed.html", url, deal.reference, **context)


def _page(template: str, form: Form, deal: Deal, **context: Any) -> Response:
    answer = invalid if form.errors else render
    page, fragment = f"deals/{template}.html", f"deals/_{template}.html"
    return answer(page, fragment, form=form, deal=deal, **context)


@bp.get("/deals")
@requires(P.DEAL_LIST)
def index() -> Response:
    """List the deals that the person may see: newest first, searched, filtered by stage."""
    return render("deals/index.html", "deals/_rows.html", **list_page(member()))


@bp.get(ONE)
@requires(P.DEAL_READ, Deal)
def show(deal: Deal) -> Response:
    """Show what is next, the summary and what happened."""
    return render("deals/show.html", "deals/_changed.html", **record_page(deal, member()))


@bp.route(f"{ONE}/edit", methods=["GET", "POST"])
@requires(P.DEAL_EDIT, Deal)
def edit(deal: Deal) -> Response:
    """Change amount, close date and own reference."""
    operations.need_open(deal)
    values: dict[str, Any] = {
        "amount": to_major(deal.amount_minor, deal.currency),
        "own_reference": deal.own_reference,
    }
    if shows(member(), "deal.close_on"):
        values["close_on"] = deal.close_on
    form = bind(DealForm, data=values, deal=deal)
    if request.method == "POST" and form.validate():
        operations.edit(deal, member(), form.values())
        return done(saying(_here(deal), "saved"), deal.reference)
    return _page("edit", form, deal)


@bp.route(f"{ONE}/next-step", methods=["GET", "POST"])
@requires(P.DEAL_EDIT, Deal)
def plan(deal: Deal) -> Response:
    """Say what is next and by when."""
    operations.need_open(deal)
    form = bind(PlanForm, data={"step": deal.next_step, "on": deal.next_step_on})
    if request.method == "POST" and form.validate() and form.on.data:
        operations.plan(deal, member(), form.step.data or "", form.on.data)
        return done(saying(_here(deal), "planned"), deal.reference)
    return _page("plan", form, deal)


@bp.post(f"{ONE}/next-step/done")
@requires(P.DEAL_EDIT, Deal)
def finish_step(deal: Deal) -> Response:
    """Tick the next step off and ask for the one after."""
    operations.finish_step(deal, member())
    return done(url_for("deals.plan", reference=deal.reference), deal.reference)


@bp.route(f"{ONE}/stage", methods=["GET", "POST"])
@requires(P.DEAL_EDIT, Deal)
def move(deal: Deal) -> Response:
    """Move to another open stage."""
    operations.need_open(deal)
    form = bind(StageForm, data={"stage": deal.stage})
    if request.method == "POST" and form.validate():
        is_new = form.stage.data != deal.stage
        if is_new:
            operations.move(deal, member(), Stage(form.stage.data))
        return _changed(deal, "moved" if is_new else "same")
    return _page("stage", form, deal)


@bp.route(f"{ONE}/won", methods=["GET", "POST"])
@requires(P.DEAL_CLOSE, Deal)
def win(deal: Deal) -> Response:
    """Ask once more, and mark the deal as won."""
    operations.need_open(deal)
    form = bind(Form)
    if request.method == "POST":
        operations.move(deal, member(), Stage.WON)
        return done(_here(deal), deal.reference)
    return _page("win", form, deal)


@bp.route(f"{ONE}/lost", methods=["GET", "POST"])
@requires(P.DEAL_CLOSE, Deal)
def lose(deal: Deal) -> Response:
    """Ask for the reason, and mark the deal as lost: the customer becomes free."""
    operations.need_open(deal)
    form = bind(LossForm)
    if request.method == "POST" and form.validate():
        operations.move(deal, member(), Stage.LOST, form.reason.data)
        return done(_here(deal), deal.reference)
    return _page("lose", form, deal)
