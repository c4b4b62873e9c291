"""Which roles and reaches may somebody give to others?"""

from __future__ import annotations

from collections.abc import Mapping

from portal.domain.organisations.models import Side
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership, Reach, Role
from portal.domain.people.roles import PARTNER_ROLES

# Which roles somebody may give to others: never more than their own.
GRANTABLE: Mapping[Role, frozenset[Role]] = {
    Role.PARTNER_ADMINISTRATOR: PARTNER_ROLES,
    Role.SECURITY_ADMINISTRATOR: frozenset(Role),
}
_WIDTH = {Reach.OWN: 0, Reach.ORGANISATION: 1, Reach.FAMILY: 2}


def grantable_roles(actor: MemberActor, side: str) -> list[Role]:
    """Return the roles that ``actor`` may give in an organisation of ``side``."""
    given = GRANTABLE.get(actor.role, frozenset())
    return [
        role for role in Role if role in given and (role in PARTNER_ROLES) == (side == Side.PARTNER)
    ]


def grantable_reaches(actor: MemberActor, side: str) -> list[Reach]:
    """Return the reaches that ``actor`` may give in an organisation of ``side``.

    The vendor's people see as far as their role says.
    """
    if side == Side.VENDOR:
        return [Reach.ORGANISATION]
    if actor.side == Side.VENDOR:
        return list(Reach)
    return [reach for reach in Reach if _WIDTH[reach] <= _WIDTH[Reach(actor.reach)]]


def is_within(actor: MemberActor, membership: Membership) -> bool:
    """Tell whether ``actor`` could have given the membership its role and reach."""
    if membership.role not in GRANTABLE.get(actor.role, ()):
        return False
    is_vendor = actor.side == Side.VENDOR
    return is_vendor or _WIDTH[Reach(membership.reach)] <= _WIDTH[Reach(actor.reach)]
