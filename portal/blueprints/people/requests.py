"""How does an administrator decide on somebody who asked for access?"""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from sqlalchemy import func

from portal.blueprints.acting import member
from portal.blueprints.people import bp
from portal.blueprints.people.forms import AccessForm
from portal.blueprints.saying import saying
from portal.core.access import visible
from portal.core.database import db
from portal.core.forms import Form, Line, Text, bind
from portal.core.guards import requires
from portal.core.language import _, _l
from portal.core.limits import limiter
from portal.core.pages import done, invalid, render
from portal.core.paging import page_of
from portal.core.references import normalise_reference
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people.access_requests import (
    accept_request,
    decline_request,
    need_open,
    waiting,
)
from portal.domain.people.actor import MemberActor
from portal.domain.people.administration import AlreadyHere
from portal.domain.people.models import AccessRequest
from portal.domain.permissions import Permission as P

ONE = "/people/requests/<reference:reference>"
OFTEN = "60/hour"  # invitations leave the portal as mails
SIZE = 25


class AcceptForm(AccessForm):
    """What whoever asked may do; of which company, where their address does not say it."""

    company = Line(
        _l("Company"), required=_l("Give the company’s reference, or its name as it is written.")
    )

    def __init__(self, *args: Any, asked: AccessRequest, actor: MemberActor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, side=Side.PARTNER, **kwargs)
        self.actor, self.asked = actor, asked
        if asked.organisation_id is not None:
            del self.company

    def organisation(self) -> Organisation | None:
        """Return the company to which the person is invited, as far as the actor may see it."""
        query = visible(Organisation, self.actor).where(Organisation.side == Side.PARTNER)
        if self.asked.organisation_id is not None:
            return db.session.scalar(query.where(Organisation.id == self.asked.organisation_id))
        typed = self.company.data or ""
        reference = normalise_reference(typed)
        if reference:
            return db.session.scalar(query.where(Organisation.reference == reference))
        named = db.session.scalars(query.where(func.lower(Organisation.name) == typed.lower()))
        found = named.all()
        return found[0] if len(found) == 1 else None


class DeclineForm(Form):
    """What whoever asked reads, if anything."""

    answer = Text(_l("What the person reads"), maximum=500)


@bp.get("/people/requests")
@requires(P.PERSON_ADMINISTER)
def requests() -> Response:
    """List who asked for access and waits for an answer."""
    query = waiting(member())
    after = request.args.get("after")
    page = page_of(query, AccessRequest.made_at, AccessRequest.reference, after, SIZE)
    following = page.next_cursor and url_for("people.requests", after=page.next_cursor)
    first = None if page.is_first else url_for("people.requests")
    return render("people/requests.html", rows=page.rows, next_url=following, first_url=first)


@bp.route(ONE, methods=["GET", "POST"])
@requires(P.PERSON_ADMINISTER, AccessRequest)
@limiter.limit(OFTEN, methods=["POST"])
def accept(asked: AccessRequest) -> Response:
    """Show who asks, and invite them with a role and reach."""
    need_open(asked)
    form = bind(AcceptForm, asked=asked, actor=member())
    if request.method == "POST" and form.validate():
        answer = _invited(asked, form)
        if answer is not None:
            return answer
    page = invalid if form.errors else render
    return page("people/request.html", "people/_request.html", form=form, asked=asked)


def _invited(asked: AccessRequest, form: AcceptForm) -> Response | None:
    """Return the way on, or None with the sentence beside the field."""
    organisation = form.organisation()
    if organisation is None:
        form.company.errors = [_("No partner is called that. Look on the page of partners.")]
        return None
    try:
        person = accept_request(asked, organisation, member(), form.access())
    except AlreadyHere as here:
        name = here.membership.user.name
        form.role.errors = [_("%(name)s is here already, with this address.", name=name)]
        return None
    endpoint = "admin.people.show" if member().side == Side.VENDOR else "people.show"
    return done(url_for(endpoint, reference=person.reference, done="invited"), person.reference)


@bp.route(f"{ONE}/refusal", methods=["GET", "POST"])
@requires(P.PERSON_ADMINISTER, AccessRequest)
def decline(asked: AccessRequest) -> Response:
    """Ask what the person shall read, and decline."""
    need_open(asked)
    form = bind(DeclineForm)
    if request.method == "POST" and form.validate():
        decline_request(asked, member(), form.answer.data or "")
        return done(saying(url_for("people.requests"), "declined"), asked.reference)
    page = invalid if form.errors else render
    return page("people/decline.html", "people/_decline.html", form=form, asked=asked)
