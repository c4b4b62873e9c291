"""How does all that somebody has open go to a colleague?"""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.handing import TakerForm, open_words
from portal.blueprints.people import bp
from portal.core.forms import bind
from portal.core.guards import requires
from portal.core.pages import done, invalid, render
from portal.domain.people.models import Membership
from portal.domain.permissions import Permission as P
from portal.domain.reassigning import operations
from portal.domain.reassigning.loads import loads_of


@bp.route("/people/<reference:reference>/records", methods=["GET", "POST"])
@requires(P.PERSON_HAND_OVER, Membership)
def hand_over(person: Membership) -> Response:
    """Ask which colleague takes all that the person has open, and hand it over at once."""
    offered = operations.colleagues_of(person, member())
    loads = loads_of(member(), [person.id, *(one.id for one in offered)])
    form = bind(TakerForm, offered=offered, loads=loads)
    if request.method == "POST" and form.validate() and form.taker:
        moved = operations.hand_over(person, member(), form.taker)
        told: dict[str, Any] = {"done": "handed", **vars(moved)}
        url = url_for("people.show", reference=person.reference, **told)
        return done(url, person.reference)
    load = loads[person.id]
    page = invalid if form.errors else render
    context: dict[str, Any] = {
        "person": person,
        "load": load,
        "open": open_words(load),
    }
    return page("people/hand_over.html", "people/_hand_over.html", form=form, **context)
