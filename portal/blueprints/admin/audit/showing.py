"""What do the list of events and its file show?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import current_app, request, url_for

from portal.core.events import canonical_time
from portal.core.language import _l
from portal.domain.people.actor import MemberActor
from portal.domain.timeline.lines import Line
from portal.domain.timeline.searches import kinds_for, read_search
from portal.domain.timeline.searching import find

HEADER = (
    _l("Time (UTC)"), _l("Who"), _l("Reference of the person"), _l("Side"), _l("Record"),
    _l("Kind"), _l("What"), _l("In their words"), _l("Changes"),
)  # fmt: skip


def found_page(actor: MemberActor) -> dict[str, Any]:
    """Return the context of the list: the search as typed, and one page of what it finds."""
    search = read_search(request.args)
    vendor = current_app.config["VENDOR_SHORT_NAME"]
    found = find(search, actor, vendor, request.args.get("after", ""))
    kept: dict[str, Any] = search.typed
    following = found.next_cursor
    return {
        "search": search,
        "lines": found.lines,
        "kinds": kinds_for(actor.side),
        "next_url": url_for("admin.audit.index", **kept, after=following) if following else None,
        "first_url": None if found.is_first else url_for("admin.audit.index", **kept),
        "export_url": url_for("admin.audit.export", **kept),
    }


def row_of(line: Line) -> tuple[object, ...]:
    """Return one line of the file."""
    changes = " · ".join(f"{one.label}: {one.before} → {one.after}" for one in line.changes)
    moment: dt.datetime = line.at
    return (
        canonical_time(moment), line.who, line.who_reference, line.side, line.record, line.tag,
        line.sentence, line.detail, changes,
    )  # fmt: skip
