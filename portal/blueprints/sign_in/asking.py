"""How does somebody whom nobody here knows ask for access?"""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from portal.blueprints.sign_in import bp
from portal.core.contact import NotAnAddress, clean_address
from portal.core.forms import Form, Line
from portal.core.guards import public
from portal.core.identity import Identity
from portal.core.language import _, _l, chosen_language
from portal.core.limits import limiter, where_from
from portal.core.pages import done, render
from portal.core.sealed import seal, unseal
from portal.core.text import clean_line
from portal.core.transactions import record_aside
from portal.domain.people.access_requests import Applicant, ask_for_access

SELDOM = "20/hour"  # an address, not a person: a whole office may stand behind one
PURPOSE = "applicant"
MINUTES = 60


class AskForm(Form):
    """For which company somebody works."""

    company = Line(_l("Your company"), maximum=120, required=_l("Say for which company you work."))


def form_for(identity: Identity) -> dict[str, Any]:
    """Return the form for somebody who has just proved who they are, or nothing.

    Only a provider that vouches for the address says at which company somebody may work.
    """
    try:
        email = clean_address(identity.email or "")
    except NotAnAddress:
        return {}
    if not identity.is_email_verified:
        return {}
    name = clean_line(identity.name or "")[:120]
    values = {"issuer": identity.issuer, "subject": identity.subject, "email": email, "name": name}
    return _context(AskForm(formdata=None), seal(PURPOSE, values), values)


def _context(form: AskForm, sealed: str, values: dict[str, str]) -> dict[str, Any]:
    title = _("We do not know you here yet")
    return {"form": form, "sealed": sealed, "applicant": values, "title": title}


@bp.post("/sign-in/access")
@public
@limiter.limit(SELDOM, key_func=where_from)
def ask_access() -> Response:
    """Keep the request; the answer is the same whatever became of it."""
    sealed = request.form.get("applicant", "")
    values = unseal(PURPOSE, sealed, MINUTES * 60)
    if values is None:
        return done(url_for("sign_in.index"))
    form = AskForm(formdata=request.form)
    if not form.validate():
        return render("sign_in/ask.html", status=422, **_context(form, sealed, values))
    with record_aside("access request") as aside:
        applicant = Applicant(**values, language=chosen_language())
        ask_for_access(aside, applicant, form.company.data or "")
    return done(url_for("sign_in.asked"))


@bp.get("/sign-in/access")
@public
def asked() -> Response:
    """Say what happens now, to everybody alike."""
    return render("sign_in/asked.html")
