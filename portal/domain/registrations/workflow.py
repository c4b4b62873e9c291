"""Which way does a registration go, from the first word to the decision?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from portal.core.actors import Actor
from portal.core.database import db
from portal.core.language import _, _l, _lc
from portal.core.times import add_business_time
from portal.core.workflow import PARTNER, VENDOR, Next, State, Transition, Workflow
from portal.domain.permissions import Permission as P
from portal.domain.programme import answer_target, decision_target, programme, take_target
from portal.domain.registrations.events import E
from portal.domain.registrations.matching import is_live
from portal.domain.registrations.models import (
    MatchAnswer,
    Registration,
    RegistrationMatch,
    Status,
)
from portal.domain.registrations.models import Status as S


def what_is_left(registration: Registration, moment: dt.datetime) -> dt.datetime:
    """Return by when the vendor decides; after an answer, what was left of the time."""
    left = registration.vendor_seconds_left
    if left is None:
        return decision_target(registration, moment)
    return add_business_time(moment, dt.timedelta(seconds=left), programme().zone)


def owner(registration: Registration) -> int:
    """Return the partner's membership whose turn it is."""
    return registration.owner_id


def reviewer(registration: Registration) -> int | None:
    """Return the vendor's membership whose turn it is."""
    return registration.reviewer_id


def every_question_answered(registration: Registration, _actor: Actor) -> Any:
    """Refuse an answer that leaves a question open."""
    return _("Answer every question first.") if registration.open_questions else None


def no_blocking_claim(registration: Registration, _actor: Actor) -> Any:
    """Refuse an approval while a possible match is unanswered, or is the same customer."""
    matches = matches_of(registration)
    if any(match.answer is None for match in matches):
        return _("Answer first whether each possible match is the same customer.")
    for match in matches:
        if match.answer == MatchAnswer.SAME and is_blocking(registration, match):
            return _(
                "You answered that this is the same customer as %(other)s of %(partner)s."
                " Reject it, or change that answer.",
                other=match.other_reference,
                partner=match.organisation_name,
            )
    return None


def matches_of(registration: Registration) -> list[RegistrationMatch]:
    """Return the registration's possible matches, as far as the reader may see them."""
    return list(
        db.session.scalars(
            select(RegistrationMatch)
            .where(RegistrationMatch.registration_id == registration.id)
            .order_by(RegistrationMatch.id)
        )
    )


def is_blocking(registration: Registration, match: RegistrationMatch) -> bool:
    """Tell whether the match is another partner's, still stands, and overlaps in what it is for."""
    overlaps = {"+product", "+country"} <= set(match.evidence)
    is_other = match.organisation_id != registration.organisation_id
    return overlaps and is_other and is_live(match.other_reference)


def some(*states: Status) -> frozenset[Status]:
    """Return ``states`` as the sources of a transition."""
    return frozenset(states)


REGISTRATION = Workflow(
    initial=S.DRAFT,
    states={
        S.DRAFT: State(
            _l("Draft"),
            "neutral",
            Next(PARTNER, "finish", _l("Finish the draft"), who=owner),
            several=_lc("several", "Draft"),
        ),
        S.SUBMITTED: State(
            _l("Submitted"), "info", Next(VENDOR, "take", _l("Take it"), by=take_target)
        ),
        S.UNDER_REVIEW: State(
            _l("Under review"),
            "info",
            Next(VENDOR, "decide", _l("Decide"), by=what_is_left, who=reviewer),
        ),
        S.NEEDS_INFO: State(
            _l("Needs info"),
            "warn",
            Next(PARTNER, "answer", _l("Answer"), by=answer_target, who=owner),
        ),
        S.APPROVED: State(_l("Approved"), "ok", several=_lc("several", "Approved")),
        S.REJECTED: State(_l("Rejected"), "bad", several=_lc("several", "Rejected")),
        S.WITHDRAWN: State(_l("Withdrawn"), "neutral", several=_lc("several", "Withdrawn")),
    },
    transitions=[
        Transition("submit", some(S.DRAFT), S.SUBMITTED, P.REGISTRATION_SUBMIT, E.SUBMIT,
                   _l("Submit"), "primary"),
        Transition("take", some(S.SUBMITTED), S.UNDER_REVIEW, P.REGISTRATION_REVIEW, E.TAKE,
                   _l("Take it"), "primary"),
        Transition("approve", some(S.UNDER_REVIEW), S.APPROVED, P.REGISTRATION_DECIDE, E.APPROVE,
                   _l("Approve"), "primary", guard=no_blocking_claim),
        Transition("ask", some(S.UNDER_REVIEW), S.NEEDS_INFO, P.REGISTRATION_REVIEW, E.ASK,
                   _l("Ask for information"), needs=frozenset({"fields", "comments"})),
        Transition("answer", some(S.NEEDS_INFO), S.UNDER_REVIEW, P.REGISTRATION_ANSWER, E.ANSWER,
                   _l("Answer"), "primary", guard=every_question_answered),
        Transition("reject", some(S.UNDER_REVIEW), S.REJECTED, P.REGISTRATION_DECIDE, E.REJECT,
                   _l("Reject"), "danger", needs=frozenset({"reason", "text"})),
        Transition("withdraw", some(S.SUBMITTED, S.UNDER_REVIEW, S.NEEDS_INFO), S.WITHDRAWN,
                   P.REGISTRATION_WITHDRAW, E.WITHDRAW, _l("Withdraw"), "danger"),
    ],
)  # fmt: skip
