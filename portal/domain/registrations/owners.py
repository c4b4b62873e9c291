"""Who works on a registration, who reviews it, and how does it change hands?"""

from __future__ import annotations

from collections.abc import Sequence

from portal.core.access import can
from portal.core.changes import Changed
from portal.core.events import record_event
from portal.core.workflow import WrongState
from portal.domain.organisations.policy import is_in_portfolio
from portal.domain.people.actor import MemberActor, actor_from
from portal.domain.people.colleagues import need_taker, reference_of, roles_with, takers
from portal.domain.people.models import Membership, Role
from portal.domain.permissions import Permission as P
from portal.domain.registrations.events import E
from portal.domain.registrations.models import Registration, Status
from portal.domain.registrations.workflow import REGISTRATION

OPEN = (Status.DRAFT, Status.SUBMITTED, Status.UNDER_REVIEW, Status.NEEDS_INFO)
TAKEN = (Status.UNDER_REVIEW, Status.NEEDS_INFO)
WORKERS = roles_with(P.REGISTRATION_EDIT)
REVIEWERS = roles_with(P.REGISTRATION_REVIEW)


def need_undecided(registration: Registration) -> None:
    """Raise WrongState for what is decided or withdrawn: nothing is left to work on."""
    if registration.status not in OPEN:
        raise WrongState(registration, "reassign")


def next_owners(registration: Registration, actor: MemberActor) -> Sequence[Membership]:
    """Return the colleagues of the owner who could take the registration."""
    return takers(actor, registration.organisation_id, WORKERS, registration.owner_id)


def reassign(
    registration: Registration, actor: MemberActor, taker: Membership, together: bool = False
) -> None:
    """Give the registration, or the draft, to another colleague; whose turn it is follows.

    ``together`` says that it is one of many. Raises WrongState for a decided one, Refused for
    somebody who cannot take it.
    """
    need_undecided(registration)
    need_taker(taker, next_owners(registration, actor), registration)
    hand_to(registration, actor, taker, together)


def hand_to(
    registration: Registration, actor: MemberActor, taker: Membership, together: bool
) -> None:
    """Write the new owner of an undecided registration, who could take it."""
    left = reference_of(registration.owner_id)
    registration.owner_id = taker.id
    REGISTRATION.name_next(registration)
    record_event(
        E.REASSIGN_DRAFT if registration.status == Status.DRAFT else E.REASSIGN,
        registration,
        actor,
        changes=[Changed("owner", left, taker.reference)],
        left=left,
        taken=taker.reference,
        together=together,
    )


def need_reviewed(registration: Registration) -> None:
    """Raise WrongState unless somebody has taken the registration and it is undecided."""
    if registration.status not in TAKEN:
        raise WrongState(registration, "hand over")


def next_reviewers(registration: Registration, actor: MemberActor) -> Sequence[Membership]:
    """Return who else of the vendor could go on with the review: they see it, and did not send it.

    Their own limit is asked when they decide.
    """
    is_theirs = is_in_portfolio(registration.organisation_id, Membership.id)
    sees_it = (Membership.role != Role.CHANNEL_MANAGER) | is_theirs
    found = takers(actor, actor.organisation_id, REVIEWERS, registration.reviewer_id, sees_it)
    return [one for one in found if can(actor_from(one), P.REGISTRATION_REVIEW, registration)]


def deciders_among(registration: Registration, people: Sequence[Membership]) -> set[int]:
    """Return the row numbers of those of ``people`` who could decide the registration."""
    return {one.id for one in people if can(actor_from(one), P.REGISTRATION_DECIDE, registration)}


def hand_over(registration: Registration, actor: MemberActor, reviewer: Membership) -> None:
    """Give the review to another reviewer; the time until the decision stays.

    Raises WrongState where nobody has taken it or it is decided, Refused for somebody who may not
    review it.
    """
    need_reviewed(registration)
    need_taker(reviewer, next_reviewers(registration, actor), registration)
    left = reference_of(registration.reviewer_id)
    registration.reviewer_id = reviewer.id
    REGISTRATION.name_next(registration)
    changes = [Changed("reviewer", left or None, reviewer.reference)]
    record_event(
        E.HAND_OVER, registration, actor, changes=changes, left=left, taken=reviewer.reference
    )
