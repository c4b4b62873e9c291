"""For which of their organisations does a person act?"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from portal.core.access import visible
from portal.core.database import db
from portal.core.events import EventKind, declare, record_event
from portal.core.language import _l
from portal.core.net import system_mode
from portal.core.times import now
from portal.core.workflow import Refused
from portal.domain.organisations.models import Organisation
from portal.domain.people.actor import MemberActor, actor_of_membership
from portal.domain.people.assurance import objection
from portal.domain.people.models import LoginSession, Membership, Role
from portal.domain.people.sessions import hash_token, usable_memberships

declare(
    EventKind(
        "session:switch",
        _l("%(who)s went on for another organisation"),
        frozenset({"left", "taken"}),
        partner_sees=False,
    ),
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
            for one in usable_memberships(db.session(), actor.user_id)
        ]


def _is_barred(taken: Membership, device: LoginSession) -> bool:
    with system_mode("the person's own memberships"):
        place = db.session.get_one(Organisation, taken.organisation_id)
    return bool(objection(place, device.provider, device.has_two_factors))


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
    if _is_barred(taken, device):
        raise Refused(_l("That organisation asks for another way of signing in."))
    device.ended_at = now()
    token = secrets.token_urlsafe(32)
    kept = (
        "user_id", "identity_id", "provider", "has_two_factors", "provider_sid", "acr", "amr",
        "authenticated_at", "address",
    )  # fmt: skip
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
