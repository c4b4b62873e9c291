"""Which way does an access review go, from the partner's answer to the signature?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from portal.core.access import can
from portal.core.actors import Actor
from portal.core.language import _, _l
from portal.core.workflow import PARTNER, VENDOR, Next, State, Transition, Workflow
from portal.domain.access_reviews.events import E
from portal.domain.access_reviews.models import AccessReview
from portal.domain.access_reviews.models import Status as S
from portal.domain.permissions import Permission as P
from portal.domain.programme import programme


def answer_target(review: AccessReview, _moment: dt.datetime) -> dt.datetime:
    """Return until when everybody has to be looked at."""
    return review.opened_at + dt.timedelta(days=programme().review_answer_days)


def signing_target(review: AccessReview, moment: dt.datetime) -> dt.datetime:
    """Return by when the vendor signs: never before everybody's time is over."""
    second_look = moment + dt.timedelta(days=programme().review_second_look_days)
    return max(answer_target(review, moment), second_look)


def own_part_is_done(review: AccessReview, actor: Actor) -> Any:
    """Refuse an answer while somebody is left on whom the actor could decide."""
    left = any(item.is_open and can(actor, P.ACCESS_REVIEW, item) for item in review.items)
    return _("Decide on everybody first; your answer goes out as a whole.") if left else None


def all_is_done(review: AccessReview, _actor: Actor) -> Any:
    """Refuse a signature while somebody is left who has not been looked at."""
    left = any(item.is_open for item in review.items)
    return _("Look at everybody first; then you can sign for it.") if left else None


_end = frozenset({"digest", "people"})

ACCESS_REVIEW = Workflow(
    initial=S.OPEN,
    states={
        S.OPEN: State(
            _l("With the company"), "info",
            Next(PARTNER, "review", _l("Look at who has access"), by=answer_target),
        ),
        S.WITH_SECURITY: State(
            _l("With security"), "warn",
            Next(VENDOR, "sign_off", _l("Look at it and sign"), by=signing_target),
        ),
        S.SIGNED_OFF: State(_l("Signed off"), "ok"),
    },
    transitions=[
        Transition("answer", frozenset({S.OPEN}), S.WITH_SECURITY, P.ACCESS_REVIEW, E.ANSWER,
                   _l("Send the answer"), "primary", guard=own_part_is_done),
        Transition("hand_over", frozenset({S.OPEN}), S.WITH_SECURITY, P.ACCESS_SIGN_OFF,
                   E.HAND_OVER, _l("Do not wait for the company"), needs=frozenset({"why"})),
        Transition("sign_off", frozenset({S.WITH_SECURITY}), S.SIGNED_OFF, P.ACCESS_SIGN_OFF,
                   E.SIGN_OFF, _l("Sign off"), "primary", guard=all_is_done, needs=_end),
        # Where there was no reason to look at anybody, nobody is asked.
        Transition("rest", frozenset({S.OPEN}), S.SIGNED_OFF, P.ACCESS_SIGN_OFF, E.REST,
                   guard=all_is_done, needs=_end),
    ],
)  # fmt: skip
