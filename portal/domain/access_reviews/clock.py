"""When does an access review begin, remind, go on and run out, without anybody's doing?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from portal.core.access import can
from portal.core.actors import Portal
from portal.core.database import looking
from portal.core.events import record_event
from portal.core.once import is_still_to_do, one_by_one
from portal.core.times import now
from portal.domain.access_reviews.events import E
from portal.domain.access_reviews.models import AccessReview, AccessReviewItem, Decision, Status
from portal.domain.access_reviews.operations import can_be_reduced, hold_all, note_turns, sign_off
from portal.domain.access_reviews.reasons import people_of
from portal.domain.access_reviews.workflow import ACCESS_REVIEW
from portal.domain.organisations.models import Organisation, OrganisationStatus, Side
from portal.domain.people.actor import actor_from
from portal.domain.people.administration import ADMINISTRATOR, stand_in_line
from portal.domain.people.looking_again import reduce_by_clock
from portal.domain.people.models import Membership, User
from portal.domain.permissions import Permission as P
from portal.domain.programme import programme

CLOCK = Portal("access review clock", P.ACCESS_SIGN_OFF)
PARTNER_LOOKS, SECURITY_LOOKS, NOBODY_LOOKS = "partner", "security", "nobody"


@dataclass(frozen=True)
class Step:
    """One thing that the clock did: which review, whose, and what."""

    what: str
    reference: str
    organisation: str


def present_month() -> dt.date:
    """Return the first day of the present month in the vendor's zone."""
    return now().astimezone(programme().zone).date().replace(day=1)


def run(session: Session, is_stopping: Callable[[], bool] = lambda: False) -> Iterator[Step]:
    """Do and yield everything that is due, each in a transaction of its own. In system mode.

    Whatever moment it is: what a worker that was down has missed is done once, later.
    """
    for steps in one_by_one(session, _due(session), is_stopping):
        yield from steps


def _due(session: Session) -> list[Callable[[], list[Step]]]:
    month = present_month()
    with looking(session):
        found: list[Callable[[], list[Step]]] = [
            partial(_begin, month, session, number)
            for number in session.scalars(_without_review(month))
        ]
        found += [
            partial(_advance, session, number) for number in session.scalars(_to_be_advanced())
        ]
    return found


def _without_review(month: dt.date) -> Any:
    """Return the SELECT of the active organisations with people that have no review of ``month``.

    Who has become active in the course of the month is looked at in the next.
    """
    first = dt.datetime.combine(month, dt.time(), programme().zone)
    return (
        select(Organisation.id)
        .where(
            Organisation.status == OrganisationStatus.ACTIVE,
            or_(Organisation.active_at.is_(None), Organisation.active_at < first),
            exists().where(
                Membership.organisation_id == Organisation.id,
                Membership.is_active,
                User.id == Membership.user_id,
                User.is_active,
            ),
            ~_is_there(Organisation.id, month),
        )
        .order_by(Organisation.id)
    )


def _is_there(organisation_id: Any, month: dt.date) -> Any:
    return exists().where(
        AccessReview.organisation_id == organisation_id, AccessReview.month == month
    )


def _to_be_advanced() -> Any:
    """Return the SELECT of the reviews whose next hour has struck."""
    rules, moment = programme(), now()
    return (
        select(AccessReview.id)
        .where(
            AccessReview.status.in_((Status.OPEN, Status.WITH_SECURITY)),
            or_(
                and_(
                    AccessReview.status == Status.OPEN,
                    AccessReview.reminded_at.is_(None),
                    AccessReview.opened_at <= moment - dt.timedelta(days=rules.review_remind_days),
                ),
                and_(
                    AccessReview.closed_at.is_(None),
                    AccessReview.opened_at <= moment - dt.timedelta(days=rules.review_answer_days),
                ),
            ),
        )
        .order_by(AccessReview.id)
    )


def _begin(month: dt.date, session: Session, organisation_id: int) -> list[Step]:
    there = select(AccessReview.id).where(
        AccessReview.organisation_id == organisation_id, AccessReview.month == month
    )

    def is_done() -> bool:
        return session.scalar(there) is not None

    if not is_still_to_do(session, partial(stand_in_line, organisation_id), is_done):
        return []
    review = open_review(session, session.get_one(Organisation, organisation_id), month)
    return [Step("opened", review.reference, review.organisation.name)]


def open_review(session: Session, organisation: Organisation, month: dt.date) -> AccessReview:
    """Begin the organisation's review of ``month`` and ask whoever looks first. In system mode."""
    moment = now()
    review = AccessReview(organisation=organisation, month=month, opened_at=moment)
    review.items = [
        AccessReviewItem(
            membership=found.membership,
            role=found.membership.role,
            reach=found.membership.reach,
            seen_at=found.seen_at,
            reasons=[str(reason) for reason in found.reasons],
            has_reasons=bool(found.reasons),
        )
        for found in people_of(session, organisation, moment)
    ]
    review.to_look_at = sum(item.has_reasons for item in review.items)
    session.add(review)
    ACCESS_REVIEW.start(review)
    session.flush()
    asks = _who_looks_first(session, review)
    record_event(E.OPEN, review, CLOCK, session=session, people=review.to_look_at, asks=asks)
    if asks == NOBODY_LOOKS:
        sign_off(review, CLOCK, "rest")
    elif asks == SECURITY_LOOKS:
        is_vendor = organisation.side == Side.VENDOR
        why = "vendor" if is_vendor else "nobody"
        ACCESS_REVIEW.apply(review, "hand_over", CLOCK, why=why)
    note_turns(review)
    return review


def _who_looks_first(session: Session, review: AccessReview) -> str:
    """Return whether the company's own administrators can decide on anybody in the review."""
    if not review.to_look_at:
        return NOBODY_LOOKS
    if review.organisation.side == Side.VENDOR:
        return SECURITY_LOOKS
    administrators = session.scalars(
        select(Membership)
        .join(Membership.user)
        .where(
            Membership.organisation_id == review.organisation_id,
            Membership.role == ADMINISTRATOR[Side.PARTNER],
            Membership.joined_at.is_not(None),
            Membership.is_active,
            User.is_active,
        )
    ).all()
    actors = [actor_from(one) for one in administrators]
    items = [item for item in review.items if item.has_reasons]
    is_some = any(can(actor, P.ACCESS_REVIEW, item) for actor in actors for item in items)
    return PARTNER_LOOKS if is_some else SECURITY_LOOKS


def _advance(session: Session, review_id: int) -> list[Step]:
    """Do what is due in one review; nothing where another worker has done it meanwhile."""
    review = hold_all(session, review_id)
    rules, age = programme(), now() - review.opened_at
    name = review.organisation.name
    if review.status == Status.SIGNED_OFF:
        return []
    if age >= dt.timedelta(days=rules.review_answer_days):
        if review.closed_at is not None:
            return []
        return [Step(what, review.reference, name) for what in _run_out(session, review)]
    is_due = age >= dt.timedelta(days=rules.review_remind_days)
    if review.status != Status.OPEN or review.reminded_at is not None or not is_due:
        return []
    review.reminded_at = now()
    record_event(E.REMIND, review, CLOCK, session=session)
    return [Step("reminded", review.reference, name)]


def _run_out(session: Session, review: AccessReview) -> Iterator[str]:
    """Reduce who was not looked at in time, and let the security administrators go on."""
    review.closed_at = now()
    left = [item for item in review.items if item.is_open and can_be_reduced(item.membership)]
    if left:
        stand_in_line(review.organisation_id)
        yield "reduced"
    for item in left:
        reduce_by_clock(session, item.membership)
        item.decision, item.decided_at = Decision.REDUCED_BY_CLOCK, now()
    if left:
        people = [item.membership.reference for item in left]
        record_event(E.REDUCE, review, CLOCK, session=session, people=people)
    if review.status == Status.OPEN:
        ACCESS_REVIEW.apply(review, "hand_over", CLOCK, why="no_answer")
        note_turns(review)
        yield "handed over"
