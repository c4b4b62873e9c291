"""What does a deal's own page show?"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, select

from portal.blueprints.deals.forms import StageForm
from portal.blueprints.filing import files_card
from portal.blueprints.reading import Email, Phone, names_of
from portal.core.access import can
from portal.core.database import db
from portal.core.fields import shows
from portal.core.gathering import gather
from portal.core.language import _, chosen_language, show_date, show_due
from portal.core.net import lasting
from portal.core.times import now
from portal.domain.customers.wording import place_of
from portal.domain.deals.assessing import assessment_of
from portal.domain.deals.content import RISK_WORDS, assessment_facts, percent
from portal.domain.deals.models import OPEN_STAGES, Deal, DealProduct, Stage
from portal.domain.deals.workflow import DEAL, LOSS_WORDS, PROBABILITY, WORDS
from portal.domain.deals.working import vendors_owner
from portal.domain.notes.operations import notes_of
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership, User
from portal.domain.permissions import Permission as P
from portal.domain.products.models import Product
from portal.domain.programme import programme
from portal.domain.registrations.content import labels_for
from portal.domain.registrations.models import Registration
from portal.domain.shares.telling import sharing_of
from portal.domain.timeline.sentences import timeline

_PRODUCTS = gather(
    select(Product.name, Product.name_fr)
    .join(DealProduct, DealProduct.product_id == Product.id)
    .where(DealProduct.deal_id == bindparam("deal"))
)
# The names around a deal, each as far as the reader may know it.
_AROUND = lasting(
    select(
        select(User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.id == bindparam("owner"))
        .scalar_subquery(),
        select(Organisation.name)
        .where(Organisation.id == bindparam("organisation"))
        .scalar_subquery(),
        select(Registration.reference)
        .where(Registration.id == bindparam("registration"))
        .scalar_subquery(),
        _PRODUCTS,
    )
)


def record_page(deal: Deal, actor: MemberActor) -> dict[str, Any]:
    """Return the context of the page: next step, stage, protection, summary, history."""
    vendor = current_app.config["VENDOR_SHORT_NAME"]
    left = deal.protected_until - now()
    is_open = deal.stage in OPEN_STAGES
    summary, registration = _summary(deal, actor)
    return {
        "deal": deal,
        "told": None,
        "state": DEAL.state_of(deal),
        "is_open": is_open,
        "due": show_due(deal.next_by) if deal.next_by else None,
        "may_edit": is_open and can(actor, P.DEAL_EDIT, deal),
        "may_reassign": is_open and can(actor, P.DEAL_REASSIGN, deal),
        "may_assign": is_open and can(actor, P.DEAL_ASSIGN, deal),
        "stages": [str(WORDS[stage]) for stage in OPEN_STAGES],
        "stage_number": OPEN_STAGES.index(deal.stage) + 1 if is_open else len(OPEN_STAGES),
        "stage_form": StageForm(formdata=None, data={"stage": deal.stage}),
        "days_left": max(math.ceil(left / dt.timedelta(days=1)), 0),
        "days_whole": programme().protection_days,
        "loss": LOSS_WORDS.get(deal.loss_reason),  # type: ignore[call-overload]
        "summary": summary,
        "registration": registration,
        "files": files_card(deal, actor),
        "is_own": actor.side == Side.PARTNER,
        "may_close": is_open and can(actor, P.DEAL_CLOSE, deal),
        "sharing": sharing_of(deal, actor, vendor),
        "entries": timeline(deal.reference, actor, vendor),
        **_inside(deal, actor),
    }


def _inside(deal: Deal, actor: MemberActor) -> dict[str, Any]:
    """Return what the vendor's own side keeps beside the deal; for partners there is nothing."""
    if actor.side == Side.PARTNER:
        return {"inside": None}
    may_write = can(actor, P.NOTE_WRITE, deal)
    assessment = assessment_of(deal)
    return {
        "inside": {
            "facts": assessment_facts(assessment),
            "risk": RISK_WORDS.get(assessment.risk),  # type: ignore[call-overload]
            "notes": notes_of(deal.reference),
            "may_write": may_write,
            "may_assess": can(actor, P.DEAL_ASSESS, deal),
        }
    }


def _summary(deal: Deal, actor: MemberActor) -> tuple[list[tuple[str, str]], str | None]:
    """Return the facts that the reader sees, and the registration's reference likewise."""
    owner, partner, registration, products = db.session.execute(
        _AROUND,
        {
            "owner": deal.owner_id,
            "organisation": deal.organisation_id,
            "registration": deal.registration_id,
            "deal": deal.id,
        },
    ).one()
    language = chosen_language()
    rows = [
        (_("Products"), " · ".join(names_of(products, language))),
        *_forecast(deal, actor),
        (_("Place"), place_of(deal.city, deal.region, deal.country, language)),
        (_("Contact"), deal.contact_name),
        (_("Contact e-mail"), Email(deal.contact_email)),
        (_("Contact phone"), Phone(deal.contact_phone)),
        (labels_for(actor.side)["own_reference"], deal.own_reference),
        (_("Partner"), partner),
        (_("Owner"), owner),
        *_vendors_owner(deal, actor),
    ]
    return [(str(label), value) for label, value in rows if value], registration


def _forecast(deal: Deal, actor: MemberActor) -> Iterator[tuple[str, str]]:
    if shows(actor, "deal.close_on"):
        yield _("Expected close date"), show_date(deal.close_on)
    if shows(actor, "deal.probability") and deal.stage in OPEN_STAGES:
        yield _("Probability"), percent(PROBABILITY[Stage(deal.stage)] * 10)


def _vendors_owner(deal: Deal, actor: MemberActor) -> Iterator[tuple[str, str]]:
    if deal.vendor_owner_id is not None and shows(actor, "deal.vendor_owner"):
        vendor = current_app.config["VENDOR_SHORT_NAME"]
        yield _("At %(vendor)s", vendor=vendor), vendors_owner(deal.vendor_owner_id, actor)
