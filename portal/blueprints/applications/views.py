"""How does a company that is no partner yet apply, and follow what becomes of it?"""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for

from portal.blueprints.applications import bp
from portal.blueprints.applications.forms import ApplicationForm, ReplyForm, fresh_seal
from portal.core.guards import public
from portal.core.language import _, chosen_language, show_date
from portal.core.limits import limiter, where_from
from portal.core.pages import done, invalid, render
from portal.core.workflow import WrongState
from portal.domain.applications import applying
from portal.domain.applications.content import LABELS, REASON_WORDS
from portal.domain.applications.models import Application, RefuseReason, Status
from portal.domain.applications.workflow import APPLICATION
from portal.domain.customers.wording import place_of

SELDOM = "20/hour"  # an address, not a person: a whole office may stand behind one
IN_ALL = "300/hour"  # each sends a mail to an address that anybody may type
OFTEN = "60/minute"
LONGEST = 100
STEPS = {"confirm": applying.confirm, "withdraw": applying.withdraw}


@bp.route("/partner-application", methods=["GET", "POST"])
@public
@limiter.limit(SELDOM, key_func=where_from, methods=["POST"])
@limiter.limit(IN_ALL, key_func=lambda: "applications", methods=["POST"])
def apply() -> Response:
    """Ask who the company is, and send the mail that confirms it; the answer is always the same."""
    posted = request.form if request.method == "POST" else None
    form = ApplicationForm(formdata=posted, offered=applying.offered_products())
    if posted is not None and form.validate():
        key = form.key_of(posted.get("seal", ""))
        if key and not form.fax.data:
            applying.apply(key, form.values())
        if key:
            return done(url_for("applications.sent"))
    answer = invalid if form.errors else render
    return answer("applications/apply.html", form=form, seal=fresh_seal())


@bp.get("/partner-application/sent")
@public
def sent() -> Response:
    """Say what happens now, to everybody alike."""
    return render("applications/sent.html", days=applying.KEPT.days)


@bp.route("/partner-application/<token>", methods=["GET", "POST"])
@public
@limiter.limit(OFTEN, key_func=where_from)
def follow(token: str) -> Response:
    """Show whoever holds the link where the application stands, and take the next step of it."""
    is_post = request.method == "POST"
    application = applying.followed(token[:LONGEST], to_write=is_post)
    if application is None:
        return render("applications/unknown.html", status=404)
    form = ReplyForm(formdata=request.form if is_post else None)
    if not is_post:
        return render("applications/follow.html", **_page(application, form))
    try:
        return _step(application, form)
    except WrongState:
        return render("applications/follow.html", status=409, **_page(application, None))


def _step(application: Application, form: ReplyForm) -> Response:
    step = request.form.get("step", "")
    if step == "answer" and not form.validate():
        return invalid("applications/follow.html", **_page(application, form))
    if step == "answer":
        applying.answer(application, form.reply.data or "")
    elif step in STEPS:
        STEPS[step](application)
    else:
        abort(400)
    return done(request.path)


def _page(application: Application, form: ReplyForm | None) -> dict[str, Any]:
    one, language = application, chosen_language()
    rows = [
        (LABELS["company"], one.company),
        (LABELS["website"], one.website),
        (_("Place"), place_of(one.city, one.region, one.country, language)),
        (LABELS["contact_name"], one.contact_name),
        (LABELS["contact_email"], one.contact_email),
    ]
    is_rejected = one.status == Status.REJECTED
    return {
        "application": one,
        "form": form or ReplyForm(formdata=None),
        "state": APPLICATION.state_of(one),
        "facts": rows,
        "until": show_date(one.next_by) if one.status == Status.NEEDS_INFO else "",
        "reason": REASON_WORDS[RefuseReason(one.reason_code)] if is_rejected else "",
    }
