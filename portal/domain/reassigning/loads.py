"""How much has each person open, as far as the reader may know of it?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import InstrumentedAttribute

from portal.core.access import visible
from portal.core.database import db
from portal.domain.applications import reviewers
from portal.domain.applications.models import Application
from portal.domain.deals.models import OPEN_STAGES, Deal
from portal.domain.people.actor import MemberActor
from portal.domain.registrations.models import Registration
from portal.domain.registrations.owners import OPEN, TAKEN


@dataclass(frozen=True)
class Load:
    """How many deals, registrations and applications somebody has open."""

    deals: int = 0
    registrations: int = 0
    applications: int = 0

    def __bool__(self) -> bool:
        return bool(self.deals or self.registrations or self.applications)


def loads_of(actor: MemberActor, people: Collection[int]) -> dict[int, Load]:
    """Return what each of the partner's memberships owns that is open."""
    deals = _count(actor, Deal, Deal.owner_id, people, Deal.stage.in_(OPEN_STAGES))
    undecided = Registration.status.in_(OPEN)
    registrations = _count(actor, Registration, Registration.owner_id, people, undecided)
    return {one: Load(deals.get(one, 0), registrations.get(one, 0)) for one in people}


def reviews_of(actor: MemberActor, people: Collection[int]) -> dict[int, Load]:
    """Return how many registrations each of the vendor's memberships reviews."""
    under_way = Registration.status.in_(TAKEN)
    found = _count(actor, Registration, Registration.reviewer_id, people, under_way)
    return {one: Load(0, found.get(one, 0)) for one in people}


def applications_of(actor: MemberActor, people: Collection[int]) -> dict[int, Load]:
    """Return how many applications each of the vendor's memberships reviews."""
    under_way = Application.status.in_(reviewers.TAKEN)
    found = _count(actor, Application, Application.reviewer_id, people, under_way)
    return {one: Load(applications=found.get(one, 0)) for one in people}


def sales_of(actor: MemberActor, people: Collection[int]) -> dict[int, Load]:
    """Return on how many open deals each of the vendor's sellers works."""
    found = _count(actor, Deal, Deal.vendor_owner_id, people, Deal.stage.in_(OPEN_STAGES))
    return {one: Load(found.get(one, 0)) for one in people}


def _count(
    actor: MemberActor,
    model: Any,
    column: InstrumentedAttribute[Any],
    people: Collection[int],
    condition: ColumnElement[bool],
) -> dict[int, int]:
    query = (
        visible(model, actor)
        .with_only_columns(column, func.count())
        .where(column.in_(list(people)), condition)
        .group_by(column)
    )
    return {row[0]: row[1] for row in db.session.execute(query)} if people else {}
