"""Who must hear of an event by mail?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import and_, bindparam, exists, or_, select, union_all
from sqlalchemy.orm import Session

from portal.core.events import Event, address
from portal.core.net import system_mode
from portal.core.sending import addressed
from portal.domain.access_reviews.events import E as A
from portal.domain.access_reviews.models import AccessReview
from portal.domain.applications.events import E as B
from portal.domain.applications.models import Application
from portal.domain.deals.events import E as D
from portal.domain.deals.models import Deal
from portal.domain.notifications.library import IN_LIBRARY
from portal.domain.notifications.onboarding import IN_ONBOARDING
from portal.domain.people import access_requests, email_changes, invitations
from portal.domain.people.models import (
    AccessRequest,
    EmailChange,
    Invitation,
    Membership,
    PortfolioEntry,
    Role,
    User,
)
from portal.domain.people.roles import LEADS
from portal.domain.portfolios.models import PortfolioRule, naming
from portal.domain.reassigning.events import E as H
from portal.domain.registrations.events import E as R
from portal.domain.registrations.models import Registration
from portal.domain.shares.events import E as S
from portal.domain.shares.models import Share

MAIL = "mail"
Audience = Callable[[Session, Event, Any], Iterable[int]]


_managers = (
    select(PortfolioEntry.membership_id)
    .join(Membership, Membership.id == PortfolioEntry.membership_id)
    .where(PortfolioEntry.organisation_id == bindparam("organisation"), Membership.is_active)
)
_approvers = select(Membership.id).where(
    Membership.role == Role.APPROVER, Membership.is_active, ~_managers.exists()
)
_MANAGERS_ELSE_APPROVERS = union_all(_managers, _approvers)


def owner(_session: Session, _event: Event, record: Registration | Deal) -> Iterable[int]:
    """The partner's person whose record it is."""
    yield record.owner_id


def reviewer(session: Session, event: Event, record: Registration | Deal) -> Iterable[int]:
    """The reviewer, or before there is one the vendor's people who could be."""
    chosen = record.reviewer_id if isinstance(record, Registration) else None
    if chosen is not None:
        yield chosen
    else:
        yield from channel_managers(session, event, record)


def channel_managers(session: Session, _event: Event, record: Registration | Deal) -> Iterable[int]:
    """The channel managers with the partner in their portfolio; without one, the approvers."""
    with system_mode("choosing an approver"):
        place = {"organisation": record.organisation_id}
        return session.connection().scalars(_MANAGERS_ELSE_APPROVERS, place).all()


_NUMBER = select(Membership.id).where(Membership.reference == bindparam("reference"))


def _former(session: Session, event: Event) -> Iterable[int]:
    """Whoever had it before, if anybody."""
    place = {"reference": event.particulars["left"]}
    return session.connection().scalars(_NUMBER, place).all()


def owners(session: Session, event: Event, record: Registration | Deal) -> Iterable[int]:
    """The new owner and the one before; of many at once both are told of all together."""
    if not event.particulars["together"]:
        yield record.owner_id
        yield from _former(session, event)


def reviewers(session: Session, event: Event, record: Registration | Application) -> Iterable[int]:
    """The new reviewer and the one before."""
    yield from filter(None, [record.reviewer_id])
    yield from _former(session, event)


def vendor_sellers(session: Session, event: Event, record: Deal) -> Iterable[int]:
    """Who works on it for the vendor now, and who did before."""
    yield from filter(None, [record.vendor_owner_id])
    yield from _former(session, event)


def oneself(_session: Session, _event: Event, chain: str) -> Iterable[int]:
    """The person whose chain it is."""
    yield int(chain.partition(":")[2])


def invited(_session: Session, _event: Event, invitation: Invitation) -> Iterable[int]:
    """Who is invited."""
    yield invitation.membership_id


def asker(_session: Session, _event: Event, change: EmailChange) -> Iterable[int]:
    """Whose address it is."""
    yield change.membership_id


def holders(session: Session, event: Event, _record: Registration | Deal) -> Iterable[int]:
    """With whom it was shared; of a whole organisation its managers and administrators."""
    with system_mode("whom a share is for"):
        shared = session.scalars(
            select(Share).where(Share.reference == event.particulars["share"])
        ).one()
        if shared.membership_id is not None:
            return [shared.membership_id]
        return session.scalars(
            select(Membership.id).where(
                Membership.organisation_id == shared.organisation_id,
                Membership.role.in_(LEADS),
                Membership.is_active,
            )
        ).all()


_administrators = select(Membership.id).where(
    Membership.organisation_id == bindparam("organisation"),
    Membership.role == Role.PARTNER_ADMINISTRATOR,
    Membership.joined_at.is_not(None),
    Membership.is_active,
)
_security = select(Membership.id).where(
    Membership.role == Role.SECURITY_ADMINISTRATOR,
    Membership.joined_at.is_not(None),
    Membership.is_active,
)


def administrators(session: Session, event: Event, review: AccessReview) -> Iterable[int]:
    """The administrators of the company whose people are looked at, if they are asked."""
    if event.tag == A.OPEN and event.particulars["asks"] != "partner":
        return []
    with system_mode("choosing who reviews access"):
        place = {"organisation": review.organisation_id}
        return session.connection().scalars(_administrators, place).all()


def security(session: Session, _event: Event, _review: AccessReview) -> Iterable[int]:
    """The vendor's security administrators."""
    with system_mode("choosing who reviews access"):
        return session.connection().scalars(_security).all()


def deciders(session: Session, _event: Event, asked: AccessRequest) -> Iterable[int]:
    """Who administers the people of the company, else those who do so for every company."""
    active = select(Membership.id).join(Membership.user).where(Membership.is_active, User.is_active)
    own = active.where(
        Membership.organisation_id == asked.organisation_id,
        Membership.role == Role.PARTNER_ADMINISTRATOR,
    )
    found = session.scalars(own).all() if asked.organisation_id else []
    security = active.where(Membership.role == Role.SECURITY_ADMINISTRATOR)
    return found or session.scalars(security).all()


def application_reviewers(
    session: Session, _event: Event, application: Application
) -> Iterable[int]:
    """The reviewer, or where nobody is at work on it everybody who could be."""
    may = or_(
        Membership.role == Role.PROGRAMME_ADMINISTRATOR,
        and_(
            Membership.role == Role.CHANNEL_MANAGER,
            exists().where(naming(PortfolioRule, Membership.id, application.country)),
        ),
    )
    with system_mode("choosing who reviews an application"):
        found = session.scalars(select(Membership.id).where(may, Membership.is_active)).all()
    return [one for one in found if one == application.reviewer_id] or found


AUDIENCES: dict[str, Audience] = {
    A.OPEN: administrators,
    A.REMIND: administrators,
    A.ANSWER: security,
    A.HAND_OVER: security,
    B.CONFIRM: application_reviewers,
    B.ANSWER: application_reviewers,
    B.HAND_OVER: reviewers,
    **IN_LIBRARY,
    **IN_ONBOARDING,
    R.SUBMIT: reviewer,
    R.ANSWER: reviewer,
    R.WITHDRAW: reviewer,
    R.ASK: owner,
    R.APPROVE: owner,
    R.REJECT: owner,
    R.REASSIGN: owners,
    R.REASSIGN_DRAFT: owners,
    R.HAND_OVER: reviewers,
    D.WIN: channel_managers,
    D.LOSE: channel_managers,
    D.REASSIGN: owners,
    D.ASSIGN: vendor_sellers,
    H.HAND_OVER: oneself,
    H.TAKE_OVER: oneself,
    S.MAKE: holders,
    S.CHANGE: holders,
    invitations.SEND: invited,
    access_requests.ASK: deciders,
    email_changes.ASK: asker,
    email_changes.CONFIRM: asker,
}


TO_ONESELF = frozenset({email_changes.ASK, email_changes.CONFIRM})


def mails(session: Session, event: Event, record: Any) -> list[dict[str, Any]]:
    """Return the mails to all who must hear of ``event``; who did it hears of none but what
    concerns their own address.
    """
    recipients = set(AUDIENCES[event.tag](session, event, record))
    if event.tag not in TO_ONESELF:
        recipients -= {event.membership_id}
    return addressed(event, MAIL, sorted(recipients))


def to_whoever_asked(_session: Session, event: Event, _record: Any) -> list[dict[str, Any]]:
    """Return the answer to somebody who is nobody here."""
    return addressed(event, MAIL, [None])


for _tag in AUDIENCES:
    address(_tag, mails)
for _tag in (access_requests.DECLINE, B.APPLY, B.ASK, B.REMIND, B.EXPIRE, B.REJECT, B.PASS_ON):
    address(_tag, to_whoever_asked)
