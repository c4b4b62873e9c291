"""How does a person take the deals that they see along as a file?"""

from __future__ import annotations

from flask import Response, request, stream_with_context

from portal.blueprints.acting import member
from portal.blueprints.deals import bp
from portal.blueprints.deals.lists import asked_for, deals_like
from portal.blueprints.deals.sheet import columns_for, rows_of
from portal.core.access import visible
from portal.core.guards import requires
from portal.core.sheets import stream_csv
from portal.core.times import now
from portal.core.transactions import record_aside
from portal.domain.deals.exporting import note_export
from portal.domain.deals.models import Deal
from portal.domain.permissions import Permission as P


@bp.get("/deals/export")
@requires(P.DEAL_LIST)
def export() -> Response:
    """Send all that the list shows as a file, with the columns that the person reads."""
    if request.method == "HEAD":  # nothing leaves, so there is nothing to write down
        return Response(mimetype="text/csv")
    actor, (stage, typed) = member(), asked_for()
    with record_aside("export") as aside:
        note_export(aside, actor, stage, typed)
    columns = columns_for(actor)
    rows = rows_of(deals_like(visible(Deal, actor), stage, typed), actor, columns)
    lines = stream_csv([str(column.heading) for column in columns], rows)
    answer = Response(stream_with_context(lines), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename=deals-{now():%Y-%m-%d}.csv"
    return answer
