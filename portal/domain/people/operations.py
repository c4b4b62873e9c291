"""How does a person come in, sign in and sign out?"""

from __future__ import annotations

import datetime as dt
import secrets
from hashlib import sha256

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.core.database import db
from portal.core.events import EventKind, declare, record_event
from portal.core.identity import Identity
from portal.core.language import _l
from portal.core.text import clean_line
from portal.core.times import now
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people.actor import CLOSED, MemberActor, actor_from, actor_of_session
from portal.domain.people.models import (
    LoginSession,
    Membership,
    Reach,
    Role,
    User,
    UserIdentity,
)
from portal.domain.people.roles import PARTNER_ROLES

SEEN_EVERY = dt.timedelta(minutes=5)

declare(
    EventKind("person:add", _l("A membership was added"), frozenset({"role"}), partner_sees=False),
    EventKind(
        "person:set",
        _l("%(who)s changed language or time zone"),
        frozenset({"language", "timezone"}),
        partner_sees=False,
    ),
    EventKind("session:start", _l("%(who)s signed in"), partner_sees=False),
    EventKind("session:end", _l("%(who)s signed out"), partner_sees=False),
)


class NoMembership(Exception):
    """The identity is nobody's here."""


class Deactivated(Exception):
    """The person or the organisation has no access at present."""


class CannotAdd(Exception):
    """The membership cannot be added; the text says why."""


def hash_token(token: str) -> str:
    """Return the SHA-256 of a token: the only form in which it is stored."""
    return sha256(token.encode()).hexdigest()


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


def _find_identity(session: Session, identity: Identity) -> UserIdentity | None:
    return session.scalar(
        select(UserIdentity).where(
            UserIdentity.issuer == identity.issuer, UserIdentity.subject == identity.subject
        )
    )


def open_session(session: Session, identity: Identity, address: str, agent: str) -> str:
    """Sign the identity's person in and return the new token (256 random bits).

    Raises NoMembership or Deactivated.
    """
    found = _find_identity(session, identity)
    if found is None:
        raise NoMembership
    memberships = session.scalars(
        select(Membership).where(Membership.user_id == found.user_id).order_by(Membership.id)
    ).all()
    if not memberships:
        raise NoMembership
    usable = [
        membership
        for membership in memberships
        if membership.is_active
        and membership.user.is_active
        and membership.organisation.status not in CLOSED
    ]
    if not usable:
        raise Deactivated
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_hash=hash_token(token),
            membership_id=usable[0].id,
            identity_id=found.id,
            provider_sid=identity.sid,
            acr=identity.acr,
            amr=" ".join(identity.amr)[:255],
            authenticated_at=identity.authenticated_at,
            address=address[:45],
            agent=clean_line(agent)[:255],
        )
    )
    session.flush()
    actor = actor_from(usable[0])
    record_event("session:start", f"membership:{usable[0].id}", actor, session=session)
    return token


def end_session(session: Session, token: str) -> str | None:
    """End the login session of ``token``; return the issuer through which it was opened.

    Nothing happens, and the answer is None, when it is over already.
    """
    found = session.scalar(
        select(LoginSession).where(
            LoginSession.token_hash == hash_token(token), LoginSession.ended_at.is_(None)
        )
    )
    if found is None:
        return None
    found.ended_at = now()
    membership = session.get_one(Membership, found.membership_id)
    record_event(
        "session:end", f"membership:{membership.id}", actor_from(membership), session=session
    )
    return session.get_one(UserIdentity, found.identity_id).issuer


def load_actor(token: str, absolute: dt.timedelta, idle: dt.timedelta) -> MemberActor | None:
    """Return the actor of a sign-in token that is younger than ``absolute`` and not idle."""
    moment = now()
    return actor_of_session(token, hash_token(token), moment - absolute, moment - idle)


def note_seen(session: Session, actor: MemberActor) -> None:
    """Move the login session's last use to now."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.token_hash == hash_token(actor.token))
        .values(seen_at=now())
    )
