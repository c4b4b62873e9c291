"""How does the security administrator say how an organisation's people sign in?"""

from __future__ import annotations

from flask import Response, url_for

from portal.blueprints.acting import member
from portal.blueprints.admin.organisations import bp
from portal.blueprints.saying import saying
from portal.core.forms import Form, PickSome, Tick, bind
from portal.core.guards import requires
from portal.core.identity import identity_providers
from portal.core.language import _l
from portal.core.pages import done, invalid, render
from portal.domain.organisations.models import Organisation
from portal.domain.people.assurance import set_sign_in_rules
from portal.domain.permissions import Permission as P


class SignInForm(Form):
    """Through which providers, and with how many factors."""

    providers = PickSome(_l("Only through"))
    needs_two_factors = Tick(_l("Two proofs are needed, such as a password and a code"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.providers.choices = [(one.name, one.label) for one in identity_providers().values()]


@bp.get("/organisations/<reference:reference>/sign-in")
@requires(P.ORGANISATION_SECURE, Organisation)
def edit_sign_in(organisation: Organisation) -> Response:
    """Show what the organisation asks of a sign-in."""
    return _page(organisation, bind(SignInForm, obj=organisation))


@bp.post("/organisations/<reference:reference>/sign-in")
@requires(P.ORGANISATION_SECURE, Organisation)
def update_sign_in(organisation: Organisation) -> Response:
    """Save it; sign-ins that do not satisfy it end at once."""
    form = bind(SignInForm)
    if not form.validate():
        return _page(organisation, form)
    chosen, needs_two = form.providers.data or [], form.needs_two_factors.data
    set_sign_in_rules(organisation, chosen, needs_two, member())
    name = organisation.reference
    url = url_for("admin.organisations.edit_sign_in", reference=name)
    return done(saying(url, "saved"), name)


def _page(organisation: Organisation, form: SignInForm) -> Response:
    show_page = invalid if form.errors else render
    return show_page(
        "admin/organisations/sign_in.html",
        organisation=organisation,
        form=form,
    )
