"""How does an administrator decide who comes in, as what, and until when?"""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.people import bp
from portal.blueprints.people.forms import AccessForm, InvitationForm, ListForm
from portal.blueprints.people.showing import (
    list_page,
    open_work,
    record_page,
    results_page,
    unfinished,
)
from portal.core.forms import Form, bind
from portal.core.guards import requires
from portal.core.language import _
from portal.core.limits import limiter
from portal.core.pages import done, invalid, render
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people import administration
from portal.domain.people.models import InvitationList, Membership
from portal.domain.people.pasting import invite_many as invite_all
from portal.domain.people.pasting import lines_of
from portal.domain.permissions import Permission as P

ONE = "/people/<reference:reference>"
OFTEN = "60/hour"  # invitations leave the portal as mails
SELDOM = "10/hour"


def _here(person: Membership, what: str) -> Response:
    """Lead to the person's page, which says what was done."""
    endpoint = "admin.people.show" if member().side == Side.VENDOR else "people.show"
    url = url_for(endpoint, reference=person.reference, done=what)
    return done(url, person.reference)


def _page(template: str, form: Form, **context: Any) -> Response:
    answer = invalid if form.errors else render
    return answer(f"people/{template}.html", f"people/_{template}.html", form=form, **context)


@bp.get("/people")
@requires(P.PERSON_ADMINISTER)
def index() -> Response:
    """List the people of the own company: who they are, what they may do, when they were here."""
    return render("people/index.html", **list_page(member()))


@bp.get(ONE)
@requires(P.PERSON_ADMINISTER, Membership)
def show(person: Membership) -> Response:
    """Show where a colleague stands, and what can be done about it."""
    return render("people/show.html", **record_page(person, member()))


@bp.route("/organisations/<reference:reference>/invitation", methods=["GET", "POST"])
@requires(P.PERSON_ADMINISTER, Organisation)
@limiter.limit(OFTEN, methods=["POST"])
def invite(organisation: Organisation) -> Response:
    """Ask who shall come in and as what, and send the invitation."""
    form = bind(InvitationForm, actor=member(), side=organisation.side, organisation=organisation)
    if request.method == "POST" and form.validate():
        name, email = form.name.data or "", form.email.data or ""
        try:
            person = administration.invite(organisation, member(), name, email, form.access())
            return _here(person, "invited")
        except administration.AlreadyHere as here:
            form.email.errors = [_already(here.membership)]
    return _page("invite", form, organisation=organisation)


@bp.route("/organisations/<reference:reference>/invitations", methods=["GET", "POST"])
@requires(P.PERSON_ADMINISTER, Organisation)
@limiter.limit(SELDOM, methods=["POST"])
def invite_many(organisation: Organisation) -> Response:
    """Take a pasted list, one person a line, and invite everybody on it."""
    typed = unfinished(member())
    form = bind(ListForm, data=typed, actor=member(), side=organisation.side)
    if request.method == "POST" and form.validate():
        lines = lines_of(form.people.data or "")
        made = invite_all(organisation, member(), lines, form.access())
        return done(url_for("people.invited", reference=made.reference), made.reference)
    return _page("invite_many", form, organisation=organisation)


@bp.get("/people/lists/<reference:reference>")
@requires(P.PERSON_ADMINISTER, InvitationList)
def invited(found: InvitationList) -> Response:
    """Say what came of each line of a pasted list."""
    return render("people/invited.html", **results_page(found))


def _already(person: Membership) -> str:
    return _("%(name)s is here already, with this address.", name=person.user.name)


@bp.route(f"{ONE}/access", methods=["GET", "POST"])
@requires(P.PERSON_ADMINISTER, Membership)
def change(person: Membership) -> Response:
    """Give somebody another role or reach."""
    values = {"role": person.role, "reach": person.reach, "limit": person.approval_limit}
    form = bind(AccessForm, data=values, actor=member(), side=person.organisation.side)
    if request.method == "POST" and form.validate():
        administration.change_access(person, member(), form.access())
        return _here(person, "changed")
    return _page("change", form, person=person)


@bp.route(f"{ONE}/deactivation", methods=["GET", "POST"])
@requires(P.PERSON_ADMINISTER, Membership)
def deactivate(person: Membership) -> Response:
    """Ask once more, and close somebody's access."""
    administration.need_active(person)
    form = bind(Form)
    if request.method == "POST":
        administration.deactivate(person, member())
        return _here(person, "deactivated")
    return _page("deactivate", form, person=person, **open_work(person, member()))


@bp.post(f"{ONE}/reactivation")
@requires(P.PERSON_ADMINISTER, Membership)
def reactivate(person: Membership) -> Response:
    """Open somebody's access again."""
    administration.reactivate(person, member())
    return _here(person, "reactivated")


@bp.post(f"{ONE}/invitation")
@requires(P.PERSON_ADMINISTER, Membership)
@limiter.limit(OFTEN)
def invite_again(person: Membership) -> Response:
    """Send a new invitation in the place of the former."""
    administration.invite_again(person, member())
    return _here(person, "again")


@bp.post(f"{ONE}/invitation/end")
@requires(P.PERSON_ADMINISTER, Membership)
def uninvite(person: Membership) -> Response:
    """Take an invitation back."""
    administration.uninvite(person, member())
    return _here(person, "uninvited")
