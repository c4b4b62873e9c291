"""Who reviews an application, and how does the review change hands?"""

from __future__ import annotations

from collections.abc import Sequence

from portal.core.changes import Changed
from portal.core.events import record_event
from portal.core.workflow import WrongState
from portal.domain.applications.events import E
from portal.domain.applications.models import Application, Status
from portal.domain.applications.policy import decide_on
from portal.domain.applications.workflow import APPLICATION
from portal.domain.people.actor import MemberActor
from portal.domain.people.colleagues import need_taker, reference_of, roles_with, takers
from portal.domain.people.models import Membership
from portal.domain.permissions import Permission as P

TAKEN = (Status.UNDER_REVIEW, Status.NEEDS_INFO)
REVIEWERS = roles_with(P.APPLICATION_REVIEW)


def need_reviewed(application: Application) -> None:
    """Raise WrongState unless somebody has taken the application and it is undecided."""
    if application.status not in TAKEN:
        raise WrongState(application, "hand over")


def next_reviewers(application: Application, actor: MemberActor) -> Sequence[Membership]:
    """Return who else of the vendor could go on with the review, as far as ``actor`` knows them."""
    return takers(
        actor,
        actor.organisation_id,
        REVIEWERS,
        application.reviewer_id,
        decide_on(application.country),
    )


def hand_over(application: Application, actor: MemberActor, reviewer: Membership) -> None:
    """Give the review to another reviewer; the time until the decision stays.

    Raises WrongState where nobody has taken it or it is decided, Refused for somebody who may not
    review it.
    """
    need_reviewed(application)
    need_taker(reviewer, next_reviewers(application, actor), application)
    left = reference_of(application.reviewer_id)
    application.reviewer_id = reviewer.id
    APPLICATION.name_next(application)
    changes = [Changed("reviewer", left or None, reviewer.reference)]
    record_event(
        E.HAND_OVER, application, actor, changes=changes, left=left, taken=reviewer.reference
    )
