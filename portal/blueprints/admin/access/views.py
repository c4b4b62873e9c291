"""How does staff learn who may see and do what, and why?"""

from __future__ import annotations

from flask import Response

from portal.blueprints.admin.access import bp
from portal.blueprints.admin.access.showing import asked_page, table_page
from portal.core.guards import requires
from portal.core.pages import render
from portal.domain.permissions import Permission as P


@bp.get("/access")
@requires(P.ACCESS_EXPLAIN)
def index() -> Response:
    """Explain what a person may see and do of a record, and who can see it."""
    return render("admin/access/index.html", **asked_page())


@bp.get("/access/permissions")
@requires(P.ACCESS_EXPLAIN)
def permissions() -> Response:
    """Show every permission with its roles and rules, and who knows of which records."""
    return render("admin/access/permissions.html", **table_page())
