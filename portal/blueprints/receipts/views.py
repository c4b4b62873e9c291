"""How does anybody check a receipt?"""

from __future__ import annotations

from flask import Response, abort

from portal.blueprints.receipts import bp
from portal.core.guards import public
from portal.core.limits import limiter, where_from
from portal.core.pages import render
from portal.domain.registrations.receipts import verify_receipt


@bp.get("/receipts/<reference:reference>")
@public
@limiter.limit("30/minute", key_func=where_from)
def show(reference: str) -> Response:
    """Say when something was taken and under which rules, and nothing of what it said."""
    receipt = verify_receipt(reference)
    if receipt is None:
        abort(404)
    return render("receipts/show.html", receipt=receipt)
