"""How does a version go out to partners, and how is it taken back?"""

from __future__ import annotations

from flask import Response, request

from portal.blueprints.acting import member
from portal.blueprints.admin.assets import bp
from portal.blueprints.admin.assets.forms import PublishForm, WithdrawForm, day_of
from portal.blueprints.admin.assets.showing import whom_of
from portal.blueprints.admin.assets.views import ONE, done_with
from portal.core.forms import bind
from portal.core.guards import requires
from portal.core.pages import invalid, render
from portal.core.times import now
from portal.domain.assets import operations
from portal.domain.assets.copies import holders_of
from portal.domain.assets.models import AssetVersion, Status
from portal.domain.assets.workflow import ASSET
from portal.domain.permissions import Permission as P


@bp.route(f"{ONE}/publication", methods=["GET", "POST"])
@requires(P.ASSET_PUBLISH, AssetVersion)
def publish(version: AssetVersion) -> Response:
    """Say how many it reaches and who is told, and let partners have it."""
    ASSET.need(version, "schedule", member())
    counted = whom_of(version)
    form = bind(PublishForm, people=counted["reached"].people)
    if request.method == "POST" and form.validate():
        operations.publish(version, member())
        return done_with(version, "out_now" if version.status == Status.PUBLISHED else "scheduled")
    is_later = version.valid_from is not None and version.valid_from > now()
    answer = invalid if form.errors else render
    return answer(
        "admin/assets/publish.html",
        "admin/assets/_publish.html",
        form=form,
        version=version,
        day=day_of(version.valid_from) if is_later else None,
        told=holders_of(version.asset),
        **counted,
    )


@bp.post(f"{ONE}/call-off")
@requires(P.ASSET_PUBLISH, AssetVersion)
def call_off(version: AssetVersion) -> Response:
    """Make a draft of what was approved or scheduled."""
    operations.call_off(version, member())
    return done_with(version, "called_off")


@bp.route(f"{ONE}/withdrawal", methods=["GET", "POST"])
@requires(P.ASSET_PUBLISH, AssetVersion)
def withdraw(version: AssetVersion) -> Response:
    """Ask why, take it out of use, and have everybody told who took it."""
    ASSET.need(version, "withdraw", member())
    form = bind(WithdrawForm)
    if request.method == "POST" and form.validate():
        operations.withdraw(version, member(), form.reason.data or "")
        return done_with(version, "recalled")
    answer = invalid if form.errors else render
    page = "admin/assets/withdraw.html", "admin/assets/_withdraw.html"
    told = holders_of(version.asset, version)
    return answer(*page, form=form, version=version, told=told)
