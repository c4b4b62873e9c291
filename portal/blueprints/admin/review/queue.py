"""Which registrations wait for a decision, soonest target first?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import or_
from sqlalchemy.orm import contains_eager

from portal.core.access import visible
from portal.core.database import db
from portal.core.language import Due, _l, show_due
from portal.core.paging import filters_of
from portal.core.workflow import VENDOR
from portal.domain.people.actor import MemberActor
from portal.domain.people.colleagues import names_of
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
    names = names_of([row.reviewer_id for row in rows if row.reviewer_id])
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


def name_of(membership_id: int | None) -> str:
    """Return the name of a membership's person, as far as the reader may know it."""
    return names_of([membership_id]).get(membership_id, "") if membership_id else ""


def next_in_queue(actor: MemberActor, registration: Registration) -> Registration | None:
    """Return the soonest of the queue that the actor has or could take besides ``registration``."""
    is_theirs = or_(
        Registration.reviewer_id.is_(None), Registration.reviewer_id == actor.membership_id
    )
    others = _query(actor).where(is_theirs, Registration.id != registration.id)
    found: Registration | None = db.session.scalars(others.limit(1)).unique().first()
    return found


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
