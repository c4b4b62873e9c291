"""What does the vendor keep of a partner's own company, and how is the company reached?"""

from __future__ import annotations

from flask import Response, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.company import bp
from portal.blueprints.company.forms import ContactForm
from portal.blueprints.company.showing import company_page
from portal.blueprints.reaching import reached_at
from portal.blueprints.saying import saying
from portal.core.forms import bind
from portal.core.guards import requires
from portal.core.pages import done, invalid, render
from portal.domain.organisations.models import Organisation
from portal.domain.organisations.operations import keep_contact
from portal.domain.permissions import Permission as P


@bp.get("/company")
@requires(P.COMPANY_READ, Organisation, own="organisation_id")
def show(organisation: Organisation) -> Response:
    """Show the own company as the vendor keeps it."""
    return render("company/show.html", **company_page(organisation, member()))


@bp.route("/company/contact", methods=["GET", "POST"])
@requires(P.COMPANY_EDIT, Organisation, own="organisation_id")
def edit(organisation: Organisation) -> Response:
    """Change how the company is reached."""
    form = bind(ContactForm, data=reached_at(organisation), organisation=organisation)
    if request.method == "POST" and form.validate():
        keep_contact(organisation, member(), form.values())
        return done(saying(url_for("company.show"), "saved"), organisation.reference)
    answer = invalid if form.errors else render
    return answer("company/edit.html", "company/_edit.html", form=form, organisation=organisation)
