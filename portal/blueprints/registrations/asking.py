"""Which form belongs to which step, filled from which record?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from sqlalchemy import select

from portal.blueprints.registrations.customer_form import CustomerForm, customer_values
from portal.blueprints.registrations.evidence_form import EvidenceForm, evidence_values
from portal.blueprints.registrations.forms import AnswerForm, answer_form
from portal.blueprints.registrations.known import chosen_customer
from portal.blueprints.registrations.opportunity_form import OpportunityForm, opportunity_values
from portal.core.access import visible
from portal.core.database import db
from portal.core.forms import Form, bind, only
from portal.core.language import _l
from portal.domain.organisations.models import Organisation
from portal.domain.people.actor import MemberActor
from portal.domain.products.models import Product
from portal.domain.products.policy import theirs
from portal.domain.registrations.models import FILES, Registration
from portal.domain.registrations.operations import has_more_files


def may_sell(actor: MemberActor) -> Sequence[Product]:
    """Return the products that the actor's organisation may sell, by name."""
    sold = theirs(actor)
    query = visible(Product, actor).where(Product.is_active).order_by(Product.name)
    query = query.where(sold) if sold is not None else query
    return db.session.scalars(query).all()


def _on_offer(registration: Registration, actor: MemberActor) -> Sequence[Product]:
    """Return what an answer may name; who answers for another company adds nothing of their own."""
    is_own = registration.organisation_id == actor.organisation_id
    return may_sell(actor) if is_own else registration.products


def own_domains(registration: Registration) -> Sequence[str]:
    """Return the registrable domains of whose registration it is; none where that is out of sight.

    Who holds a share may answer for a company of which they know nothing else.
    """
    query = select(Organisation.domains).where(Organisation.id == registration.organisation_id)
    return db.session.scalar(query) or ()


def territory(registration: Registration) -> Sequence[str]:
    """Return the ISO 3166-1 codes of where they may sell whose registration it is, if in sight."""
    query = select(Organisation.countries).where(Organisation.id == registration.organisation_id)
    return db.session.scalar(query) or ()


def _customer(registration: Registration, actor: MemberActor) -> Form:
    known = chosen_customer(actor) if "like" in request.args else None
    values = customer_values(known or registration)
    countries = territory(registration)
    if not values["country"]:
        values["country"] = countries[0] if countries else ""
    return bind(
        CustomerForm,
        data=values,
        own_domains=own_domains(registration),
        territory=countries,
        just_chosen=_just_chosen(),
    )


def _just_chosen() -> str:
    """Return the country just chosen in the form, for whose regions its page asks."""
    return request.args.get("country", "")[:20] if request.method == "GET" else ""


def _opportunity(registration: Registration, actor: MemberActor) -> Form:
    values = opportunity_values(registration)
    return bind(OpportunityForm, data=values, products=may_sell(actor))


def _evidence(registration: Registration, _actor: MemberActor) -> Form:
    vendor = current_app.config["VENDOR_SHORT_NAME"]
    return bind(EvidenceForm, data=evidence_values(registration), vendor=vendor)


@dataclass(frozen=True)
class Step:
    """One step of the guided form."""

    name: str
    title: Any
    form: Callable[[Registration, MemberActor], Any]


_STEPS = {
    step.name: step
    for step in (
        Step("customer", _l("Who is the customer?"), _customer),
        Step("opportunity", _l("What could you sell?"), _opportunity),
        Step("evidence", _l("What have you done so far?"), _evidence),
    )
}


def step_named(name: str) -> Step:
    """Return the step with the name in the address."""
    return _STEPS[name]


def answering(registration: Registration, actor: MemberActor) -> AnswerForm:
    """Return the form with only the fields that the reviewer named.

    A question is answered by a changed value or by a reply.
    """
    asked = [question.field for question in registration.open_questions]
    form_class, names = answer_form(asked)
    before = {
        **customer_values(registration),
        **opportunity_values(registration),
        **evidence_values(registration),
    }
    form = bind(
        form_class,
        data=before,
        own_domains=own_domains(registration),
        territory=territory(registration),
        just_chosen=_just_chosen(),
        products=_on_offer(registration, actor),
        vendor=current_app.config["VENDOR_SHORT_NAME"],
    )
    only(form, names)
    form.registration = registration
    form.has_more_files = FILES in asked and has_more_files(registration)
    return form
