"""Which registrations stand on the page, and where does the next page begin?"""

from __future__ import annotations

from typing import Any

from flask import current_app, request, url_for
from sqlalchemy import ColumnElement, and_, func

from portal.core.access import visible
from portal.core.paging import Page, filters_of, page_of, ways_to_see
from portal.core.references import normalise_reference
from portal.core.text import clean_line
from portal.domain.people.actor import MemberActor
from portal.domain.registrations.models import Registration, Status
from portal.domain.registrations.workflow import REGISTRATION
from portal.domain.shares.telling import marks_of

SIZE = 25


def list_page(actor: MemberActor) -> dict[str, Any]:
    """Return what the list shows: rows, filters and the way to the next page."""
    chosen = request.args.get("status", "")
    status = chosen if chosen in set(Status) else ""
    query = visible(Registration, actor)
    if status:
        query = query.where(Registration.status == status)
    typed = clean_line(request.args.get("q", ""))[:120]
    if typed:
        query = query.where(_says(typed))
    after, ways = request.args.get("after"), ways_to_see(Registration, actor)
    page: Page = page_of(query, Registration.changed_at, Registration.reference, after, SIZE, ways)
    vendor = current_app.config["VENDOR_SHORT_NAME"]
    kept: dict[str, Any] = {
        name: value for name, value in (("q", typed), ("status", status)) if value
    }
    labels = {name.value: str(state.label) for name, state in REGISTRATION.states.items()}
    headings = {name.value: state.heading for name, state in REGISTRATION.states.items()}
    following = page.next_cursor and url_for("registrations.index", after=page.next_cursor, **kept)
    return {
        "rows": page.rows,
        "marks": marks_of(Registration, [row.reference for row in page.rows], actor, vendor),
        "next_url": following,
        "first_url": None if page.is_first else url_for("registrations.index", **kept),
        "states": REGISTRATION.states,
        "labels": labels,
        "filters": filters_of(
            "registrations.index", "status", headings, status, **({"q": typed} if typed else {})
        ),
        "typed": typed,
        "chosen": status,
        "is_filtered": bool(kept),
    }


def _says(typed: str) -> ColumnElement[bool]:
    """Return that a registration has this reference, or a customer with these words."""
    reference = normalise_reference(typed)
    if reference is not None:
        return Registration.reference == reference
    company = func.lower(Registration.company)
    return and_(*(company.contains(word, autoescape=True) for word in typed.lower().split()[:5]))
