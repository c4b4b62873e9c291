"""How does a registration, or a draft, go to a colleague?"""

from __future__ import annotations

from flask import Response, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.handing import TakerForm
from portal.blueprints.registrations import bp
from portal.blueprints.saying import saying
from portal.core.forms import bind
from portal.core.guards import requires
from portal.core.pages import done, invalid, render
from portal.domain.permissions import Permission as P
from portal.domain.reassigning.loads import loads_of
from portal.domain.registrations import owners
from portal.domain.registrations.models import Registration


@bp.route("/registrations/<reference:reference>/owner", methods=["GET", "POST"])
@requires(P.REGISTRATION_REASSIGN, Registration)
def reassign(registration: Registration) -> Response:
    """Ask which colleague takes the registration, and hand it over."""
    owners.need_undecided(registration)
    offered = owners.next_owners(registration, member())
    loads = loads_of(member(), [one.id for one in offered])
    form = bind(TakerForm, offered=offered, loads=loads)
    if request.method == "POST" and form.validate() and form.taker:
        owners.reassign(registration, member(), form.taker)
        url = url_for("registrations.show", reference=registration.reference)
        return done(saying(url, "handed"), registration.reference)
    page = invalid if form.errors else render
    return page(
        "registrations/reassign.html",
        "registrations/_reassign.html",
        form=form,
        registration=registration,
    )
