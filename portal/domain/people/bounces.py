"""Which people can no longer be written to?"""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.core.times import now
from portal.domain.people.models import Membership, User


def note_address(session: Session, membership_id: int, address: str, took: bool) -> None:
    """Note that a membership's address took a mail, or is known to no server. In system mode.

    Only of the person's present address: what went to one that they have not confirmed yet, or
    had before, says nothing of it. Bounced since the first refusal.
    """
    person = select(Membership.user_id).where(Membership.id == membership_id).scalar_subquery()
    its = update(User).where(User.id == person, User.email == address)
    if took:
        noted = its.where(User.mail_bounced_at.is_not(None)).values(mail_bounced_at=None)
    else:
        noted = its.where(User.mail_bounced_at.is_(None)).values(mail_bounced_at=now())
    session.execute(noted.execution_options(synchronize_session=False))
