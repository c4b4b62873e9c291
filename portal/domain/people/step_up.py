"""Has the person who is signed in just proved again who they are?"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.access import visible
from portal.core.database import db
from portal.core.events import EventKind, declare, record_event
from portal.core.identity import Identity
from portal.core.language import _l
from portal.core.times import now
from portal.domain.organisations.models import Organisation
from portal.domain.people.actor import CLOSED, MemberActor, actor_from
from portal.domain.people.assurance import NotThisWay, objection
from portal.domain.people.claims import note_claim
from portal.domain.people.models import LoginSession, Membership
from portal.domain.people.sessions import find_identity, hash_token

declare(
    EventKind(
        "session:step_up", _l("%(who)s signed in again"), frozenset({"device"}), partner_sees=False
    ),
)


class AnotherPerson(Exception):
    """Somebody else signed in, or the same person with another account: nothing changes."""


class SignInOver(Exception):
    """The sign-in that was to be renewed has ended meanwhile."""


@dataclass(frozen=True)
class Asked:
    """Of which sign-in a fresh proof is asked, through which provider, and with two factors?"""

    device: str
    provider: str
    needs_two_factors: bool


def what_to_ask(actor: MemberActor) -> Asked | None:
    """Return what a fresh sign-in of the actor must be; None when theirs has just ended."""
    device = db.session.scalar(
        visible(LoginSession, actor).where(
            LoginSession.token_hash == hash_token(actor.token), LoginSession.ended_at.is_(None)
        )
    )
    if device is None:
        return None
    place = visible(Organisation, actor).where(Organisation.id == actor.organisation_id)
    needs = db.session.scalar(place.with_only_columns(Organisation.needs_two_factors))
    return Asked(device.reference, device.provider, bool(needs))


def renew(
    session: Session, token: str, asked_of: str, identity: Identity, oldest: dt.datetime
) -> str:
    """Note that the person behind the sign-in ``token`` has proved again who they are.

    Return the new token: the one before is good for nothing from now on. ``asked_of`` names the
    sign-in of which it was asked, made after ``oldest``. Raises SignInOver, AnotherPerson, or
    NotThisWay where the organisation asks for more than this proof. Call in system mode.
    """
    device = session.scalar(
        select(LoginSession)
        .where(LoginSession.token_hash == hash_token(token), LoginSession.ended_at.is_(None))
        .with_for_update(of=LoginSession)
    )
    if device is None or device.reference != asked_of or device.made_at <= oldest:
        raise SignInOver
    membership = session.get_one(Membership, device.membership_id)
    is_open = membership.is_active and membership.user.is_active
    if not is_open or membership.organisation.status in CLOSED:
        raise SignInOver
    known = find_identity(session, identity)
    if known is None or known.id != device.identity_id:
        raise AnotherPerson
    place = membership.organisation
    if why := objection(place, identity.provider, identity.has_two_factors):
        raise NotThisWay(why, place.providers)
    fresh = secrets.token_urlsafe(32)
    device.token_hash = hash_token(fresh)
    device.authenticated_at = min(identity.authenticated_at or device.made_at, now())
    device.provider, device.has_two_factors = identity.provider, identity.has_two_factors
    device.provider_sid = identity.sid or device.provider_sid
    device.acr, device.amr = identity.acr, " ".join(identity.amr)[:255]
    chain = f"membership:{membership.id}"
    actor = actor_from(membership)
    record_event("session:step_up", chain, actor, session=session, device=device.reference)
    note_claim(session, known, identity, actor)
    return fresh
