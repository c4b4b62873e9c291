"""What can be done in an access review, each as one named write?"""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.core.access import can, deny, visible
from portal.core.actors import Actor
from portal.core.database import db
from portal.core.events import record_event
from portal.core.language import _l
from portal.core.net import system_mode
from portal.core.times import now
from portal.core.workflow import Refused, WrongState
from portal.domain.access_reviews.events import E
from portal.domain.access_reviews.models import AccessReview, AccessReviewItem, Decision, Status
from portal.domain.access_reviews.record import content_of, digest_of
from portal.domain.access_reviews.workflow import ACCESS_REVIEW
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people import looking_again
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership, Reach, Role, User
from portal.domain.permissions import Permission as P

REDUCED = frozenset({Decision.REDUCE, Decision.REDUCED_BY_CLOCK})


def decide(
    item: AccessReviewItem, actor: MemberActor, decision: Decision, *, seen: int | None = None
) -> None:
    """Keep somebody's access, reduce it to their own records, or close it; in force at once.

    ``seen`` is the version of the access that the actor has judged, where it was shown to them.
    Raises WrongState where it has changed since, where it is not the actor's turn or somebody has
    decided already, Denied, or Refused (the last administrator, nothing to reduce, oneself).
    """
    review, person = _hold(item, actor)
    if seen is not None and seen != person.version:
        raise WrongState(review, "decide")
    if item.decision is not None or not item.is_open:
        raise WrongState(review, "decide")
    if person.user_id == actor.user_id:
        _keep_oneself(review, person, actor, decision)
    elif decision == Decision.KEEP:
        looking_again.keep(person, actor, review.reference)
    elif decision == Decision.REDUCE:
        if not can_be_reduced(person):
            raise Refused(_l("There is nothing to reduce."), review)
        looking_again.reduce(person, actor)
    else:
        looking_again.close(person, actor)
    item.decision, item.decided_by_id, item.decided_at = decision, actor.membership_id, now()
    record_event(E.DECIDE, review, actor, person=person.reference, decision=str(decision))


def undo(item: AccessReviewItem, actor: MemberActor) -> None:
    """Take a decision back, and what it did to the access, until the review is signed.

    What somebody else has changed since stays as they left it. Raises as :func:`decide` does.
    """
    review, person = _hold(item, actor)
    if item.decision is None:
        raise WrongState(review, "undo")
    decision = Decision(item.decision)
    if not looking_again.has_changed_since(person, item.decided_at):
        if decision in REDUCED and person.is_active and person.reach == Reach.OWN:
            looking_again.set_reach(person, actor, Reach(item.reach))
        if decision == Decision.DEACTIVATE and not person.is_active:
            looking_again.open_again(person, actor)
    item.decision = item.decided_by_id = item.decided_at = None
    record_event(E.UNDO, review, actor, person=person.reference, decision=str(decision))


def can_be_reduced(person: Membership) -> bool:
    """Tell whether the person sees more than their own records by their reach."""
    return person.organisation.side == Side.PARTNER and person.reach != Reach.OWN


def answer(review: AccessReview, actor: MemberActor) -> None:
    """Send the company's decisions on to the security administrators.

    Raises WrongState, Denied, or Refused while somebody is left to be decided on.
    """
    ACCESS_REVIEW.apply(review, "answer", actor)
    note_turns(review)


def take_over(review: AccessReview, actor: MemberActor) -> None:
    """Go on without the company's answer; raises WrongState or Denied."""
    ACCESS_REVIEW.apply(review, "hand_over", actor, why="taken")
    note_turns(review)


def sign_off(review: AccessReview, actor: Actor, step: str = "sign_off") -> None:
    """Sign for the review: what it holds is frozen, with its digest in the event.

    Raises WrongState, Denied, or Refused while somebody has not been looked at. ``step`` is the
    transition: "rest" where the portal itself ends a review that asks nothing.
    """
    moment = now()
    review.signed_at, review.signed_by_id = moment, actor.membership_id
    with system_mode("what an access review signs"):
        content = content_of(db.session(), review, moment)
    review.content, review.digest = content, digest_of(content)
    ACCESS_REVIEW.apply(review, step, actor, digest=review.digest, people=len(content["people"]))
    note_turns(review)


def note_turns(review: AccessReview) -> None:
    """Note at both organisations whether reviews wait there, so that home need not ask.

    The vendor's row is locked before anybody counts: of two who finish at once the second counts
    what the first left.
    """
    session = db.session()
    session.flush()
    with system_mode("where access reviews wait"):
        is_vendor = Organisation.side == Side.VENDOR
        home, theirs = Organisation.id == review.organisation_id, AccessReview.organisation_id
        for place, waiting in (
            (home, (theirs == review.organisation_id, AccessReview.status == Status.OPEN)),
            (is_vendor, (AccessReview.status == Status.WITH_SECURITY,)),
        ):
            line = select(Organisation.id).where(place).order_by(Organisation.id)
            session.execute(line.with_for_update(key_share=True)).all()
            if place is home and review.organisation.side == Side.VENDOR:
                continue
            has_some = session.scalar(select(AccessReview.id).where(*waiting).limit(1)) is not None
            session.execute(
                update(Organisation)
                .where(place, Organisation.has_access_reviews.is_not(has_some))
                .values(has_access_reviews=has_some)
                .execution_options(synchronize_session=False)
            )


def _hold(item: AccessReviewItem, actor: MemberActor) -> tuple[AccessReview, Membership]:
    """Lock the review and the membership of an item that is locked already, and return them.

    Everybody locks in this order: items, review, memberships, the organisation's line. Raises
    WrongState where it is not the actor's turn, Denied without the right.
    """
    if not can(actor, P.ACCESS_REVIEW, item):
        deny(actor, P.ACCESS_REVIEW, item)
    session = db.session()
    fresh = {"populate_existing": True}
    reviews = visible(AccessReview, actor).where(AccessReview.id == item.review_id)
    locked = reviews.with_for_update(of=AccessReview, key_share=True)
    review = session.scalars(locked.execution_options(**fresh)).one()
    people = visible(Membership, actor).where(Membership.id == item.membership_id)
    locked_people = people.with_for_update(of=Membership, key_share=True)
    person = session.scalars(locked_people.execution_options(**fresh)).one()
    session.refresh(item)
    if not is_turn_of(review, actor):
        raise WrongState(review, "decide")
    return review, person


def is_turn_of(review: AccessReview, actor: Actor) -> bool:
    """Tell whether the actor's side decides at present: first the company's, then the vendor's."""
    turn = {Status.OPEN: Side.PARTNER, Status.WITH_SECURITY: Side.VENDOR}
    return turn.get(Status(review.status)) == actor.side


def _keep_oneself(
    review: AccessReview, person: Membership, actor: MemberActor, decision: Decision
) -> None:
    """Let the only security administrator keep their own access: nobody else could look at it."""
    if decision != Decision.KEEP:
        raise Refused(_l("Your own access is not yours to change."), review)
    if _has_another_administrator(actor):
        raise Refused(_l("Another security administrator looks at your own access."), review)
    looking_again.record_kept(person, actor, review.reference)


def _has_another_administrator(actor: MemberActor) -> bool:
    others = (
        visible(Membership, actor)
        .join(Membership.user)
        .where(
            Membership.organisation_id == actor.organisation_id,
            Membership.id != actor.membership_id,
            Membership.role == Role.SECURITY_ADMINISTRATOR,
            Membership.joined_at.is_not(None),
            Membership.is_active,
            User.is_active,
        )
    )
    return db.session.scalars(others.limit(1)).first() is not None


def hold_all(session: Session, review_id: int) -> AccessReview:
    """Lock a review with its undecided items and their memberships. In system mode."""
    undecided = (
        select(AccessReviewItem)
        .where(AccessReviewItem.review_id == review_id, AccessReviewItem.decision.is_(None))
        .order_by(AccessReviewItem.id)
        .with_for_update(of=AccessReviewItem, key_share=True)
    )
    fresh = {"populate_existing": True}
    items = session.scalars(undecided.execution_options(**fresh)).all()
    review = session.scalars(
        select(AccessReview)
        .where(AccessReview.id == review_id)
        .with_for_update(of=AccessReview, key_share=True)
        .execution_options(**fresh)
    ).one()
    people = (
        select(Membership)
        .where(Membership.id.in_([item.membership_id for item in items if item.has_reasons]))
        .order_by(Membership.id)
        .with_for_update(of=Membership, key_share=True)
    )
    session.scalars(people.execution_options(**fresh)).all()
    return review
