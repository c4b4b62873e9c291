"""Which new partners are stuck, where, with whom and for how long?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from sqlalchemy import ColumnElement, Select, select

from portal.core.access import scope_of
from portal.core.database import db
from portal.core.language import Due, _c, _l, chosen_language, show_due
from portal.core.paging import Page, filters_of, page_of, ways_to_see
from portal.core.references import normalise_reference
from portal.core.text import clean_line, fold
from portal.core.times import now
from portal.core.workflow import PARTNER, VENDOR
from portal.domain.checklist_templates.content import item_from
from portal.domain.checklists.models import NEVER, Checklist, ChecklistItem
from portal.domain.organisations.models import Organisation
from portal.domain.people.actor import CLOSED, MemberActor
from portal.domain.portfolios.size import is_large

SIZE = 25
NEAR = 8 * SIZE
"""How many of everybody's are looked through before a large portfolio is."""
VIEWS = {"us": _l("With us"), "partner": _l("With the partner"), "overdue": _l("Overdue")}
COMPLETE = "complete"
_COLUMNS = (
    Checklist.reference, Checklist.done, Checklist.total, Checklist.turn, Checklist.step_id,
    Checklist.waiting_since, Checklist.due_at, Checklist.completed_at,
    Organisation.name.label("company"),
)  # fmt: skip


def board_page(actor: MemberActor) -> dict[str, Any]:
    """Return what the board shows: rows, search, filters, and the ways to the other pages."""
    view, typed = request.args.get("view", ""), clean_line(request.args.get("q", ""))[:120]
    view = view if view in (*VIEWS, COMPLETE) else ""
    page = _page(actor, view, typed)
    kept: dict[str, Any] = {name: value for name, value in (("q", typed), ("view", view)) if value}
    here = "admin.onboarding.index"
    return {
        "heading": _c("tab", "Onboarding"),
        "rows": page.rows,
        "steps": _steps_of(page.rows),
        "dues": {row.reference: _due_of(row) for row in page.rows},
        "turns": {VENDOR: VIEWS["us"], PARTNER: VIEWS["partner"]},
        "view": view,
        "typed": typed,
        "is_complete": view == COMPLETE,
        "filters": filters_of(here, "view", VIEWS, view, **({"q": typed} if typed else {})),
        "next_url": page.next_cursor and url_for(here, after=page.next_cursor, **kept),
        "first_url": None if page.is_first else url_for(here, **kept),
    }


def _page(actor: MemberActor, view: str, typed: str) -> Page:
    """Return those who wait, the longest first, or those who are through, the last first."""
    query = _select(actor).where(*_called(typed))
    after, ways = request.args.get("after"), ways_to_see(Checklist, actor)
    if ways.are_many:
        ways = ways._replace(are_many=is_large(actor), near=NEAR)
    if view == COMPLETE:
        done = query.where(Checklist.completed_at.is_not(None))
        return page_of(done, Checklist.completed_at, Checklist.reference, after, SIZE, ways)
    query = query.where(Checklist.waiting_since < NEVER, *_narrowed(view))
    key = Checklist.waiting_since, Checklist.reference
    return page_of(query, *key, after, SIZE, ways, is_oldest_first=True)


def _select(actor: MemberActor) -> Select[*tuple[Any, ...]]:
    """Return the SELECT of the columns; whose partnership rests or is over waits for nobody."""
    return (
        select(*_COLUMNS)
        .join_from(Checklist, Organisation, Organisation.id == Checklist.organisation_id)
        .where(scope_of(Checklist, actor), Organisation.status.not_in(CLOSED))
    )


def _narrowed(view: str) -> list[ColumnElement[bool]]:
    if view == "overdue":
        return [Checklist.due_at <= now()]
    return [Checklist.turn == {"us": VENDOR, "partner": PARTNER}[view]] if view else []


def _called(typed: str) -> list[ColumnElement[bool]]:
    reference = normalise_reference(typed)
    if reference:
        return [Organisation.reference == reference]
    return [Organisation.name_key.contains(fold(typed), autoescape=True)] if typed else []


def _steps_of(rows: Sequence[Any]) -> dict[int, str]:
    """Return by its number the title of each item at which a row stands."""
    numbers = [row.step_id for row in rows if row.step_id]
    if not numbers:
        return {}
    query = select(ChecklistItem.id, ChecklistItem.kept).where(ChecklistItem.id.in_(numbers))
    language = chosen_language()
    return {one.id: item_from(one.kept).title_in(language) for one in db.session.execute(query)}


def _due_of(row: Any) -> Due | None:
    return None if row.completed_at else show_due(row.due_at)
