"""Why is somebody's access to be looked at?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from portal.domain.access_reviews.models import Reason
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people.models import LoginSession, Membership, Reach, User, UserIdentity
from portal.domain.programme import programme


@dataclass(frozen=True)
class Found:
    """One membership with access, when it was last at work here, and why to look at it."""

    membership: Membership
    seen_at: dt.datetime | None
    reasons: Sequence[Reason]


def people_of(session: Session, organisation: Organisation, moment: dt.datetime) -> list[Found]:
    """Return everybody with access to ``organisation``, each with the reasons. In system mode.

    Also whom the portal has switched off as a person while the membership still stands. That
    somebody has left another organisation is no reason: nobody here is told of that.
    """
    memberships = session.scalars(
        select(Membership)
        .join(Membership.user)
        .options(contains_eager(Membership.user))
        .where(Membership.organisation_id == organisation.id, Membership.is_active)
        .order_by(Membership.id)
    ).all()
    seen = _last_seen(session, organisation.id)
    known = _known_somewhere(session, organisation.id)
    is_partner = organisation.side == Side.PARTNER
    return [
        Found(
            one,
            seen.get(one.id),
            reasons_of(one, seen.get(one.id), one.user_id in known, is_partner, moment),
        )
        for one in memberships
    ]


def reasons_of(
    membership: Membership,
    seen_at: dt.datetime | None,
    has_identity: bool,
    is_partner: bool,
    moment: dt.datetime,
) -> list[Reason]:
    """Return why to look at a membership at ``moment``, the gravest reason first.

    ``has_identity``: some account at an identity provider still lets the person sign in.
    """
    rules = programme()
    joined_at, reasons = membership.joined_at, []
    if not membership.user.is_active or (joined_at is not None and not has_identity):
        reasons.append(Reason.LEFT)
    if joined_at is None:
        if membership.added_at < moment - dt.timedelta(days=rules.review_never_days):
            reasons.append(Reason.NEVER)
    elif (seen_at or joined_at) < moment - dt.timedelta(days=rules.review_inactive_days):
        reasons.append(Reason.INACTIVE)
    if membership.user.mail_bounced_at is not None:
        reasons.append(Reason.BOUNCED)
    # How far the vendor's people see is said by their roles.
    if is_partner and membership.reach != Reach.OWN:
        reasons.append(Reason.WIDE)
    return reasons


def _last_seen(session: Session, organisation_id: int) -> dict[int, dt.datetime]:
    query = (
        select(LoginSession.membership_id, func.max(LoginSession.seen_at))
        .join(Membership, Membership.id == LoginSession.membership_id)
        .where(Membership.organisation_id == organisation_id)
        .group_by(LoginSession.membership_id)
    )
    return {number: seen for number, seen in session.execute(query) if seen}


def _known_somewhere(session: Session, organisation_id: int) -> set[int]:
    """Return the people of the organisation whom some identity provider's account lets in."""
    query = (
        select(UserIdentity.user_id)
        .join(Membership, Membership.user_id == UserIdentity.user_id)
        .join(User, User.id == UserIdentity.user_id)
        .where(Membership.organisation_id == organisation_id)
    )
    return set(session.scalars(query))
