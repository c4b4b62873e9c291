"""How does a person sign in and out, and on which devices are they signed in?"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.core.access import visible
from portal.core.database import db
from portal.core.events import EventKind, declare, record_event
from portal.core.identity import Identity
from portal.core.language import _l
from portal.core.net import system_mode
from portal.core.text import clean_line
from portal.core.times import now
from portal.core.workflow import Refused
from portal.domain.people.actor import (
    CLOSED,
    MemberActor,
    actor_from,
    actor_of_membership,
    actor_of_session,
)
from portal.domain.people.models import LoginSession, Membership, Role, UserIdentity

SEEN_EVERY = dt.timedelta(minutes=5)

declare(
    EventKind("session:start", _l("%(who)s signed in"), partner_sees=False),
    EventKind("session:end", _l("%(who)s signed out"), partner_sees=False),
    # ``why`` is "person" for one who ended their own, "administrator" for whom looks after them.
    EventKind(
        "session:revoke",
        _l("%(who)s ended a sign-in"),
        frozenset({"device", "why"}),
        partner_sees=False,
    ),
    EventKind(
        "session:switch",
        _l("%(who)s went on for another organisation"),
        frozenset({"left", "taken"}),
        partner_sees=False,
    ),
)


class NoMembership(Exception):
    """The identity is nobody's here."""


class Deactivated(Exception):
    """The person or the organisation has no access at present."""


def hash_token(token: str) -> str:
    """Return the SHA-256 of a token: the only form in which it is stored."""
    return sha256(token.encode()).hexdigest()


def find_identity(session: Session, identity: Identity) -> UserIdentity | None:
    """Return the row of the identity, if a person here is bound to it."""
    return session.scalar(
        select(UserIdentity).where(
            UserIdentity.issuer == identity.issuer, UserIdentity.subject == identity.subject
        )
    )


def open_session(session: Session, identity: Identity, address: str, agent: str) -> str:
    """Sign the identity's person in and return the new token (256 random bits).

    Raises NoMembership or Deactivated.
    """
    found = find_identity(session, identity)
    if found is None:
        raise NoMembership
    usable = _usable(session, found.user_id)
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_hash=hash_token(token),
            membership_id=usable[0].id,
            user_id=found.user_id,
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


def has_choice_of_membership(session: Session, identity: Identity) -> bool:
    """Tell whether the identity's person may act for several organisations."""
    found = find_identity(session, identity)
    return found is not None and len(_usable(session, found.user_id)) > 1


def _usable(session: Session, user_id: int) -> list[Membership]:
    """Return for whom the person may act at present; raises NoMembership or Deactivated."""
    memberships = session.scalars(
        select(Membership).where(Membership.user_id == user_id).order_by(Membership.id)
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
    return usable


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


def note_seen(session: Session, actor: MemberActor, address: str) -> None:
    """Move the login session's last use to now, at the network ``address``."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.token_hash == hash_token(actor.token))
        .values(seen_at=now(), address=address[:45])
    )


def devices_of(
    actor: MemberActor, user_id: int, absolute: dt.timedelta, idle: dt.timedelta
) -> list[LoginSession]:
    """Return a person's sign-ins that still hold, as far as ``actor`` may see, the latest first.

    A sign-in holds for ``absolute`` in any case and for ``idle`` without a request.
    """
    moment = now()
    query = (
        visible(LoginSession, actor)
        .where(
            LoginSession.user_id == user_id,
            LoginSession.ended_at.is_(None),
            LoginSession.made_at > moment - absolute,
            LoginSession.seen_at > moment - idle,
        )
        .order_by(LoginSession.seen_at.desc(), LoginSession.id.desc())
    )
    return list(db.session.scalars(query))


def is_this(device: LoginSession, actor: MemberActor) -> bool:
    """Tell whether ``device`` is the one on which ``actor`` asks."""
    return device.token_hash == hash_token(actor.token)


def end_device(device: LoginSession, actor: MemberActor) -> None:
    """End one sign-in; one that is over already stays as it is."""
    if device.ended_at is not None:
        return
    device.ended_at = now()
    record_event(
        "session:revoke",
        f"membership:{device.membership_id}",
        actor,
        device=device.reference,
        why="person" if device.user_id == actor.user_id else "administrator",
    )


@dataclass(frozen=True)
class Standing:
    """One membership as the person who has it chooses among theirs."""

    reference: str
    organisation: str
    role: Role
    is_acting: bool
    version: int


def standings_of(actor: MemberActor) -> Sequence[Standing]:
    """Return for whom the actor's person may act at present, the oldest first."""
    with system_mode("the person's own memberships"):
        return [
            Standing(
                one.reference,
                one.organisation.name,
                Role(one.role),
                one.id == actor.membership_id,
                one.version,
            )
            for one in _usable(db.session(), actor.user_id)
        ]


def switch_membership(actor: MemberActor, taken: Membership) -> str:
    """Let the sign-in go on for ``taken``, another membership of the person; return its new token.

    The one before ends, and the new one lasts no longer than it would have. Raises Refused where
    the membership or its organisation has no access at present.
    """
    with system_mode("the person's own memberships"):
        becoming = actor_of_membership(taken.id)
        left = db.session.get_one(Membership, actor.membership_id).reference
    if becoming is None:
        raise Refused(_l("Your access there is closed at present."))
    device = db.session.scalars(
        visible(LoginSession, actor).where(
            LoginSession.token_hash == hash_token(actor.token), LoginSession.ended_at.is_(None)
        )
    ).one()
    device.ended_at = now()
    token = secrets.token_urlsafe(32)
    kept = ("user_id", "identity_id", "provider_sid", "acr", "amr", "authenticated_at", "address")
    db.session.add(
        LoginSession(
            token_hash=hash_token(token),
            membership_id=taken.id,
            agent=device.agent,
            made_at=device.made_at,
            **{name: getattr(device, name) for name in kept},
        )
    )
    for one in (actor, becoming):
        record_event(
            "session:switch",
            f"membership:{one.membership_id}",
            one,
            left=left,
            taken=taken.reference,
        )
    return token
