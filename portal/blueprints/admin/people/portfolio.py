"""Which partners does a channel manager look after, and who says so?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.admin.people import bp
from portal.blueprints.admin.people.portfolio_form import PortfolioForm, values_of
from portal.blueprints.saying import saying
from portal.core.access import visible
from portal.core.database import db
from portal.core.forms import bind
from portal.core.guards import requires
from portal.core.pages import done, invalid, render
from portal.domain.people.models import Membership, Role
from portal.domain.permissions import Permission as P
from portal.domain.portfolios.deriving import present_partners
from portal.domain.portfolios.effects import effect_of, said_rules
from portal.domain.portfolios.operations import rules_of, set_portfolio, tidied
from portal.domain.products.models import Product


@bp.route("/people/<reference:reference>/portfolio", methods=["GET", "POST"])
@requires(P.PORTFOLIO_SET, Membership)
def portfolio(person: Membership) -> Response:
    """Choose the rules, read which partners come in and go out, and confirm them."""
    data = values_of(rules_of(db.session(), person.id))
    form = bind(PortfolioForm, data=data, offered=_offered())
    looked: dict[str, Any] = {"effect": None}
    if request.method == "POST" and form.validate() and "again" not in request.form:
        if "confirmed" in request.form:
            set_portfolio(person, member(), form.rules())
            url = url_for("admin.people.show", reference=person.reference, done="portfolio")
            return done(saying(url, "saved"), person.reference)
        looked = _looked(person, form)
    # Until it is confirmed the form is not whole: nothing is written, and its key stays good.
    page = invalid if request.method == "POST" else render
    return page("admin/people/portfolio.html", form=form, person=person, **looked)


def _offered() -> Sequence[Product]:
    return db.session.scalars(visible(Product, member()).order_by(Product.name)).all()


def _looked(person: Membership, form: PortfolioForm) -> dict[str, Any]:
    """Return what the rules say and what saving them changes, to be read and confirmed."""
    rules = tidied(form.rules())
    return {"effect": effect_of(person, member(), rules), "said": said_rules(rules)}


def portfolio_card(person: Membership) -> dict[str, Any]:
    """Return what a person's page says of their portfolio; nothing of who has none."""
    if person.role != Role.CHANNEL_MANAGER:
        return {"portfolio": None, "partners": 0}
    session = db.session()
    return {
        "portfolio": said_rules(rules_of(session, person.id)),
        "partners": len(present_partners(session, person.id)),
    }
