"""Whose reach changes when a company moves in the hierarchy?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from portal.core.database import db
from portal.domain.organisations import hierarchy
from portal.domain.organisations.models import Organisation
from portal.domain.people.models import Membership, Reach, User


@dataclass(frozen=True)
class Effect:
    """How many people will see ``companies`` fewer, and how many as many more."""

    losing: int
    gaining: int
    companies: int


def effect_of_move(organisation: Organisation, parent: Organisation | None) -> Effect:
    """Return whose reach changes when ``organisation`` comes to stand below ``parent``."""
    session = db.session()
    now_above = set(hierarchy.line_above(session, organisation.id))
    then_above = {parent.id, *hierarchy.line_above(session, parent.id)} if parent else set()
    return Effect(
        _seeing_families(now_above - then_above),
        _seeing_families(then_above - now_above),
        hierarchy.size_of_family(session, organisation.id),
    )


def _seeing_families(places: Collection[int]) -> int:
    """Return how many people of these organisations see what stands below them."""
    if not places:
        return 0
    counted = (
        select(func.count(Membership.id))
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.organisation_id.in_(places),
            Membership.reach == Reach.FAMILY,
            Membership.is_active,
            User.is_active,
        )
    )
    return db.session.scalar(counted) or 0
