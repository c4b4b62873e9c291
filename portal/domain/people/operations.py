"""How does a person come in?"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.core.database import db
from portal.core.events import EventKind, declare, record_event
from portal.core.identity import Identity
from portal.core.language import _l
from portal.core.text import clean_line
from portal.core.times import now
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people.actor import MemberActor, actor_from
from portal.domain.people.models import (
    JoinLink,
    Membership,
    Reach,
    Role,
    User,
    UserIdentity,
)
from portal.domain.people.roles import PARTNER_ROLES
from portal.domain.people.sessions import find_identity, hash_token

LINK_LIVES = dt.timedelta(hours=72)

declare(
    EventKind("person:add", _l("A membership was added"), frozenset({"role"}), partner_sees=False),
    EventKind("person:join", _l("%(who)s joined by a one-time link"), partner_sees=False),
    EventKind(
        "person:set",
        _l("%(who)s changed language or time zone"),
        frozenset({"language", "timezone"}),
        partner_sees=False,
    ),
)


class LinkRefused(Exception):
    """The one-time link cannot be used; ``reason`` is unknown, expired, used or taken."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CannotAdd(Exception):
    """The membership cannot be added; the text says why."""


@dataclass(frozen=True)
class LinkDescription:
    """What the page behind a one-time link says."""

    organisation: str
    email: str


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
) -> Membership:
    """Add a person to an organisation and return the membership.

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
    record_event("person:add", f"membership:{membership.id}", None, session=session, role=role)
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


def make_link(session: Session, membership: Membership) -> str:
    """Return the token of a new one-time link for ``membership``, good for 72 hours."""
    token = secrets.token_urlsafe(24)
    session.add(
        JoinLink(
            token_hash=hash_token(token),
            membership_id=membership.id,
            expires_at=now() + LINK_LIVES,
        )
    )
    session.flush()
    return token


def _usable_link(session: Session, token: str) -> JoinLink:
    link = session.scalar(
        select(JoinLink).where(JoinLink.token_hash == hash_token(token)).with_for_update()
    )
    if link is None:
        raise LinkRefused("unknown")
    if link.used_at is not None:
        raise LinkRefused("used")
    if link.expires_at <= now():
        raise LinkRefused("expired")
    return link


def describe_link(session: Session, token: str) -> LinkDescription | None:
    """Return what a usable link is for, or None."""
    try:
        link = _usable_link(session, token)
    except LinkRefused:
        return None
    return LinkDescription(link.membership.organisation.name, link.membership.user.email)


def accept_link(session: Session, token: str, identity: Identity, language: str = "") -> None:
    """Bind ``identity`` to the membership of the link, once; raises LinkRefused.

    Whoever comes for the first time goes on in the ``language`` ("en" or "fr") of the invitation.
    """
    link = _usable_link(session, token)
    if find_identity(session, identity) is not None:
        raise LinkRefused("taken")
    membership = link.membership
    bound = select(UserIdentity.id).where(UserIdentity.user_id == membership.user_id)
    if language and session.scalar(bound.limit(1)) is None:
        membership.user.language = language
    session.add(
        UserIdentity(issuer=identity.issuer, subject=identity.subject, user_id=membership.user_id)
    )
    if identity.name and membership.user.name == membership.user.email:
        membership.user.name = clean_line(identity.name)[:120]
    link.used_at = now()
    _void_links(session, membership)
    record_event(
        "person:join", f"membership:{membership.id}", actor_from(membership), session=session
    )


def _void_links(session: Session, membership: Membership) -> None:
    """Let no other link of the membership be used: one was, and it was meant for one person."""
    session.flush()
    session.execute(
        update(JoinLink)
        .where(JoinLink.membership_id == membership.id, JoinLink.used_at.is_(None))
        .values(used_at=now())
    )


def bind_identity(session: Session, membership: Membership, issuer: str, subject: str) -> None:
    """Let (issuer, subject) sign in as the membership's person (the demo world does this)."""
    session.add(UserIdentity(issuer=issuer, subject=subject, user_id=membership.user_id))
