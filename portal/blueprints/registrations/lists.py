"""Which registrations stand on the page, and where does the next page begin?"""

from __future__ import annotations

from typing import Any

from flask import current_app, request, url_for

from portal.core.access import visible
from portal.core.paging import Page, filters_of, page_of, ways_to_see
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
    after, ways = request.args.get("after"), ways_to_see(Registration, actor)
    page: Page = page_of(query, Registration.changed_at, Registration.reference, after, SIZE, ways)
    vendor = current_app.config["VENDOR_SHORT_NAME"]
    kept: dict[str, Any] = {"status": status} if status else {}
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
        "filters": filters_of("registrations.index", "status", headings, status),
        "is_filtered": bool(status),
    }
