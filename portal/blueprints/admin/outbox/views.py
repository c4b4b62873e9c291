"""How does staff see what left the portal, and what did not?"""

from __future__ import annotations

from flask import Response

from portal.blueprints.acting import member
from portal.blueprints.admin.outbox import bp
from portal.blueprints.admin.outbox.showing import list_page, record_page
from portal.core.guards import requires
from portal.core.outbox import Delivery
from portal.core.pages import render
from portal.domain.permissions import Permission as P


@bp.get("/outbox")
@requires(P.OUTBOX_READ)
def index() -> Response:
    """List deliveries, newest first, by state."""
    return render("admin/outbox/index.html", **list_page(member()))


@bp.get("/outbox/<uuid:key>")
@requires(P.OUTBOX_READ, Delivery, by="key")
def show(delivery: Delivery) -> Response:
    """Show one delivery: to whom, when, how often it was tried, and the mail if it lies here."""
    return render("admin/outbox/show.html", **record_page(delivery, member()))
