"""How does staff read what happened in the whole portal?"""

from __future__ import annotations

from flask import Response, current_app, request, stream_with_context

from portal.blueprints.acting import member
from portal.blueprints.admin.audit import bp
from portal.blueprints.admin.audit.showing import HEADER, found_page, row_of
from portal.core.guards import requires
from portal.core.pages import render
from portal.core.sheets import stream_csv
from portal.core.transactions import record_aside
from portal.domain.permissions import Permission as P
from portal.domain.timeline.exporting import note_export
from portal.domain.timeline.searches import read_search
from portal.domain.timeline.searching import find_all


@bp.get("/audit")
@requires(P.AUDIT_READ)
def index() -> Response:
    """List events, the newest first, by person, record, kind and day."""
    return render("admin/audit/index.html", **found_page(member()))


@bp.get("/audit/export")
@requires(P.AUDIT_READ)
def export() -> Response:
    """Send all that the filter shows as a file; that it was sent is an event itself."""
    if request.method == "HEAD":  # nothing leaves, so there is nothing to write down
        return Response(mimetype="text/csv")
    actor, search = member(), read_search(request.args)
    with record_aside("export") as aside:
        moment = note_export(aside, actor, search)
    lines = find_all(search, actor, current_app.config["VENDOR_SHORT_NAME"], moment)
    rows = stream_csv([str(name) for name in HEADER], map(row_of, lines))
    answer = Response(stream_with_context(rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename=audit-{moment:%Y-%m-%d}.csv"
    return answer
