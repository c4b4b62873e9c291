"""What can be done with a deal, each as one named write?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from portal.core.changes import differences
from portal.core.database import db
from portal.core.events import record_event
from portal.core.language import _
from portal.core.net import system_mode
from portal.core.text import words
from portal.core.times import now
from portal.core.workflow import Refused
from portal.domain.claims.operations import release
from portal.domain.deals.content import fields_of
from portal.domain.deals.events import E
from portal.domain.deals.models import OPEN_STAGES, Deal, DealWord, Stage
from portal.domain.deals.workflow import DEAL, move_name
from portal.domain.people.actor import MemberActor

if TYPE_CHECKING:
    from portal.domain.registrations.models import Registration

# What a partner writes; nothing else can be set from a form.
PARTNER_FIELDS = frozenset({"amount_minor", "close_on", "own_reference"})


# By which words a deal is found: what partners always read, because finding is knowing.
SEARCHED = ("company", "own_reference", "domain")


def open_deal(
    registration: Registration,
    actor: MemberActor,
    reference: str,
    customer_key: str,
    until: dt.datetime,
) -> Deal:
    """Put the approved registration's opportunity into the partner's pipeline, with its credit."""
    if registration.value_minor is None or registration.close_on is None:
        raise ValueError("an incomplete registration was approved")
    deal = Deal(
        reference=reference,
        organisation_id=registration.organisation_id,
        owner_id=registration.owner_id,
        sourced_by_id=registration.organisation_id,
        registration_id=registration.id,
        company=registration.company,
        customer_key=customer_key,
        domain=registration.domain,
        country=registration.country,
        region=registration.region,
        city=registration.city,
        contact_name=registration.contact_name,
        contact_email=registration.contact_email,
        contact_phone=registration.contact_phone,
        own_reference=registration.own_reference,
        amount_minor=registration.value_minor,
        currency=registration.currency,
        close_on=registration.close_on,
        protected_until=until,
        products=list(registration.products),
    )
    DEAL.start(deal)
    db.session.add(deal)
    db.session.flush()
    index_words(deal)
    record_event(E.CREATE, deal, actor, registration=registration.reference)
    return deal


def index_words(deal: Deal) -> None:
    """Store the words by whose beginning the deal is found."""
    found = words(*(getattr(deal, name) for name in SEARCHED))
    found.add(deal.reference[3:].lower())
    db.session.add_all(DealWord(deal_id=deal.id, word=word) for word in sorted(found))


def need_open(deal: Deal) -> None:
    """Raise Refused when the deal is closed."""
    if deal.stage not in OPEN_STAGES:
        raise Refused(_("The deal is closed; it cannot be changed any more."), deal)


def edit(deal: Deal, actor: MemberActor, values: Mapping[str, Any]) -> None:
    """Change the partner's own fields; raises KeyError for any other field, Refused if closed."""
    need_open(deal)
    before, changed = fields_of(deal, actor), []
    for name, value in values.items():
        if name not in PARTNER_FIELDS:
            raise KeyError(name)
        if getattr(deal, name) != value:
            setattr(deal, name, value)
            changed.append(name)
    if not changed:
        return
    if "own_reference" in changed:
        db.session.execute(delete(DealWord).where(DealWord.deal_id == deal.id))
        index_words(deal)
    changes = differences(before, fields_of(deal, actor))
    record_event(E.EDIT, deal, actor, fields=sorted(changed), changes=changes)


def plan(deal: Deal, actor: MemberActor, step: str, on: dt.date) -> None:
    """Say what is next and by when."""
    need_open(deal)
    before = fields_of(deal, actor)
    deal.next_step, deal.next_step_on = step, on
    DEAL.plan_next(deal)
    changes = differences(before, fields_of(deal, actor))
    record_event(E.PLAN, deal, actor, on=on.isoformat(), words={"step": step}, changes=changes)


def finish_step(deal: Deal, actor: MemberActor) -> None:
    """Tick the next step off; the deal then asks for another."""
    need_open(deal)
    if not deal.next_step:
        raise Refused(_("There is no next step to tick off."), deal)
    step, deal.next_step, deal.next_step_on = deal.next_step, "", None
    deal.changed_at = now()
    DEAL.plan_next(deal)
    record_event(E.STEP_DONE, deal, actor, words={"step": step})


def move(deal: Deal, actor: MemberActor, stage: Stage, reason: str = "") -> None:
    """Move to ``stage``; a lost deal (with its reason) frees the customer."""
    particulars: dict[str, Any] = {"reason": reason} if stage == Stage.LOST else {}
    # Read by the next action: a move is activity, and the deal is not stalled for a while.
    deal.changed_at = now()
    DEAL.apply(deal, move_name(stage), actor, **particulars)
    if stage == Stage.LOST:
        deal.loss_reason = reason
        release(db.session(), deal.registration_id, _heir_of(deal))


def _heir_of(deal: Deal) -> int | None:
    """Return the registration behind another open deal of the partner with the same customer."""
    with system_mode("claim and conflict check"):
        return db.session.scalar(
            select(Deal.registration_id)
            .where(
                Deal.organisation_id == deal.organisation_id,
                Deal.customer_key == deal.customer_key,
                Deal.country == deal.country,
                Deal.id != deal.id,
                Deal.stage.in_(OPEN_STAGES),
            )
            .order_by(Deal.id)
            .limit(1)
        )
