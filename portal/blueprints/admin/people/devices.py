"""How does the security administrator end somebody's sign-ins?"""

from __future__ import annotations

from flask import Response, url_for

from portal.blueprints.acting import member
from portal.blueprints.admin.people import bp
from portal.blueprints.saying import saying
from portal.core.admission import lifetimes
from portal.core.guards import requires
from portal.core.pages import done, render
from portal.domain.people.devices import describe_devices, devices_of, end_device
from portal.domain.people.models import Membership
from portal.domain.permissions import Permission as P


@bp.get("/people/<reference:reference>/devices")
@requires(P.SESSION_END_ALL, Membership)
def devices(person: Membership) -> Response:
    """Show where the person is signed in, for whichever organisation they act."""
    actor = member()
    found = devices_of(actor, person.user_id, *lifetimes())
    return render(
        "admin/people/devices.html",
        person=person,
        devices=describe_devices(found, actor),
    )


@bp.post("/people/<reference:reference>/devices")
@requires(P.SESSION_END_ALL, Membership)
def end_devices(person: Membership) -> Response:
    """Sign the person out everywhere; it is in force at their next request."""
    actor = member()
    for device in devices_of(actor, person.user_id, *lifetimes()):
        end_device(device, actor)
    return done(saying(url_for("admin.people.devices", reference=person.reference), "out"))
