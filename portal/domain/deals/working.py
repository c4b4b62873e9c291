"""Who of the vendor's people works on a deal?"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select

from portal.core.database import db
from portal.core.net import system_mode
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership, User


def vendors_owners(membership_ids: Collection[int], reader: MemberActor) -> Mapping[int, str]:
    """Return the names behind memberships of the vendor's, by row number.

    Looks past the actor: a partner reads the first name of somebody whom they may not look up.
    """
    query = (
        select(Membership.id, User.name)
        .join(User, User.id == Membership.user_id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.id.in_(membership_ids), Organisation.side == Side.VENDOR)
    )
    with system_mode("who of the vendor works on a deal"):
        names = {row.id: str(row.name) for row in db.session.execute(query)}
    if reader.side == Side.VENDOR:
        return names
    return {number: name.split(" ", 1)[0] for number, name in names.items()}


def vendors_owner(membership_id: int, reader: MemberActor) -> str:
    """Return the name behind one membership of the vendor's, as ``reader`` is told it."""
    return vendors_owners([membership_id], reader).get(membership_id, "")
