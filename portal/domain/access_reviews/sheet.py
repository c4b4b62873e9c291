"""What does a review say of each person, to whoever looks at it?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from portal.core.access import can, visible
from portal.core.database import db
from portal.core.language import _, show_ago, show_exact
from portal.core.times import now
from portal.domain.access_reviews.models import AccessReview, AccessReviewItem, Decision, Reason
from portal.domain.access_reviews.operations import can_be_reduced, is_turn_of
from portal.domain.access_reviews.record import CLOSED, NO_REASON, is_as_signed
from portal.domain.access_reviews.wording import OUTCOME_WORDS, reasons_in_words
from portal.domain.organisations.models import Side
from portal.domain.people.actor import MemberActor
from portal.domain.people.administration import last_seen
from portal.domain.people.models import Membership, Reach, Role, User
from portal.domain.people.roles import REACH_OF_COLLEAGUE, REACH_OF_THEIRS, ROLE_WORDS
from portal.domain.permissions import Permission as P

AWAY = frozenset({Reason.INACTIVE, Reason.NEVER})


@dataclass(frozen=True)
class Line:
    """One person of a review: who, why to look, what was decided, and what can be decided now.

    ``access`` is the version of the access that is shown, ``choices`` are decisions that the
    reader can take, ``can_undo`` whether they can take the one back that was taken; ``note`` says
    why there is neither.
    """

    reference: str
    version: int
    access: int
    name: str
    email: str
    about: str
    reasons: Sequence[str]
    outcome: str
    tone: str
    decided: str
    choices: Sequence[str]
    can_undo: bool
    note: str


@dataclass(frozen=True)
class Signed:
    """One person of the signed record."""

    reference: str
    name: str
    about: str
    reasons: Sequence[str]
    outcome: str
    tone: str
    by: str


def lines_of(review: AccessReview, reader: MemberActor) -> list[Line]:
    """Return everybody on whom somebody has to decide, in the order in which they came."""
    query = (
        visible(AccessReviewItem, reader)
        .join(AccessReviewItem.membership)
        .join(Membership.user)
        .options(contains_eager(AccessReviewItem.membership).contains_eager(Membership.user))
        .where(AccessReviewItem.review_id == review.id, AccessReviewItem.has_reasons)
        .order_by(AccessReviewItem.id)
    )
    items = db.session.scalars(query).all()
    names = _names({one.decided_by_id for one in items if one.decided_by_id})
    seen = last_seen([one.membership_id for one in items])
    return [_line(one, review, reader, names, seen.get(one.membership_id)) for one in items]


def line_of(item: AccessReviewItem, reader: MemberActor) -> Line:
    """Return one person's line anew."""
    names = _names({item.decided_by_id} if item.decided_by_id else set())
    seen = last_seen([item.membership_id]).get(item.membership_id)
    return _line(item, item.review, reader, names, seen)


def others_of(review: AccessReview, reader: MemberActor) -> list[str]:
    """Return the names of those whom there was no reason to look at."""
    query = (
        visible(AccessReviewItem, reader)
        .join(AccessReviewItem.membership)
        .join(Membership.user)
        .where(AccessReviewItem.review_id == review.id, ~AccessReviewItem.has_reasons)
        .with_only_columns(User.name)
        .order_by(AccessReviewItem.id)
    )
    return list(db.session.scalars(query))


def _line(
    item: AccessReviewItem,
    review: AccessReview,
    reader: MemberActor,
    names: Mapping[int, str],
    seen_at: dt.datetime | None,
) -> Line:
    person = item.membership
    outcome, tone = _outcome(item)
    is_theirs = is_turn_of(review, reader) and can(reader, P.ACCESS_REVIEW, item)
    said = reasons_in_words(
        item.reasons, item.reach, item.seen_at, person.added_at, person.joined_at, now()
    )
    is_back = seen_at and (item.seen_at is None or seen_at > item.seen_at)
    if is_back and seen_at and AWAY & set(item.reasons):
        said.append(_("Was here since then: %(when)s.", when=show_ago(seen_at)))
    return Line(
        reference=item.reference,
        version=item.version,
        access=person.version,
        name=person.user.name,
        email=person.user.email,
        about=_about(*_access(item), review.organisation.side, reader),
        reasons=said,
        outcome=outcome,
        tone=tone,
        decided=_decided(item, names),
        choices=_choices(item, reader) if is_theirs and item.is_open else (),
        can_undo=is_theirs and item.decision is not None,
        note=_note(item, review, reader),
    )


def _access(item: AccessReviewItem) -> tuple[str, str]:
    """Return role and reach on which is decided: the present ones, until somebody has."""
    if item.decision is None:
        return item.membership.role, item.membership.reach
    return item.role, item.reach


def _choices(item: AccessReviewItem, reader: MemberActor) -> Sequence[str]:
    if item.membership.user_id == reader.user_id:
        return (Decision.KEEP,)
    reduce = (Decision.REDUCE,) if can_be_reduced(item.membership) else ()
    return (Decision.KEEP, *reduce, Decision.DEACTIVATE)


def _outcome(item: AccessReviewItem) -> tuple[str, str]:
    if item.decision:
        words, tone = OUTCOME_WORDS[Decision(item.decision)]
        return str(words), tone
    if not item.membership.is_active:
        words, tone = OUTCOME_WORDS[CLOSED]
        return str(words), tone
    return "", ""


def _decided(item: AccessReviewItem, names: Mapping[int, str]) -> str:
    if item.decided_at is None:
        return ""
    who, when = names.get(item.decided_by_id or 0), show_ago(item.decided_at)
    return f"{who} · {when}" if who else when


def _note(item: AccessReviewItem, review: AccessReview, reader: MemberActor) -> str:
    """Return why the reader, whose turn it is, cannot decide on this person."""
    if not item.is_open or not is_turn_of(review, reader):
        return ""
    if item.membership.user_id == reader.user_id and reader.side == Side.PARTNER:
        return _("Somebody else looks at your own access.")
    if P.ACCESS_REVIEW in reader.permissions and not can(reader, P.ACCESS_REVIEW, item):
        return _("This person may do or see more than you; somebody else looks at it.")
    return ""


def _about(role: str, reach: str, side: str, reader: MemberActor) -> str:
    words = str(ROLE_WORDS[Role(role)])
    if side == Side.VENDOR:
        return words
    seen = REACH_OF_COLLEAGUE if reader.side == Side.PARTNER else REACH_OF_THEIRS
    return f"{words} · {seen[Reach(reach)]}"


def _names(numbers: set[int | None]) -> dict[int, str]:
    """Return by row number the names of memberships, as far as the reader may know them."""
    if not numbers:
        return {}
    found = select(Membership.id, User.name).join(User, User.id == Membership.user_id)
    rows = db.session.execute(found.where(Membership.id.in_(numbers)))
    return {row.id: row.name for row in rows}


def signed_page(review: AccessReview, reader: MemberActor) -> dict[str, Any]:
    """Return the context of the signed record: who signed, everybody in it, whether it is whole."""
    number = review.signed_by_id
    return {
        "people": signed_lines(review, reader),
        "signer": _names({number}).get(number, "") if number else "",
        "is_as_signed": is_as_signed(review),
    }


def signed_lines(review: AccessReview, reader: MemberActor) -> list[Signed]:
    """Return everybody of the signed record, with the names that their references have now."""
    content: dict[str, Any] = review.content or {"people": [], "signed_by": None}
    people = content["people"]
    references = {one["person"] for one in people} | {one["by"] for one in people if one["by"]}
    rows = db.session.execute(
        select(Membership.reference, User.name, Membership.added_at, Membership.joined_at)
        .join(User, User.id == Membership.user_id)
        .where(Membership.reference.in_(references))
    )
    known = {row.reference: row for row in rows}
    return [_signed(one, known, review, reader) for one in people]


def _signed(
    entry: Mapping[str, Any], known: Mapping[str, Any], review: AccessReview, reader: MemberActor
) -> Signed:
    person = known.get(entry["person"])
    words, tone = OUTCOME_WORDS[entry["outcome"]]
    reasons: list[str] = []
    if person is not None:
        seen_at = dt.datetime.fromisoformat(entry["seen"]) if entry["seen"] else None
        reasons = reasons_in_words(
            entry["reasons"], entry["reach"], seen_at, person.added_at, person.joined_at,
            review.opened_at,
        )  # fmt: skip
    if entry["later"]:
        reasons.append(_("Came after the review had begun."))
    decider, by = known.get(entry["by"] or ""), ""
    if entry["at"]:
        when = show_exact(dt.datetime.fromisoformat(entry["at"]))
        by = f"{decider.name} · {when}" if decider else when
    return Signed(
        reference=entry["person"],
        name=person.name if person else entry["person"],
        about=_about(entry["role"], entry["reach"], review.organisation.side, reader),
        reasons=reasons,
        outcome=str(words if entry["outcome"] != NO_REASON or not entry["later"] else _("New")),
        tone=tone,
        by=by,
    )
