"""What do the queue of applications and an application's page show?"""

from __future__ import annotations

from typing import Any

from flask import current_app, request
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from portal.blueprints.reading import Email, Phone
from portal.core.access import explain, visible
from portal.core.database import db
from portal.core.language import _, chosen_language, show_due
from portal.core.paging import page_of
from portal.domain.applications.content import EVIDENCE_WORDS, LABELS, REASON_WORDS
from portal.domain.applications.models import Application, RefuseReason, Status
from portal.domain.applications.reviewers import TAKEN
from portal.domain.applications.workflow import APPLICATION, matches_of
from portal.domain.customers.wording import both_spellings, place_of
from portal.domain.organisations.models import Organisation, PartnerType
from portal.domain.people.actor import MemberActor
from portal.domain.people.colleagues import names_of
from portal.domain.people.models import Membership, Role, User
from portal.domain.people.roles import TYPE_WORDS
from portal.domain.permissions import Permission as P
from portal.domain.products.models import Product
from portal.domain.timeline.sentences import timeline

SIZE = 25
# Who can look after a partner.
MANAGERS = (Role.CHANNEL_MANAGER, Role.PROGRAMME_ADMINISTRATOR, Role.VENDOR_SELLER)
OPEN = (Status.SUBMITTED, Status.UNDER_REVIEW, Status.NEEDS_INFO)


def queue_page(actor: MemberActor) -> dict[str, Any]:
    """Return the applications that wait or, on request, those that are decided; newest first."""
    is_decided = request.args.get("view") == "decided"
    which = Application.status.not_in(OPEN) if is_decided else Application.status.in_(OPEN)
    query = visible(Application, actor).where(which)
    after = request.args.get("after")
    page = page_of(query, Application.made_at, Application.reference, after, SIZE)
    return {
        "rows": page.rows,
        "next_cursor": page.next_cursor,
        "is_first": page.is_first,
        "is_decided": is_decided,
        "states": APPLICATION.states,
        "dues": {one.reference: show_due(one.next_by) for one in page.rows if one.next_by},
    }


def record_page(application: Application, actor: MemberActor) -> dict[str, Any]:
    """Return the context of an application's page: what it says, what it might be, what is next."""
    one = application
    due = show_due(one.next_by) if one.next_by else None
    review = explain(actor, P.APPLICATION_REVIEW, one)
    is_barred = one.status in OPEN and P.APPLICATION_REVIEW in actor.permissions
    partner = visible(Organisation, actor).where(Organisation.reference == one.partner)
    return {
        "application": one,
        "state": APPLICATION.state_of(one),
        "due": due,
        "facts": _facts(one, actor),
        "is_taken": one.status in TAKEN,
        "steps": {step.name: step for step in APPLICATION.available(one, actor)},
        "refusal": review.words if is_barred and not review.is_allowed else "",
        "partner": db.session.scalar(partner) if one.partner else None,
        "why_not": APPLICATION.why_not(one, "approve", actor),
        "why_not_pass_on": APPLICATION.why_not(one, "pass_on", actor),
        "matches": [(match, _evidence(match.evidence)) for match in matches_of(one)],
        "reason": REASON_WORDS[RefuseReason(one.reason_code)] if one.reason_code else "",
        "entries": timeline(one.reference, actor, current_app.config["VENDOR_SHORT_NAME"]),
    }


def managers_of(actor: MemberActor) -> list[Membership]:
    """Return who can look after a partner, as far as the actor may know them."""
    query = (
        visible(Membership, actor)
        .join(Membership.user)
        .options(contains_eager(Membership.user))
        .where(Membership.role.in_(MANAGERS), Membership.is_active)
        .order_by(User.name, Membership.id)
    )
    return list(db.session.scalars(query))


def _facts(one: Application, actor: MemberActor) -> list[tuple[Any, Any]]:
    language = chosen_language()
    names = db.session.scalars(_products(one.products)).all()
    types = ", ".join(str(TYPE_WORDS[PartnerType(kind)]) for kind in one.types)
    rows = [
        (LABELS["website"], both_spellings(one.website, one.domain)),
        (_("Place"), place_of(one.city, one.region, one.country, language)),
        (_("Type"), types),
        (_("Products"), ", ".join(product.name_in(language) for product in names)),
        (_("People"), str(one.people)),
        (_("Contact"), one.contact_name),
        (_("E-mail"), Email(one.contact_email)),
        (_("Phone"), Phone(one.contact_phone) if one.contact_phone else ""),
        (_("Reviewer"), _reviewer(one, actor)),
    ]
    return [(label, value) for label, value in rows if value]


def _reviewer(one: Application, actor: MemberActor) -> str:
    if one.reviewer_id is None:
        return ""
    if one.reviewer_id == actor.membership_id:
        return _("You")
    return names_of([one.reviewer_id]).get(one.reviewer_id, "")


def _products(codes: list[str]) -> Any:
    return select(Product).where(Product.code.in_(codes)).order_by(Product.code)


def _evidence(codes: list[str]) -> list[tuple[bool, Any]]:
    """Return of each piece of evidence whether it speaks for the same company, in words."""
    return [(code[0] == "+", EVIDENCE_WORDS[code[1:]][code[0] == "-"]) for code in codes]
