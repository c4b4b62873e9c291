"""Who may know of a deal, and who may change it?"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, true
from sqlalchemy.orm import InstrumentedAttribute

from portal.core.access import Policy, Rule, Term, scope_of, with_one
from portal.core.language import _l
from portal.domain.deals.models import Deal, DealAssessment, DealProduct, DealWord
from portal.domain.organisations.models import Side, is_in_family
from portal.domain.organisations.policy import (
    is_in_portfolio,
    led_by_family,
    led_by_portfolio,
)
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Reach, Role
from portal.domain.people.owner_rules import COLLEAGUES, WORKERS, is_workers
from portal.domain.permissions import Permission as P
from portal.domain.shares.holding import (
    held_deals,
    looks_after,
    may_edit,
    may_share,
    reads_or_edits,
)

Condition = ColumnElement[bool]


def _is_partner_reader(actor: MemberActor) -> bool:
    return actor.side == Side.PARTNER and P.DEAL_READ in actor.permissions


def own(actor: MemberActor) -> Condition | None:
    """The deals they own."""
    if not _is_partner_reader(actor) or actor.reach != Reach.OWN:
        return None
    return and_(Deal.owner_id == actor.membership_id, Deal.organisation_id == actor.organisation_id)


def organisation(actor: MemberActor) -> Condition | None:
    """The own organisation's deals."""
    if not _is_partner_reader(actor) or actor.reach != Reach.ORGANISATION:
        return None
    return Deal.organisation_id == actor.organisation_id


def family(actor: MemberActor) -> Condition | None:
    """The deals of the own organisation and those below it."""
    if not _is_partner_reader(actor) or actor.reach != Reach.FAMILY:
        return None
    return is_in_family(Deal.organisation_id, actor.organisation_id)


def portfolio(actor: MemberActor) -> Condition | None:
    """The deals of partners in a channel manager's portfolio."""
    if getattr(actor, "role", None) != Role.CHANNEL_MANAGER:
        return None
    return is_in_portfolio(Deal.organisation_id, actor.membership_id)


def vendor_owned(actor: MemberActor) -> Condition | None:
    """The deals that a vendor's seller works on."""
    if getattr(actor, "role", None) != Role.VENDOR_SELLER:
        return None
    return Deal.vendor_owner_id == actor.membership_id


def every(actor: MemberActor) -> Condition | None:
    """Every deal, for approvers and auditors."""
    return true() if getattr(actor, "role", None) in (Role.APPROVER, Role.AUDITOR) else None


def share(actor: MemberActor) -> Condition | None:
    """The deals that somebody shared with the actor or their organisation; asked of holders."""
    if P.DEAL_READ not in actor.permissions or not actor.holds_shares:
        return None
    return Deal.id.in_(held_deals(actor))


EDITORS = Rule(
    "editor",
    _l("Its owner, a manager of that organisation, or who holds a share for it does this."),
    lambda actor, deal: is_workers(actor, deal) or may_edit(actor, deal),
)
SHARERS = Rule(
    "sharer",
    _l("Its owner, a manager of that organisation, or its channel manager does this."),
    lambda actor, deal: may_share(actor, deal, is_workers(actor, deal)),
)


LOOKED_AFTER = Rule(
    "channel manager",
    _l("The channel manager of that organisation does this."),
    looks_after,
)
FOR_VENDOR = Rule(
    "for the vendor",
    _l("It is shared with you for reading."),
    reads_or_edits,
    _l("Who reads the deal does this; by a share only who works on it."),
)

DEAL = Policy(
    Deal,
    scope=[
        Term("own", _l("They own it."), own),
        Term("organisation", _l("Their organisation owns it."), organisation),
        Term(
            "family",
            _l("An organisation below theirs owns it."),
            family,
            led_by_family(Deal.organisation_id),
        ),
        Term(
            "portfolio",
            _l("The partner is in their portfolio."),
            portfolio,
            led_by_portfolio(Deal.organisation_id),
        ),
        Term("vendor owner", _l("They work on it for the vendor."), vendor_owned),
        Term("all", _l("Their role reads every deal."), every),
        Term("share", _l("It is shared with them."), share),
    ],
    # Who holds a share works on a deal; closing it is for good, and stays with its own people.
    rules={
        P.DEAL_READ: [],
        P.DEAL_EDIT: [EDITORS],
        P.DEAL_CLOSE: [WORKERS],
        P.DEAL_ASSESS: [FOR_VENDOR],
        P.DEAL_ASSIGN: [LOOKED_AFTER],
        P.DEAL_REASSIGN: [COLLEAGUES],
        P.NOTE_WRITE: [],
        P.SHARE_MAKE: [SHARERS],
    },
)


def _of_deal(column: InstrumentedAttribute[int]) -> Term:
    def where(actor: MemberActor) -> Condition | None:
        if P.DEAL_READ not in actor.permissions:
            return None
        return with_one(Deal, Deal.id == column, scope_of(Deal, actor))

    return Term("deal", _l("They see the deal."), where)


def _assessed(actor: MemberActor) -> Condition | None:
    """What the vendor's side thinks of the deals that it sees."""
    if actor.side != Side.VENDOR:
        return None
    return with_one(Deal, Deal.id == DealAssessment.deal_id, scope_of(Deal, actor))


ASSESSMENTS = Policy(
    DealAssessment, scope=[Term("vendor", _l("They read the deal for the vendor."), _assessed)]
)
PRODUCTS = Policy(DealProduct, scope=[_of_deal(DealProduct.deal_id)])
WORDS = Policy(DealWord, scope=[_of_deal(DealWord.deal_id)])
