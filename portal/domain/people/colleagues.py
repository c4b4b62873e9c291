"""What are colleagues called, who leads them, and who can take what another has worked on?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import contains_eager

from portal.core.access import visible
from portal.core.database import db
from portal.core.language import _l
from portal.core.workflow import Refused
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership, Role, User
from portal.domain.people.roles import LEADS, PERMISSIONS
from portal.domain.permissions import Permission

GONE = _l("That person cannot take it any more. Choose another.")


def roles_with(permission: Permission) -> frozenset[Role]:
    """Return the roles that include ``permission``."""
    return frozenset(role for role, granted in PERMISSIONS.items() if permission in granted)


def is_at_work() -> ColumnElement[bool]:
    """Return the condition that a membership, joined with its user, is somebody who comes in."""
    return Membership.joined_at.is_not(None) & Membership.is_active & User.is_active


def takers(
    actor: MemberActor,
    organisation_id: int,
    roles: Collection[Role],
    but: int | None,
    *conditions: ColumnElement[bool],
) -> Sequence[Membership]:
    """Return who in an organisation could take over, by name, as far as ``actor`` knows of them.

    Active people of one of ``roles`` who satisfy the ``conditions``, without the membership
    numbered ``but``.
    """
    query = (
        visible(Membership, actor)
        .join(Membership.user)
        .options(contains_eager(Membership.user))
        .where(
            Membership.organisation_id == organisation_id,
            Membership.role.in_(sorted(roles)),
            is_at_work(),
            *conditions,
        )
        .order_by(User.name, Membership.id)
        .execution_options(populate_existing=True)
    )
    if but is not None:
        query = query.where(Membership.id != but)
    return db.session.scalars(query).all()


def need_taker(taker: Membership, offered: Collection[Membership], record: Any) -> None:
    """Raise Refused unless ``taker`` is among those who could take ``record`` now."""
    if taker.id not in {one.id for one in offered}:
        raise Refused(GONE, record)


def names_of(membership_ids: Collection[int]) -> dict[int, str]:
    """Return the names of memberships' people by row number, as far as the reader may know them."""
    if not membership_ids:
        return {}
    query = select(Membership.id, User.name).join(User, User.id == Membership.user_id)
    rows = db.session.execute(query.where(Membership.id.in_(set(membership_ids))))
    return {row.id: row.name for row in rows}


def reference_of(membership_id: int | None) -> str:
    """Return the reference of a membership in the reader's sight, or nothing."""
    if membership_id is None:
        return ""
    query = select(Membership.reference).where(Membership.id == membership_id)
    return db.session.scalar(query) or ""


def leads_of(organisation_id: int) -> Select[int]:
    """Return the SELECT of a company's managers and administrators who have joined."""
    return select(Membership.id).where(
        Membership.organisation_id == organisation_id,
        Membership.role.in_(LEADS),
        Membership.is_active,
        Membership.joined_at.is_not(None),
    )
