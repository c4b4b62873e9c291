"""How does a person get another e-mail address without losing the account?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.core.access import visible
from portal.core.contact import is_same_address
from portal.core.database import db
from portal.core.events import EventKind, declare, record_event
from portal.core.language import _l
from portal.core.links import reference_in_token, token_for
from portal.core.times import now
from portal.domain.people.actor import MemberActor, actor_from
from portal.domain.people.models import EmailChange, Membership, User

LINK_LIVES = dt.timedelta(hours=72)
PURPOSE = "email"
ASK, CONFIRM = "email:ask", "email:confirm"

declare(
    EventKind(ASK, _l("%(who)s asked for another e-mail address"), partner_sees=False),
    EventKind(CONFIRM, _l("%(who)s confirmed another e-mail address"), partner_sees=False),
)


class CannotConfirm(Exception):
    """The link confirms nothing; ``reason`` is unknown, expired, used or voided."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def ask_for_email(actor: MemberActor, email: str) -> EmailChange | None:
    """Send a link to the clean address ``email``, which confirms it; earlier links end.

    Nothing happens, and the answer is None, when it is the present address already.
    """
    user = db.session.get_one(User, actor.user_id)
    if is_same_address(user.email, email) and user.email == email:
        return None
    db.session.execute(
        update(EmailChange)
        .where(
            EmailChange.user_id == actor.user_id,
            EmailChange.confirmed_at.is_(None),
            EmailChange.voided_at.is_(None),
        )
        .values(voided_at=now())
    )
    change = EmailChange(
        user_id=actor.user_id,
        membership_id=actor.membership_id,
        old_email=user.email,
        new_email=email,
        expires_at=now() + LINK_LIVES,
    )
    db.session.add(change)
    db.session.flush()
    record_event(ASK, change, actor)
    return change


def awaited(actor: MemberActor) -> EmailChange | None:
    """Return the change that the person has asked for and not confirmed yet, or None."""
    query = visible(EmailChange, actor).where(
        EmailChange.confirmed_at.is_(None),
        EmailChange.voided_at.is_(None),
        EmailChange.expires_at > now(),
    )
    return db.session.scalars(query.order_by(EmailChange.id.desc()).limit(1)).first()


def token_of(change: EmailChange) -> str:
    """Return the last part of the address that confirms the change."""
    return token_for(PURPOSE, change.reference)


def find_change(session: Session, token: str) -> EmailChange:
    """Return the change that a link can confirm; raises CannotConfirm. Call in system mode."""
    reference = reference_in_token(PURPOSE, token)
    query = select(EmailChange).where(EmailChange.reference == reference)
    change = session.scalar(query.with_for_update(of=EmailChange)) if reference else None
    if change is None:
        raise CannotConfirm("unknown")
    if change.confirmed_at is not None:
        raise CannotConfirm("used")
    if change.voided_at is not None or not change.user.is_active:
        raise CannotConfirm("voided")
    if change.expires_at <= now():
        raise CannotConfirm("expired")
    return change


def confirm_email(session: Session, token: str) -> EmailChange:
    """Let the person be written to at the new address, and tell the old one.

    The accounts with which they sign in stay as they are. Raises CannotConfirm. Call in system
    mode.
    """
    change = find_change(session, token)
    change.user.email, change.user.mail_bounced_at = change.new_email, None
    change.confirmed_at = now()
    membership = session.get_one(Membership, change.membership_id)
    record_event(CONFIRM, change, actor_from(membership), session=session)
    return change
