"""Which registrations wait for a decision, soonest target first?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from portal.core.access import visible
from portal.core.database import db
from portal.core.language import Due, _l, show_due
from portal.core.paging import filters_of
from portal.core.workflow import VENDOR
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership, User
from portal.domain.registrations.models import Registration
from portal.domain.registrations.workflow import REGISTRATION

MOST = 100
VIEWS = {"mine": _l("Mine"), "unassigned": _l("Unassigned")}


@dataclass(frozen=True)
class Row:
    """One registration of the queue."""

    registration: Registration
    due: Due | None
    state: Any
    reviewer: str


def queue_page(actor: MemberActor) -> dict[str, Any]:
    """Return the chosen part of the queue with the ways to the others."""
    chosen = request.args.get("view", "")
    view = chosen if chosen in VIEWS else ""
    rows = db.session.scalars(_query(actor, view).limit(MOST + 1)).unique().all()
    names = _names([row.reviewer_id for row in rows if row.reviewer_id])
    return {
        "rows": [
            Row(
                row,
                show_due(row.next_by) if row.next_by else None,
                REGISTRATION.state_of(row),
                names.get(row.reviewer_id or 0, ""),
            )
            for row in rows[:MOST]
        ],
        "has_more": len(rows) > MOST,
        "view": view,
        "filters": filters_of("admin.review.index", "view", VIEWS, view),
    }


def _query(actor: MemberActor, view: str = "") -> Any:
    query = (
        visible(Registration, actor)
        .join(Registration.organisation)
        .options(contains_eager(Registration.organisation))
        .where(Registration.next_side == VENDOR)
        .order_by(Registration.next_by, Registration.id)
    )
    if view == "mine":
        return query.where(Registration.reviewer_id == actor.membership_id)
    if view == "unassigned":
        return query.where(Registration.reviewer_id.is_(None))
    return query


def _names(membership_ids: list[int]) -> dict[int, str]:
    if not membership_ids:
        return {}
    rows = db.session.execute(
        select(Membership.id, User.name)
        .join(User, User.id == Membership.user_id)
        .where(Membership.id.in_(set(membership_ids)))
    )
    return {row.id: row.name for row in rows}


def name_of(membership_id: int | None) -> str:
    """Return the name of a membership's person, as far as the reader may know it."""
    return _names([membership_id]).get(membership_id, "") if membership_id else ""


def place_in_queue(actor: MemberActor, registration: Registration) -> tuple[int, int] | None:
    """Return (place, length) of the registration in the whole queue, or None outside it."""
    ids = list(
        db.session.scalars(
            _query(actor)
            .with_only_columns(Registration.id)
            .order_by(None)
            .order_by(Registration.next_by, Registration.id)
            .limit(MOST)
        )
    )
    return (ids.index(registration.id) + 1, len(ids)) if registration.id in ids else None
