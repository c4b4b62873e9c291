"""How does a person come in?"""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.core.database import db
from portal.core.events import EventKind, declare, record_event
from portal.core.language import _l
from portal.core.times import now
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import (
    Membership,
    Reach,
    Role,
    User,
    UserIdentity,
)
from portal.domain.people.roles import PARTNER_ROLES

declare(
    EventKind("person:add", _l("A membership was added"), frozenset({"role"}), partner_sees=False),
    EventKind(
        "person:set",
        _l("%(who)s changed language or time zone"),
        frozenset({"language", "timezone"}),
        partner_sees=False,
    ),
)


class CannotAdd(Exception):
    """The membership cannot be added; the text says why."""


def add_membership(
    session: Session,
    organisation: Organisation,
    *,
    name: str,
    email: str,
    role: Role,
    reach: Reach = Reach.OWN,
    approval_limit: int | None = None,
    language: str = "en",
    timezone: str = "",
    is_active: bool = True,
    actor: MemberActor | None = None,
) -> Membership:
    """Add a person to an organisation, who has yet to come in, and return the membership.

    Raises CannotAdd when the role is not of the organisation's side.
    """
    if (role in PARTNER_ROLES) != (organisation.side == Side.PARTNER):
        raise CannotAdd(f"{role} is not a role of {organisation.name}")
    user = User(name=name, email=email, language=language, timezone=timezone)
    membership = Membership(
        user=user,
        organisation=organisation,
        role=role,
        reach=reach,
        approval_limit=approval_limit,
        is_active=is_active,
    )
    session.add(membership)
    session.flush()
    record_event("person:add", f"membership:{membership.id}", actor, session=session, role=role)
    return membership


def change_settings(actor: MemberActor, language: str, timezone: str) -> None:
    """Let the person read the portal in ``language`` ("en" or "fr") and ``timezone`` (IANA)."""
    user = db.session.get_one(User, actor.user_id)
    if (user.language, user.timezone) == (language, timezone):
        return
    user.language, user.timezone = language, timezone
    record_event(
        "person:set",
        f"membership:{actor.membership_id}",
        actor,
        language=language,
        timezone=timezone,
    )


def bind_identity(session: Session, membership: Membership, issuer: str, subject: str) -> None:
    """Let (issuer, subject) sign in as the membership's person (the demo world does this)."""
    session.add(UserIdentity(issuer=issuer, subject=subject, user_id=membership.user_id))
    membership.joined_at = now()
