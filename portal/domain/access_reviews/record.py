"""What exactly is signed when an access review is over, and is it still what was signed?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.events import canonical_time, digest
from portal.domain.access_reviews.models import AccessReview, AccessReviewItem
from portal.domain.people.models import Membership

NO_REASON, CLOSED = "no_reason", "closed"
"""What stands for people on whom nobody decided: no reason to look, or closed in the meantime."""


def content_of(session: Session, review: AccessReview, signed_at: dt.datetime) -> dict[str, Any]:
    """Return the canonical content of a review: everybody with access, and what was decided.

    Ids, codes and times alone. Who came after it began stands in it too. In system mode.
    """
    # Held here, so that no item asks for its own.
    _people = session.scalars(
        select(Membership).where(Membership.organisation_id == review.organisation_id)
    ).all()
    later = _came_later(session, review)
    names = _references(session, review.items, review.signed_by_id)
    return {
        "review": review.reference,
        "organisation": review.organisation.reference,
        "month": f"{review.month:%Y-%m}",
        "opened": canonical_time(review.opened_at),
        "signed": canonical_time(signed_at),
        "signed_by": names.get(review.signed_by_id or 0),
        "people": [
            *(_of_item(item, names) for item in review.items),
            *(_of_newcomer(one) for one in later),
        ],
    }


def digest_of(content: dict[str, Any]) -> str:
    """Return the SHA-256 of the content in canonical form."""
    return digest(content)


def is_as_signed(review: AccessReview) -> bool:
    """Tell whether a signed review still holds what was signed."""
    return review.content is not None and digest_of(review.content) == review.digest


def _of_item(item: AccessReviewItem, names: dict[int, str]) -> dict[str, Any]:
    outcome = item.decision
    if outcome is None:
        outcome = NO_REASON if item.membership.is_active else CLOSED
    return {
        "person": item.membership.reference,
        "role": item.role,
        "reach": item.reach,
        "role_now": item.membership.role,
        "reach_now": item.membership.reach,
        "reasons": list(item.reasons),
        "seen": canonical_time(item.seen_at) if item.seen_at else None,
        "outcome": outcome,
        "by": names.get(item.decided_by_id or 0),
        "at": canonical_time(item.decided_at) if item.decided_at else None,
        "later": False,
    }


def _of_newcomer(membership: Membership) -> dict[str, Any]:
    return {
        "person": membership.reference,
        "role": membership.role,
        "reach": membership.reach,
        "reach_now": membership.reach,
        "reasons": [],
        "seen": None,
        "outcome": NO_REASON,
        "by": None,
        "at": None,
        "later": True,
    }


def _came_later(session: Session, review: AccessReview) -> Sequence[Membership]:
    listed = select(AccessReviewItem.membership_id).where(AccessReviewItem.review_id == review.id)
    return session.scalars(
        select(Membership)
        .where(
            Membership.organisation_id == review.organisation_id,
            Membership.is_active,
            Membership.id.not_in(listed),
        )
        .order_by(Membership.id)
    ).all()


def _references(
    session: Session, items: Sequence[AccessReviewItem], signer: int | None
) -> dict[int, str]:
    """Return the references of those who decided and signed, by row number."""
    numbers = {item.decided_by_id for item in items if item.decided_by_id} | {signer or 0}
    found = select(Membership.id, Membership.reference).where(Membership.id.in_(numbers))
    return {row.id: row.reference for row in session.execute(found)}
