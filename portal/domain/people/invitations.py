"""How does somebody who was invited come in, once, and nobody in their place?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from portal.core.contact import is_same_address
from portal.core.database import db
from portal.core.events import EventKind, declare, record_event
from portal.core.identity import Identity
from portal.core.language import _l
from portal.core.links import reference_in_token, token_for
from portal.core.text import clean_line
from portal.core.times import now
from portal.domain.people.actor import MemberActor, actor_from
from portal.domain.people.models import Invitation, Membership, User, UserIdentity

LINK_LIVES = dt.timedelta(hours=72)
PURPOSE = "invitation"
SEND = "invitation:send"

declare(
    EventKind("person:join", _l("%(who)s joined by a one-time link"), partner_sees=False),
    EventKind(
        SEND, _l("%(who)s sent an invitation"), frozenset({"membership"}), partner_sees=False
    ),
)


class LinkRefused(Exception):
    """The one-time link cannot be used.

    ``reason`` is unknown, expired, used, voided, taken, unverified or stranger.
    """

    def __init__(self, reason: str, email: str = "", inviter: str = "") -> None:
        super().__init__(reason)
        self.reason, self.email, self.inviter = reason, email, inviter


@dataclass(frozen=True)
class LinkDescription:
    """What the page behind a one-time link says."""

    organisation: str
    email: str
    inviter: str
    role: str
    is_bound: bool


def make_link(session: Session, membership: Membership) -> str:
    """Return the token of a new link, good for 72 hours, to be handed over by an operator.

    It is bound to no address: whoever brings it first is the person.
    """
    return token_of(_new(session, membership, "", None))


def send_invitation(membership: Membership, actor: MemberActor) -> Invitation:
    """Put an invitation bound to the person's address on its way; the former ones end."""
    session = db.session()
    void_invitations(session, membership)
    invitation = _new(session, membership, membership.user.email, actor.membership_id)
    record_event(SEND, invitation, actor, membership=membership.reference)
    return invitation


def _new(
    session: Session, membership: Membership, email: str, invited_by_id: int | None
) -> Invitation:
    moment = now()
    invitation = Invitation(
        membership=membership,
        email=email,
        invited_by_id=invited_by_id,
        made_at=moment,
        expires_at=moment + LINK_LIVES,
    )
    session.add(invitation)
    session.flush()
    return invitation


def token_of(invitation: Invitation) -> str:
    """Return the last part of the invitation's address."""
    return token_for(PURPOSE, invitation.reference)


def void_invitations(session: Session, membership: Membership) -> None:
    """Let no open invitation of the membership be used any more."""
    session.flush()
    session.execute(
        update(Invitation)
        .where(
            Invitation.membership_id == membership.id,
            Invitation.accepted_at.is_(None),
            Invitation.voided_at.is_(None),
        )
        .values(voided_at=now())
    )


def _usable(session: Session, token: str) -> Invitation:
    reference = reference_in_token(PURPOSE, token)
    invitation = reference and session.scalar(
        select(Invitation).where(Invitation.reference == reference).with_for_update(of=Invitation)
    )
    if not invitation:
        raise LinkRefused("unknown")
    if invitation.accepted_at is not None:
        raise LinkRefused("used")
    if invitation.voided_at is not None or not invitation.membership.is_active:
        raise LinkRefused("voided")
    if invitation.expires_at <= now():
        raise LinkRefused("expired")
    return invitation


def _inviter(session: Session, invitation: Invitation) -> str:
    query = select(User.name).join(Membership, Membership.user_id == User.id)
    return session.scalar(query.where(Membership.id == invitation.invited_by_id)) or ""


def describe_link(session: Session, token: str) -> LinkDescription:
    """Return what a usable link is for; raises LinkRefused for any other. Call in system mode."""
    invitation = _usable(session, token)
    membership = invitation.membership
    return LinkDescription(
        membership.organisation.name,
        membership.user.email,
        _inviter(session, invitation),
        membership.role,
        bool(invitation.email),
    )


def accept_link(session: Session, token: str, identity: Identity, language: str = "") -> None:
    """Let ``identity`` sign in as the membership of the link, once; raises LinkRefused.

    An invitation is bound to the address that it was sent to: the provider must vouch for the
    same one. Whoever comes for the first time goes on in ``language`` ("en" or "fr"); whoever is
    known from another organisation has one membership more. Call in system mode.
    """
    invitation = _usable(session, token)
    membership = invitation.membership
    if invitation.email:
        _check_address(session, invitation, identity)
    known = session.scalar(
        select(UserIdentity).where(
            UserIdentity.issuer == identity.issuer, UserIdentity.subject == identity.subject
        )
    )
    if known is None:
        _bind(session, membership, identity, language)
    elif not invitation.email or _is_member(session, known.user_id, membership):
        raise LinkRefused("taken")
    else:
        _move(session, membership, known.user)
    invitation.accepted_at = now()
    membership.joined_at = membership.joined_at or now()
    void_invitations(session, membership)
    chain = f"membership:{membership.id}"
    record_event("person:join", chain, actor_from(membership), session=session)


def _check_address(session: Session, invitation: Invitation, identity: Identity) -> None:
    if not is_same_address(invitation.email, identity.email):
        raise LinkRefused("stranger", invitation.email, _inviter(session, invitation))
    if not identity.is_email_verified:
        raise LinkRefused("unverified", invitation.email)


def _bind(session: Session, membership: Membership, identity: Identity, language: str) -> None:
    user = membership.user
    if language and not _has_identity(session, user.id):
        user.language = language
    if identity.name and user.name == user.email:
        user.name = clean_line(identity.name)[:120]
    session.add(
        UserIdentity(issuer=identity.issuer, subject=identity.subject, user_id=membership.user_id)
    )


def _has_identity(session: Session, user_id: int) -> bool:
    query = select(UserIdentity.id).where(UserIdentity.user_id == user_id)
    return session.scalar(query.limit(1)) is not None


def _is_member(session: Session, user_id: int, membership: Membership) -> bool:
    query = select(Membership.id).where(
        Membership.user_id == user_id, Membership.organisation_id == membership.organisation_id
    )
    return session.scalar(query) is not None


def _move(session: Session, membership: Membership, user: User) -> None:
    """Let the invited membership be one more of somebody whom we know from elsewhere."""
    placeholder = membership.user
    if not user.is_active or _has_identity(session, placeholder.id):
        raise LinkRefused("taken")
    membership.user = user
    session.flush()
    others = exists().where(Membership.user_id == placeholder.id)
    session.execute(delete(User).where(User.id == placeholder.id, ~others))
