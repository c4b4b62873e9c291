"""How is a record shared with somebody, and the share ended?"""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.saying import saying
from portal.blueprints.shares import bp
from portal.blueprints.shares.forms import form_of
from portal.core.access import can
from portal.core.forms import Form, bind
from portal.core.guards import requires
from portal.core.pages import done, invalid, render
from portal.domain.deals.models import Deal
from portal.domain.permissions import Permission as P
from portal.domain.registrations.models import Registration
from portal.domain.shares import operations
from portal.domain.shares.models import Level, Share
from portal.domain.shares.telling import holder_of


def _here(record: Any) -> str:
    if not operations.is_registration(record):
        return url_for("deals.show", reference=record.reference)
    is_staff = can(member(), P.REVIEW_READ)
    endpoint = "admin.review.show" if is_staff else "registrations.show"
    return url_for(endpoint, reference=record.reference)


def _share(record: Any) -> Response:
    """Ask with whom, how far and until when, and share it."""
    operations.need_sent(record)
    form, page = form_of(record, member())
    if request.method == "POST" and form.validate():
        level = Level(form.level.data)
        operations.share(record, member(), form.chosen, level, form.until.data)
        return done(saying(_here(record), "shared"), record.reference)
    answer = invalid if form.errors else render
    return answer("shares/share.html", "shares/_share.html", form=form, url=_here(record), **page)


@bp.route("/deals/<reference:reference>/share", methods=["GET", "POST"])
@requires(P.SHARE_MAKE, Deal)
def share_deal(deal: Deal) -> Response:
    """Share a deal."""
    return _share(deal)


@bp.route("/registrations/<reference:reference>/share", methods=["GET", "POST"])
@requires(P.SHARE_MAKE, Registration)
def share_registration(registration: Registration) -> Response:
    """Share a registration that was sent."""
    return _share(registration)


@bp.route("/shares/<reference:reference>/end", methods=["GET", "POST"])
@requires(P.SHARE_REVOKE, Share)
def revoke(share: Share) -> Response:
    """Ask once more, and end the share."""
    operations.need_in_force(share)
    form, record = bind(Form), share.record
    if request.method == "POST":
        operations.revoke(share, member())
        return done(saying(_here(record), "unshared"), record.reference)
    context = {"share": share, "record": record, "holder": _holder(share), "url": _here(record)}
    return render("shares/revoke.html", "shares/_revoke.html", form=form, **context)


def _holder(share: Share) -> str:
    return holder_of(share, member().side, current_app.config["VENDOR_SHORT_NAME"])
