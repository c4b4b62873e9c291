"""Which way does an application go, from the form to the partner?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.core.actors import Actor, Nobody
from portal.core.database import db
from portal.core.language import _, _l, _lc
from portal.core.workflow import PARTNER, VENDOR, Next, State, Transition, Workflow
from portal.domain.applications.events import E
from portal.domain.applications.models import Application, ApplicationMatch, SameAnswer
from portal.domain.applications.models import Status as S
from portal.domain.permissions import Permission as P
from portal.domain.programme import answer_target, decision_target, take_target

FOLLOW = "application:follow"
"""What whoever holds the link may: no role has it, so it is no permission of the house."""


EXPIRE = "application:expire"
"""What the worker's clock may, and nobody else."""


class Applicant(Nobody):
    """Whoever opened the link of an application: nobody here, and the only one who has it."""

    membership_id: Any = None
    user_id: Any = None
    organisation_id: Any = None
    side = "applicant"
    permissions: frozenset[str] = frozenset({FOLLOW})
    scope_key = "applicant"


APPLICANT = Applicant()


def _reviewer(application: Application) -> int | None:
    return application.reviewer_id


def matches_of(application: Application) -> list[ApplicationMatch]:
    """Return the partners that it might be of, as far as the reader may know them."""
    query = select(ApplicationMatch).where(ApplicationMatch.application_id == application.id)
    return list(db.session.scalars(query.order_by(ApplicationMatch.id)))


def _is_new(application: Application, _actor: Actor) -> Any:
    """Refuse a second organisation for a company that is a partner already."""
    answers = [match.answer for match in matches_of(application)]
    if None in answers:
        return _("Answer first whether each partner is the same company.")
    if SameAnswer.SAME in answers:
        return _("You answered that it is a partner already. Ask the partner’s administrators.")
    return None


def _is_partner(application: Application, _actor: Actor) -> Any:
    """Refuse to ask administrators of a partner that is not the same company."""
    answers = [match.answer for match in matches_of(application)]
    if answers.count(SameAnswer.SAME) != 1:
        return _("Answer first which one partner is the same company.")
    return None


def _from(*states: S) -> frozenset[S]:
    return frozenset(states)


_OPEN = _from(S.SUBMITTED, S.UNDER_REVIEW, S.NEEDS_INFO)
_REVIEW = P.APPLICATION_REVIEW
_reason = frozenset({"reason", "text"})

APPLICATION = Workflow(
    initial=S.UNVERIFIED,
    states={
        S.UNVERIFIED: State(_lc("application", "Not confirmed")),
        S.SUBMITTED: State(
            _lc("application", "Submitted"),
            "info",
            Next(VENDOR, "take", _l("Take it for review"), take_target),
        ),
        S.UNDER_REVIEW: State(
            _l("Under review"),
            "info",
            Next(VENDOR, "decide", _l("Decide"), decision_target, _reviewer),
        ),
        S.NEEDS_INFO: State(
            _l("Needs info"), "warn", Next(PARTNER, "answer", _l("Answer"), answer_target)
        ),
        S.APPROVED: State(_lc("application", "Approved"), "ok"),
        S.REJECTED: State(_lc("application", "Rejected"), "bad"),
        S.PASSED_ON: State(_l("With the partner’s administrators")),
        S.WITHDRAWN: State(_lc("application", "Withdrawn")),
        S.EXPIRED: State(_lc("application", "Expired")),
    },
    transitions=[
        Transition("confirm", _from(S.UNVERIFIED), S.SUBMITTED, FOLLOW, E.CONFIRM),
        Transition("take", _from(S.SUBMITTED), S.UNDER_REVIEW, _REVIEW, E.TAKE,
                   _l("Take it for review"), "primary"),
        Transition("ask", _from(S.UNDER_REVIEW), S.NEEDS_INFO, _REVIEW, E.ASK,
                   _l("Ask for information"), needs=frozenset({"question"})),
        Transition("answer", _from(S.NEEDS_INFO), S.UNDER_REVIEW, FOLLOW, E.ANSWER,
                   needs=frozenset({"reply"})),
        Transition("approve", _from(S.UNDER_REVIEW), S.APPROVED, P.APPLICATION_DECIDE, E.APPROVE,
                   _l("Make it a partner"), "primary", guard=_is_new,
                   needs=frozenset({"organisation"})),
        Transition("pass_on", _from(S.UNDER_REVIEW), S.PASSED_ON, _REVIEW, E.PASS_ON,
                   _l("Ask the partner’s administrators"), guard=_is_partner,
                   needs=frozenset({"organisation", "request"})),
        Transition("reject", _from(S.UNDER_REVIEW), S.REJECTED, _REVIEW, E.REJECT,
                   _l("Reject"), "danger", needs=_reason),
        Transition("expire", _from(S.NEEDS_INFO), S.EXPIRED, EXPIRE, E.EXPIRE),
        Transition("withdraw", _OPEN, S.WITHDRAWN, FOLLOW, E.WITHDRAW),
    ],
)  # fmt: skip
