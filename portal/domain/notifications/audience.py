"""Who must hear of an event by mail?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import bindparam, select, union_all
from sqlalchemy.orm import Session

from portal.core.events import Event, subscribe
from portal.core.net import system_mode
from portal.core.outbox import send_later
from portal.domain.deals.events import E as D
from portal.domain.deals.models import Deal
from portal.domain.people import email_changes, invitations
from portal.domain.people.models import EmailChange, Invitation, Membership, PortfolioEntry, Role
from portal.domain.people.roles import LEADS
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


AUDIENCES: dict[str, Audience] = {
    R.SUBMIT: reviewer,
    R.ANSWER: reviewer,
    R.WITHDRAW: reviewer,
    R.ASK: owner,
    R.APPROVE: owner,
    R.REJECT: owner,
    D.WIN: channel_managers,
    D.LOSE: channel_managers,
    S.MAKE: holders,
    invitations.SEND: invited,
    email_changes.ASK: asker,
    email_changes.CONFIRM: asker,
}


TO_ONESELF = frozenset({email_changes.ASK, email_changes.CONFIRM})


def mails(session: Session, event: Event, record: Any) -> None:
    """Put a mail on its way to all who must hear of ``event``; who did it hears of none but
    what concerns their own address.
    """
    recipients = set(AUDIENCES[event.tag](session, event, record))
    if event.tag not in TO_ONESELF:
        recipients -= {event.membership_id}
    send_later(session, event, MAIL, sorted(recipients))


for _tag in AUDIENCES:
    subscribe(_tag, mails)
