"""Who may know of an access review, decide on whom, and sign for it?"""

from __future__ import annotations

from sqlalchemy import ColumnElement, true

from portal.core.access import Fresh, Policy, Rule, Term, can, scope_of, with_one
from portal.core.language import _l
from portal.domain.access_reviews.models import AccessReview, AccessReviewItem
from portal.domain.organisations.models import Side
from portal.domain.people.actor import MemberActor
from portal.domain.permissions import Permission as P

Condition = ColumnElement[bool]


def own(actor: MemberActor) -> Condition | None:
    """Those of the own company, for who administers its people."""
    if P.ACCESS_REVIEW not in actor.permissions:
        return None
    return AccessReview.organisation_id == actor.organisation_id


def every(actor: MemberActor) -> Condition | None:
    """All of them, for who looks at them last and who audits."""
    return true() if P.ACCESS_REVIEW_READ in actor.permissions else None


def is_of_own_company(actor: MemberActor, review: AccessReview) -> bool:
    """The company's own administrators answer; the vendor's look afterwards and sign."""
    return review.organisation_id == actor.organisation_id


def is_administered(actor: MemberActor, item: AccessReviewItem) -> bool:
    """Who administers the person decides.

    On the vendor's side also on oneself, because there may be nobody else; the operation refuses
    it while there is.
    """
    is_oneself = item.membership.user_id == actor.user_id
    if is_oneself:
        return actor.side == Side.VENDOR
    return can(actor, P.PERSON_ADMINISTER, item.membership)


OWN_COMPANY = Rule(
    "own company", _l("Administrators answer for their own company."), is_of_own_company
)
ADMINISTERED = Rule(
    "administered",
    _l("Another administrator decides on yourself, and on who may do or see more than you."),
    is_administered,
    _l("Another administrator decides on oneself, and on who may do or see more."),
)

DECIDING = Fresh(_l("Deciding on somebody’s access needs a fresh sign-in."))

ACCESS_REVIEW = Policy(
    AccessReview,
    scope=[
        Term("own", _l("They administer the company’s people."), own),
        Term("vendor", _l("Their role reads every access review."), every),
    ],
    rules={
        P.ACCESS_REVIEW: [OWN_COMPANY],
        P.ACCESS_REVIEW_READ: [],
        P.ACCESS_SIGN_OFF: [],
    },
    fresh={
        P.ACCESS_REVIEW: DECIDING,
        P.ACCESS_SIGN_OFF: Fresh(_l("Signing for an access review needs a fresh sign-in.")),
    },
)


def _of_review(actor: MemberActor) -> Condition | None:
    if not {P.ACCESS_REVIEW, P.ACCESS_REVIEW_READ} & actor.permissions:
        return None
    seen = scope_of(AccessReview, actor)
    return with_one(AccessReview, AccessReview.id == AccessReviewItem.review_id, seen)


ITEM = Policy(
    AccessReviewItem,
    scope=[Term("review", _l("They see the review."), _of_review)],
    rules={P.ACCESS_REVIEW: [ADMINISTERED]},
    fresh={P.ACCESS_REVIEW: DECIDING},
)
