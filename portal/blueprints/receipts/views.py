"""How does anybody check a receipt?"""

from __future__ import annotations

from flask import Response, abort
from sqlalchemy import select

from portal.blueprints.receipts import bp
from portal.core.access import public, system_mode
from portal.core.database import db
from portal.core.limits import limiter, where_from
from portal.core.pages import render
from portal.domain.registrations.models import Receipt


@bp.get("/receipts/<reference:reference>")
@public
@limiter.limit("30/minute", key_func=where_from)
def show(reference: str) -> Response:
    """Say when something was taken and under which rules, and nothing of what it said."""
    with system_mode("verifying a receipt"):
        receipt = db.session.scalar(select(Receipt).where(Receipt.reference == reference))
    if receipt is None:
        abort(404)
    return render("receipts/show.html", receipt=receipt)
