"""How does staff look up a partner?"""

from __future__ import annotations

from flask import Response

from portal.blueprints.acting import member
from portal.blueprints.admin.organisations import bp
from portal.blueprints.admin.organisations.showing import list_page, record_page
from portal.core.guards import requires
from portal.core.pages import render
from portal.domain.organisations.models import Organisation
from portal.domain.permissions import Permission as P


@bp.get("/organisations")
@requires(P.ORGANISATION_READ)
def index() -> Response:
    """List the partners that the person works with, found by name."""
    return render("admin/organisations/index.html", **list_page(member()))


@bp.get("/organisations/<reference:reference>")
@requires(P.ORGANISATION_READ, Organisation)
def show(organisation: Organisation) -> Response:
    """Show a partner: type, tier, territory, who stands above and below, and its people."""
    return render("admin/organisations/show.html", **record_page(organisation, member()))
