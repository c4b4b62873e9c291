"""What is shared with somebody at present, and who may share on?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select, union_all

from portal.core.database import UTCDateTime, db
from portal.core.net import granting_terms
from portal.core.times import now
from portal.domain.deals.models import DealProduct
from portal.domain.organisations.models import Side
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Role
from portal.domain.registrations.models import RegistrationProduct
from portal.domain.shares.models import Level, Share

# In a scope the table itself is asked: the net puts no further scopes round it.
_TABLE = Share.__table__.c


def in_force(of: Any = Share) -> ColumnElement[bool]:
    """Return that a share is neither revoked nor over; ``of`` has its columns.

    The moment is asked for whenever the statement runs: a scope is put together only once.
    """
    present = bindparam(None, callable_=now, type_=UTCDateTime(), unique=True)
    return and_(of.revoked_at.is_(None), or_(of.ends_at.is_(None), of.ends_at > present))


def held_by(actor: MemberActor, of: Any = Share) -> ColumnElement[bool]:
    """Return that a share is the actor's own or their organisation's, and in force."""
    is_theirs = or_(
        of.membership_id == actor.membership_id, of.organisation_id == actor.organisation_id
    )
    return and_(is_theirs, in_force(of))


def held_deals(actor: MemberActor) -> Select[tuple[int]]:
    """Return the SELECT of the row numbers of the deals that are shared with the actor."""
    return select(_TABLE.deal_id).where(_TABLE.deal_id.is_not(None), held_by(actor, _TABLE))


def held_registrations(actor: MemberActor) -> Select[tuple[int]]:
    """Return the SELECT of the row numbers of the registrations shared with the actor."""
    numbers = _TABLE.registration_id
    return select(numbers).where(numbers.is_not(None), held_by(actor, _TABLE))


def held_products(actor: MemberActor) -> Any:
    """Return the SELECT of the row numbers of the products that these records are about."""
    of_deals, of_registrations = DealProduct.__table__.c, RegistrationProduct.__table__.c
    return union_all(
        select(of_deals.product_id).where(of_deals.deal_id.in_(held_deals(actor))),
        select(of_registrations.product_id).where(
            of_registrations.registration_id.in_(held_registrations(actor))
        ),
    )


def may_edit(actor: MemberActor, record: Any) -> bool:
    """Tell whether ``record`` is shared with the actor for editing; asks only who holds shares."""
    if not actor.holds_shares:
        return False
    query = select(Share.id).where(is_of(record), held_by(actor), Share.level == Level.EDIT)
    return db.session.scalar(query.limit(1)) is not None


def is_of(record: Any) -> ColumnElement[bool]:
    """Return that a share is one of ``record``, a deal or a registration."""
    is_deal = str(record.reference).startswith("DL")
    column: Any = Share.deal_id if is_deal else Share.registration_id
    found: ColumnElement[bool] = column == record.id
    return found


def may_share(actor: MemberActor, record: Any, is_worker: bool) -> bool:
    """Tell whether the actor may say with whom ``record`` is shared.

    On the partner's side whoever works on it for the organisation that owns it; on the vendor's
    the channel manager who looks after that organisation, not one with whom it was shared.
    """
    return is_worker if actor.side == Side.PARTNER else looks_after(actor, record)


def reads_or_edits(actor: MemberActor, record: Any) -> bool:
    """Tell whether the actor sees it by more than a share, or by one for working on it."""
    if not actor.holds_shares or set(granting_terms(actor, record)) - {"share"}:
        return True
    return may_edit(actor, record)


def looks_after(actor: MemberActor, record: Any) -> bool:
    """Tell whether it is of a partner in the actor's own portfolio, and not only shared."""
    if actor.role != Role.CHANNEL_MANAGER:
        return False
    return not actor.holds_shares or "portfolio" in granting_terms(actor, record)
