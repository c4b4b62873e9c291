"""Does a portfolio hold so many partners that they are not gone through one by one?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import exists, select

from portal.core.database import db, fixed
from portal.core.net import once_for_each_reader
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership, PortfolioEntry

MANY = 200


def is_large(actor: MemberActor) -> bool:
    """Tell whether more than MANY partners stand in the actor's own portfolio.

    A list asks this first, where it is found in two ways: no database knows by itself which of
    them is short.
    """
    return db.session.scalar(_larger(actor, MANY)) is not None


@once_for_each_reader
def _larger(actor: MemberActor, count: int) -> Any:
    entry = PortfolioEntry.__table__.c
    held = select(entry.organisation_id).where(entry.membership_id == actor.membership_id)
    beyond = exists(held.order_by(entry.organisation_id).offset(fixed(count)).limit(fixed(1)))
    return select(Membership.id).where(Membership.id == actor.membership_id, beyond)
