"""How does anybody check a receipt?"""

from __future__ import annotations

from flask import Response, abort, url_for

from portal.blueprints.receipts import bp
from portal.core.access import can, visible
from portal.core.database import db
from portal.core.guards import actor_now, public
from portal.core.limits import limiter, where_from
from portal.core.pages import render
from portal.domain.permissions import Permission as P
from portal.domain.registrations.models import Receipt, Registration
from portal.domain.registrations.receipts import verify_receipt


@bp.get("/receipts/<reference:reference>")
@public
@limiter.limit("30/minute", key_func=where_from)
def show(reference: str) -> Response:
    """Say when something was taken and under which rules, and nothing of what it said."""
    receipt = verify_receipt(reference)
    if receipt is None:
        abort(404)
    return render("receipts/show.html", receipt=receipt, record_url=_record_url(reference))


def _record_url(receipt: str) -> str | None:
    """Return where the registration stands, for who is signed in and may read it."""
    actor = actor_now()
    query = visible(Registration, actor).join(Receipt, Receipt.registration_id == Registration.id)
    record = db.session.scalar(query.where(Receipt.reference == receipt))
    if record is None or not can(actor, P.REGISTRATION_READ, record):
        return None
    return url_for("registrations.show", reference=record.reference)
