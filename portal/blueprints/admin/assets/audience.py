"""Whom is a version for, and how many does that reach?"""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.admin.assets import bp
from portal.blueprints.admin.assets.forms import AudienceForm, rule_of
from portal.blueprints.admin.assets.showing import offered_products, reach_of
from portal.blueprints.admin.assets.views import ONE, done_with
from portal.blueprints.saying import saying
from portal.core.database import db
from portal.core.forms import bind
from portal.core.guards import requires
from portal.core.pages import done, invalid, render
from portal.domain.assets import operations
from portal.domain.assets.audience import audience_like
from portal.domain.assets.models import AssetVersion
from portal.domain.customers.places import NoCountry
from portal.domain.permissions import Permission as P


@bp.route(f"{ONE}/audience", methods=["GET", "POST"])
@requires(P.ASSET_WRITE, AssetVersion)
def audience(version: AssetVersion) -> Response:
    """Say whom a draft is for, and read how many that reaches."""
    operations.need_draft(version)
    form = bind(AudienceForm, data=rule_of(version.audience), offered=offered_products())
    # Counted without scripts: nothing is written, so the form's key stays good.
    is_counting = "count" in request.form
    if request.method == "POST" and form.validate() and not is_counting:
        is_new = version.audience is None
        meant = audience_like(db.session(), form.facets())
        operations.edit(version, member(), {"audience": meant})
        if is_new and not version.has_content:
            url = url_for("admin.assets.put_file", reference=version.reference)
            return done(saying(url, "saved"), version.reference)
        return done_with(version, "saved")
    answer = invalid if is_counting or form.errors else render
    page = "admin/assets/audience.html", "admin/assets/_audience.html"
    return answer(*page, form=form, version=version, **_counted(form))


@bp.get("/assets/reach")
@requires(P.ASSET_WRITE)
def reach() -> Response:
    """Say how many people and companies the chosen audience reaches."""
    form = AudienceForm(formdata=request.args, offered=offered_products())
    form.validate()
    page = "admin/assets/reach.html", "admin/assets/_reach.html"
    return render(*page, form=form, **_counted(form))


def _counted(form: AudienceForm) -> dict[str, Any]:
    try:
        return reach_of(form.facets())
    except NoCountry:
        return {"reached": None, "reach": ""}
