"""How does a partner's administrator read what happened at their company?"""

from __future__ import annotations

from flask import Response, current_app, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.log import bp
from portal.core.guards import requires
from portal.core.pages import render
from portal.domain.permissions import Permission as P
from portal.domain.timeline.searches import kinds_for, read_search
from portal.domain.timeline.searching import find, told_once


@bp.get("/company/log")
@requires(P.LOG_READ)
def index() -> Response:
    """List what happened to the company's records, the newest first."""
    actor, search = member(), read_search(request.args)
    vendor = current_app.config["VENDOR_SHORT_NAME"]
    found = find(search, actor, vendor, request.args.get("after", ""))
    following = found.next_cursor
    return render(
        "log/index.html",
        search=search,
        lines=list(told_once(found.lines)),
        kinds=kinds_for(actor.side),
        next_url=url_for("log.index", **search.typed, after=following) if following else None,  # type: ignore[arg-type]
        first_url=None if found.is_first else url_for("log.index", **search.typed),  # type: ignore[arg-type]
    )
