"""How does a person sign in and out?"""

from __future__ import annotations

import datetime as dt
import secrets
from hashlib import sha256

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.core.events import EventKind, declare, record_event
from portal.core.identity import Identity, Logout
from portal.core.language import _l
from portal.core.text import clean_line
from portal.core.times import now
from portal.domain.people.actor import (
    CLOSED,
    MemberActor,
    actor_from,
    actor_of_session,
)
from portal.domain.people.assurance import NotThisWay, objection
from portal.domain.people.claims import note_claim
from portal.domain.people.models import (
    LoginSession,
    LogoutToken,
    Membership,
    UserIdentity,
)
from portal.domain.people.viewing import end_viewing

SEEN_EVERY = dt.timedelta(minutes=5)

declare(
    EventKind("session:start", _l("%(who)s signed in"), partner_sees=False),
    EventKind("session:end", _l("%(who)s signed out"), partner_sees=False),
    # ``why``: "person" who ended their own, "administrator" who looks after them, "provider" at
    # which they signed out.
    EventKind(
        "session:revoke",
        _l("%(who)s ended a sign-in"),
        frozenset({"device", "why"}),
        partner_sees=False,
    ),
)


class NoMembership(Exception):
    """The identity is nobody's here."""


class Deactivated(Exception):
    """The person has no access at present, or nobody of the organisation: ``whose`` says which."""

    def __init__(self, whose: str) -> None:
        super().__init__(whose)
        self.whose = whose


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

    Raises NoMembership, Deactivated or NotThisWay.
    """
    found = find_identity(session, identity)
    if found is None:
        raise NoMembership
    usable = _admitted(usable_memberships(session, found.user_id), identity)
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_hash=hash_token(token),
            membership_id=usable[0].id,
            user_id=found.user_id,
            identity_id=found.id,
            provider=identity.provider,
            has_two_factors=identity.has_two_factors,
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
    note_claim(session, found, identity, actor)
    return token


def _admitted(memberships: list[Membership], identity: Identity) -> list[Membership]:
    """Return those whose organisations are content with the sign-in; raises NotThisWay."""
    objections = [
        objection(one.organisation, identity.provider, identity.has_two_factors)
        for one in memberships
    ]
    admitted = [one for one, why in zip(memberships, objections, strict=True) if not why]
    if not admitted:
        raise NotThisWay(objections[0], memberships[0].organisation.providers)
    return admitted


def has_choice_of_membership(session: Session, identity: Identity) -> bool:
    """Tell whether the identity's person may act for several organisations."""
    found = find_identity(session, identity)
    return found is not None and len(usable_memberships(session, found.user_id)) > 1


def usable_memberships(session: Session, user_id: int) -> list[Membership]:
    """Return for whom the person may act at present; raises NoMembership or Deactivated."""
    memberships = session.scalars(
        select(Membership).where(Membership.user_id == user_id).order_by(Membership.id)
    ).all()
    if not memberships:
        raise NoMembership
    active = [one for one in memberships if one.is_active and one.user.is_active]
    usable = [one for one in active if one.organisation.status not in CLOSED]
    if not usable:
        raise Deactivated("company" if active else "person")
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
    if found.viewing_id is not None:
        end_viewing(session, found.viewing_id, "sign-out")
    membership = session.get_one(Membership, found.membership_id)
    record_event(
        "session:end", f"membership:{membership.id}", actor_from(membership), session=session
    )
    return session.get_one(UserIdentity, found.identity_id).issuer


class TokenRepeated(Exception):
    """The same logout token was heard before."""


def end_by_provider(session: Session, logout: Logout) -> int:
    """End the sign-ins of which a provider's logout token speaks; return how many.

    With a ``sid`` it is the one session of that name at the issuer, else all of the subject's.
    Raises TokenRepeated.
    """
    name = hash_token(f"{logout.issuer}\n{logout.token_id}")
    if session.get(LogoutToken, name) is not None:
        raise TokenRepeated
    session.add(LogoutToken(token_hash=name, until=logout.ends_at))
    try:
        session.flush()
    except IntegrityError as error:
        raise TokenRepeated from error
    query = (
        select(LoginSession)
        .join(UserIdentity, UserIdentity.id == LoginSession.identity_id)
        .where(UserIdentity.issuer == logout.issuer, LoginSession.ended_at.is_(None))
    )
    if logout.sid is not None:
        query = query.where(LoginSession.provider_sid == logout.sid)
    if logout.subject is not None:
        query = query.where(UserIdentity.subject == logout.subject)
    ended = session.scalars(query).all()
    for device in ended:
        device.ended_at = now()
        chain = f"membership:{device.membership_id}"
        record_event(
            "session:revoke",
            chain,
            None,
            session=session,
            device=device.reference,
            why="provider",
        )
    return len(ended)


def forget_logout_tokens(session: Session) -> None:
    """Delete the names of logout tokens that are too old to be heard again."""
    session.execute(delete(LogoutToken).where(LogoutToken.until < now()))


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
