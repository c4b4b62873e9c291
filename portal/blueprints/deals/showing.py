"""What does a deal's own page show?"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, select

from portal.blueprints.deals.forms import StageForm
from portal.blueprints.reading import Phone, email_of
from portal.core.access import can
from portal.core.database import db
from portal.core.language import _, chosen_language, show_date, show_due
from portal.core.times import now
from portal.domain.customers.wording import place_of
from portal.domain.deals.models import OPEN_STAGES, Deal, DealProduct
from portal.domain.deals.workflow import DEAL, LOSS_WORDS, PROBABILITY, WORDS
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership, User
from portal.domain.permissions import Permission as P
from portal.domain.products.models import Product, name_of
from portal.domain.programme import programme
from portal.domain.registrations.content import labels_for
from portal.domain.registrations.models import Registration
from portal.domain.shares.telling import sharing_of
from portal.domain.timeline.sentences import timeline

# The names around a deal, each as far as the reader may know it.
_AROUND = select(
    select(User.name)
    .join(Membership, Membership.user_id == User.id)
    .where(Membership.id == bindparam("owner"))
    .scalar_subquery(),
    select(Organisation.name).where(Organisation.id == bindparam("organisation")).scalar_subquery(),
    select(Registration.reference)
    .where(Registration.id == bindparam("registration"))
    .scalar_subquery(),
)
_PRODUCTS = (
    select(Product.name, Product.name_fr)
    .join(DealProduct, DealProduct.product_id == Product.id)
    .where(DealProduct.deal_id == bindparam("deal"))
    .order_by(Product.name)
)


def record_page(deal: Deal, actor: MemberActor) -> dict[str, Any]:
    """Return the context of the page: next step, stage, protection, summary, history."""
    vendor = current_app.config["VENDOR_SHORT_NAME"]
    left = deal.protected_until - now()
    is_open = deal.stage in OPEN_STAGES
    summary, registration = _summary(deal, actor.side)
    return {
        "deal": deal,
        "state": DEAL.state_of(deal),
        "is_open": is_open,
        "due": show_due(deal.next_by) if deal.next_by else None,
        "may_edit": is_open and can(actor, P.DEAL_EDIT, deal),
        "stages": [str(WORDS[stage]) for stage in OPEN_STAGES],
        "stage_number": OPEN_STAGES.index(deal.stage) + 1 if is_open else len(OPEN_STAGES),
        "probability": PROBABILITY[deal.stage],  # type: ignore[index]
        "stage_form": StageForm(formdata=None, data={"stage": deal.stage}),
        "days_left": max(math.ceil(left / dt.timedelta(days=1)), 0),
        "days_whole": programme().protection_days,
        "loss": LOSS_WORDS.get(deal.loss_reason),  # type: ignore[call-overload]
        "summary": summary,
        "registration": registration,
        "is_own": actor.side == Side.PARTNER,
        "may_close": is_open and can(actor, P.DEAL_CLOSE, deal),
        "sharing": sharing_of(deal, actor, vendor),
        "entries": timeline(deal.reference, actor, vendor),
    }


def _summary(deal: Deal, side: str) -> tuple[list[tuple[str, str]], str | None]:
    """Return the facts, and the registration's reference if the reader sees it."""
    owner, partner, registration = db.session.execute(
        _AROUND,
        {
            "owner": deal.owner_id,
            "organisation": deal.organisation_id,
            "registration": deal.registration_id,
        },
    ).one()
    products = db.session.execute(_PRODUCTS, {"deal": deal.id})
    language = chosen_language()
    rows = [
        (_("Products"), ", ".join(name_of(product, language) for product in products)),
        (_("Expected close date"), show_date(deal.close_on)),
        (_("Place"), place_of(deal.city, deal.region, deal.country, language)),
        (_("Contact"), deal.contact_name),
        (_("Contact e-mail"), email_of(deal.contact_email)),
        (_("Contact phone"), Phone(deal.contact_phone)),
        (labels_for(side)["own_reference"], deal.own_reference),
        (_("Partner"), partner),
        (_("Owner"), owner),
    ]
    return [(str(label), value) for label, value in rows if value], registration
