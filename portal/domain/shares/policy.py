"""Who may know with whom a record is shared, and who may end it?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from portal.core.access import Policy, Rule, Term, can, scope_of, with_one
from portal.core.language import _l
from portal.domain.deals.models import Deal
from portal.domain.organisations.models import Side
from portal.domain.organisations.policy import is_in_portfolio
from portal.domain.people.actor import MemberActor
from portal.domain.people.roles import LEADS
from portal.domain.permissions import Permission as P
from portal.domain.registrations.models import Registration
from portal.domain.shares.holding import held_by
from portal.domain.shares.models import Share

Condition = ColumnElement[bool]


def _theirs_to_share(actor: MemberActor) -> Condition | None:
    """The shares of records that the actor may share: every one that there ever was."""
    if P.SHARE_MAKE not in actor.permissions:
        return None
    parts = []
    if P.DEAL_READ in actor.permissions:
        mine = _shared_out(Deal, actor)
        parts.append(with_one(Deal, Deal.id == Share.deal_id, scope_of(Deal, actor), *mine))
    if P.REGISTRATION_READ in actor.permissions:
        seen, mine = scope_of(Registration, actor), _shared_out(Registration, actor)
        is_its = Registration.id == Share.registration_id
        parts.append(with_one(Registration, is_its, seen, *mine))
    return or_(*parts) if parts else None


def _shared_out(model: type[Deal] | type[Registration], actor: MemberActor) -> list[Condition]:
    """Return the same as the rule for sharing, of rows."""
    if actor.side == Side.VENDOR:
        return [is_in_portfolio(model.organisation_id, actor.membership_id)]
    mine: list[Condition] = [model.organisation_id == actor.organisation_id]
    return mine if actor.role in LEADS else [*mine, model.owner_id == actor.membership_id]


def _held(actor: MemberActor) -> Condition | None:
    """What is shared with the actor at present; nothing of whatever their role does not read."""
    if not actor.holds_shares:
        return None
    parts: list[Condition] = []
    if P.DEAL_READ in actor.permissions:
        parts.append(Share.deal_id.is_not(None))
    if P.REGISTRATION_READ in actor.permissions and actor.side == Side.PARTNER:
        parts.append(Share.registration_id.is_not(None))
    return and_(held_by(actor), or_(*parts)) if parts else None


def _is_sharer(actor: MemberActor, share: Share) -> bool:
    record: Any = share.record
    return record is not None and can(actor, P.SHARE_MAKE, record)


SHARE = Policy(
    Share,
    scope=[
        Term("sharer", _l("They may share the record."), _theirs_to_share),
        Term("holder", _l("It is shared with them."), _held),
    ],
    rules={
        P.SHARE_REVOKE: [
            Rule("sharer", _l("Whoever may share the record ends its shares."), _is_sharer)
        ],
    },
)
