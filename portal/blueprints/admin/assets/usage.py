"""Who took which version of an asset along, and when?"""

from __future__ import annotations

from flask import Response, request, stream_with_context

from portal.blueprints.acting import member
from portal.blueprints.admin.assets import bp
from portal.core.access import visible
from portal.core.database import db
from portal.core.guards import requires
from portal.core.language import _, chosen_language
from portal.core.pages import render
from portal.core.sheets import stream_csv
from portal.core.times import now
from portal.core.transactions import record_aside
from portal.domain.assets.copies import companies_of, counts_of, note_export, rows_of, takings_of
from portal.domain.assets.models import Asset, AssetVersion
from portal.domain.permissions import Permission as P

NEWEST = 100
ONE = "/assets/<reference:reference>/usage"


@bp.get(ONE)
@requires(P.ASSET_FOLLOW, Asset)
def usage(asset: Asset) -> Response:
    """Show how often each version was taken, by which companies, and who took it last."""
    versions = visible(AssetVersion, member()).where(AssetVersion.asset_id == asset.id)
    newest = db.session.scalars(versions.order_by(AssetVersion.id.desc()).limit(1)).one()
    rows = db.session.execute(takings_of(asset.id).limit(NEWEST)).all()
    return render(
        "admin/assets/usage.html",
        asset=asset,
        version=newest,
        title=newest.title_in(chosen_language()),
        counts=counts_of(asset),
        companies=companies_of(asset),
        rows=rows,
        has_more=len(rows) == NEWEST,
    )


@bp.get(f"{ONE}/export")
@requires(P.ASSET_FOLLOW, Asset)
def export(asset: Asset) -> Response:
    """Send who took it along as a file."""
    if request.method == "HEAD":  # nothing leaves, so there is nothing to write down
        return Response(mimetype="text/csv")
    rows, reference = rows_of(asset.id, member()), asset.reference
    with record_aside("export") as aside:
        note_export(aside, member(), reference)
    header = [_("Company"), _("Person"), _("Version"), _("When (UTC)")]
    answer = Response(stream_with_context(stream_csv(header, rows)), mimetype="text/csv")
    name = f"{reference}-{now():%Y-%m-%d}.csv"
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer
