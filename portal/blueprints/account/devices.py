"""On which devices is the person signed in, and how do they end that?"""

from __future__ import annotations

from flask import Response, url_for

from portal.blueprints.account import bp
from portal.blueprints.acting import member
from portal.blueprints.saying import saying
from portal.core.admission import lifetimes
from portal.core.guards import requires
from portal.core.pages import done
from portal.domain.people.devices import devices_of, end_device, is_this
from portal.domain.people.models import LoginSession
from portal.domain.permissions import Permission as P


@bp.post("/account/devices/<reference:reference>/end")
@requires(P.SESSION_END, LoginSession)
def end_one(device: LoginSession) -> Response:
    """Sign out one device; it is out at its next request."""
    end_device(device, member())
    return done(saying(url_for("account.show"), "ended"))


@bp.post("/account/devices/end-others")
@requires(P.SESSION_END)
def end_others() -> Response:
    """Sign out every device but this one."""
    actor = member()
    for device in devices_of(actor, actor.user_id, *lifetimes()):
        if not is_this(device, actor):
            end_device(device, actor)
    return done(saying(url_for("account.show"), "ended"))
