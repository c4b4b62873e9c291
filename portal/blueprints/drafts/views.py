"""How is typed text kept before it is sent?"""

from __future__ import annotations

from flask import Response, abort, g, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.drafts import bp
from portal.core import drafts, submissions
from portal.core.database import db
from portal.core.guards import requires
from portal.core.language import show_time
from portal.core.limits import limiter
from portal.core.pages import done, render
from portal.core.redirects import safe_path
from portal.core.references import reference_in
from portal.core.submissions import repeatable
from portal.core.times import now
from portal.domain.permissions import Permission as P


@bp.post("/drafts")
@repeatable
@requires(P.HOME_READ)
@limiter.limit("600/hour")
def keep() -> Response:
    """Keep what is typed in the form whose address is in ``form_path``; changes no record.

    The button "Later" sends the whole form here on its way home.
    """
    actor = member()
    path = safe_path(request.form.get("form_path"))
    if path is None:
        abort(400)
    g.keeps_draft = True
    fields = request.form.copy()
    fields.poplist("form_path")
    is_leaving = bool(fields.poplist("later"))
    parsed = submissions.read_key(request.form.get(submissions.FIELD, ""))
    is_sent = parsed is not None and submissions.is_used(parsed[0])
    is_kept = not is_sent and drafts.keep(db.session(), actor.membership_id, path, fields)
    if is_leaving:
        return done(url_for("home.index", kept=reference_in(path) or None))
    return render("drafts/_kept.html", time=show_time(now()), is_kept=is_kept)


@bp.post("/drafts/discard")
@repeatable
@requires(P.HOME_READ)
def discard() -> Response:
    """Throw away what was kept of one form and show the form again."""
    actor = member()
    path = safe_path(request.form.get("form_path"))
    if path is None:
        abort(400)
    drafts.forget(db.session(), actor.membership_id, path)
    return done(path)
