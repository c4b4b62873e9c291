"""What can be done with a registration, each as one named write?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.core.changes import differences
from portal.core.database import db
from portal.core.events import digest, record_event
from portal.core.language import _, show_date
from portal.core.net import system_mode
from portal.core.times import business_time_between, now
from portal.core.workflow import Refused, WrongState
from portal.domain.attachments.operations import forget_all
from portal.domain.attachments.records import attachments_of, digests_of, may_go
from portal.domain.claims.operations import Claimed, reserve
from portal.domain.deals.models import Deal
from portal.domain.deals.operations import open_deal
from portal.domain.people.actor import MemberActor
from portal.domain.programme import programme
from portal.domain.registrations.content import (
    content_of,
    fields_behind,
    fields_of,
    unfinished_steps,
)
from portal.domain.registrations.events import E
from portal.domain.registrations.matching import find_matches
from portal.domain.registrations.models import (
    FILES,
    MatchAnswer,
    Question,
    Receipt,
    Registration,
    RegistrationMatch,
    Status,
)
from portal.domain.registrations.workflow import REGISTRATION, matches_of
from portal.domain.registrations.writing import write_fields


@dataclass(frozen=True)
class Asked:
    """A question to the partner: the field's name and the reviewer's comment."""

    field: str
    comment: str


def begin_draft(actor: MemberActor) -> Registration:
    """Return the actor's untouched draft, or a new one."""
    untouched = db.session.scalar(
        select(Registration)
        .where(
            Registration.owner_id == actor.membership_id,
            Registration.status == Status.DRAFT,
            Registration.company == "",
        )
        .order_by(Registration.id)
    )
    if untouched is not None:
        return untouched
    registration = Registration(
        organisation_id=actor.organisation_id,
        owner_id=actor.membership_id,
        products=[],
        activities=[],
        questions=[],
    )
    REGISTRATION.start(registration)
    db.session.add(registration)
    record_event(E.CREATE, registration, actor)
    return registration


def need_draft(registration: Registration) -> None:
    """Raise WrongState for what was sent already: only a draft is edited."""
    if registration.status != Status.DRAFT:
        raise WrongState(registration, "edit")


def need_questions(registration: Registration) -> None:
    """Raise WrongState unless the partner is asked: what was sent is changed only then."""
    if registration.status != Status.NEEDS_INFO:
        raise WrongState(registration, "answer")


def save_draft(registration: Registration, actor: MemberActor, values: Mapping[str, Any]) -> None:
    """Write one step of a draft; raises WrongState for anything else."""
    need_draft(registration)
    changed = write_fields(registration, values)
    if changed:
        record_event(E.EDIT, registration, actor, fields=sorted(changed))


def discard(registration: Registration, actor: MemberActor) -> None:
    """Throw a draft away; its history stays. Raises Refused for anything but a draft."""
    if registration.status != Status.DRAFT:
        raise Refused(_("Only a draft can be thrown away."), registration)
    record_event(E.DISCARD, registration, actor)
    forget_all(registration)
    db.session.delete(registration)


def submit(registration: Registration, actor: MemberActor) -> Receipt:
    """Send the draft to the vendor and return the receipt.

    Raises Refused when a step is unfinished.
    """
    if registration.status == Status.DRAFT:
        _be_complete(registration)
    moment = now()
    receipt = Receipt(
        registration_id=registration.id,
        at=moment,
        content_hash=digest(content_of(registration, digests_of(registration))),
        rule_version=programme().rule_version,
    )
    db.session.add(receipt)
    db.session.flush()
    REGISTRATION.apply(
        registration, "submit", actor, receipt=receipt.reference, content=receipt.content_hash
    )
    registration.submitted_at = moment
    registration.submitted_by_id = actor.membership_id
    registration.submitter_user_id = actor.user_id
    look_for_matches(registration)
    return receipt


def look_for_matches(registration: Registration) -> None:
    """Add a possible match for each record of the same customer that is not listed yet."""
    with system_mode("claim and conflict check"):
        known = {match.other_reference for match in matches_of(registration)}
    fresh = [match for match in find_matches(registration) if match.other_reference not in known]
    if fresh:
        db.session.add_all(fresh)
        others = [match.other_reference for match in fresh]
        record_event(E.MATCH, registration, None, others=others)


def take(registration: Registration, actor: MemberActor) -> None:
    """Make the actor the reviewer."""
    before = registration.reviewer_id
    registration.reviewer_id = actor.membership_id
    try:
        REGISTRATION.apply(registration, "take", actor)
    except Exception:
        registration.reviewer_id = before
        raise


def ask(registration: Registration, actor: MemberActor, asked: Sequence[Asked]) -> None:
    """Ask the partner about named fields, each with a comment; the vendor's clock stands still."""
    moment = now()
    target = registration.next_by
    REGISTRATION.apply(
        registration,
        "ask",
        actor,
        fields=[question.field for question in asked],
        words={"comments": "\n".join(question.comment for question in asked)},
    )
    left = business_time_between(moment, target, programme().zone) if target else dt.timedelta()
    registration.vendor_seconds_left = int(left.total_seconds())
    for question in asked:
        registration.questions.append(Question(field=question.field, comment=question.comment))


def answer(
    registration: Registration,
    actor: MemberActor,
    values: Mapping[str, Any],
    replies: Mapping[str, str],
) -> None:
    """Write the named fields and replies, and hand the registration back to the reviewer.

    Raises WrongState when nobody asks, and Refused for a field that nobody asked about, when a
    question got neither a change nor a reply, or when something that a submission needs was
    taken out.
    """
    need_questions(registration)
    moment = now()
    open_questions = registration.open_questions
    asked = {name for question in open_questions for name in fields_behind(question.field)}
    if not values.keys() <= asked:
        raise Refused(_("Only what was asked about can be changed."), registration)
    before = fields_of(registration)
    changed = set(write_fields(registration, values))
    _be_complete(registration)
    for question in open_questions:
        question.reply = replies.get(question.field, "").strip()
        if question.field == FILES and has_more_files(registration):
            changed.add(FILES)
        if question.reply or changed.intersection(fields_behind(question.field)):
            question.answered_at = moment
    REGISTRATION.apply(
        registration,
        "answer",
        actor,
        fields=[question.field for question in open_questions],
        words={"replies": "\n".join(text for text in replies.values() if text)},
        changes=differences(before, fields_of(registration)),
    )
    look_for_matches(registration)


def has_more_files(registration: Registration) -> bool:
    """Tell whether files came since the reviewer asked for some."""
    return any(may_go(one, registration) for one in attachments_of(registration))


def _be_complete(registration: Registration) -> None:
    """Refuse what says less than a submission must: without an identity nothing is compared."""
    if unfinished_steps(registration):
        raise Refused(_("Some steps are not complete yet."), registration)


def answer_match(
    registration: Registration, actor: MemberActor, match: RegistrationMatch, reply: MatchAnswer
) -> None:
    """Say whether a possible match is the same customer; can be changed until the decision."""
    if registration.status != Status.UNDER_REVIEW:
        raise Refused(_("Take the registration first."), registration)
    match.answer, match.answered_by, match.answered_at = reply, actor.name, now()
    record_event(E.COMPARE, registration, actor, other=match.other_reference, answer=reply.value)


def approve(registration: Registration, actor: MemberActor) -> Deal:
    """Approve: in one transaction the decision, the claim, the deal, events and deliveries.

    Raises Refused when something that a submission needs is missing, or when the customer is
    protected for another partner meanwhile.
    """
    if registration.status == Status.UNDER_REVIEW:
        _be_complete(registration)
    until = now() + programme().protection
    deal_reference = Deal.new_reference()
    REGISTRATION.apply(
        registration, "approve", actor, deal=deal_reference, until=until.date().isoformat()
    )
    registration.decided_at = now()
    key = registration.customer_key or f"registration:{registration.reference}"
    if any(match.answer == MatchAnswer.DIFFERENT for match in matches_of(registration)):
        # The reviewer told this customer apart from another with the same key.
        key = f"{key}#{registration.reference}"
    try:
        reserve(
            key,
            [product.id for product in registration.products],
            registration.country,
            registration.organisation_id,
            registration.id,
            until,
        )
    except Claimed as claimed:
        raise Refused(
            _(
                "Another partner was approved for this customer meanwhile,"
                " protected until %(date)s.",
                date=show_date(claimed.until),
            ),
            registration,
        ) from claimed
    return open_deal(registration, actor, deal_reference, key, until)


def reject(registration: Registration, actor: MemberActor, reason: str, text: str) -> None:
    """Reject with a reason code and a text that the partner reads."""
    REGISTRATION.apply(registration, "reject", actor, reason=reason, words={"text": text})
    registration.reason_code, registration.reason_text = reason, text
    registration.decided_at = now()


def withdraw(registration: Registration, actor: MemberActor, text: str = "") -> None:
    """Take the registration back before the decision."""
    REGISTRATION.apply(registration, "withdraw", actor, words={"text": text} if text else {})
    registration.decided_at = now()
