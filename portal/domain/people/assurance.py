"""Is the way in which somebody signed in good enough for their organisation?"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from portal.core.access import visible
from portal.core.database import db
from portal.core.events import EventKind, declare, record_event
from portal.core.language import _l
from portal.core.times import now
from portal.core.workflow import Refused
from portal.domain.organisations.models import Organisation
from portal.domain.people.actor import CLOSED, MemberActor
from portal.domain.people.models import LoginSession, Membership

declare(
    EventKind(
        "organisation:secure",
        _l("%(who)s set how people of the organisation sign in"),
        frozenset({"providers", "two_factors"}),
        partner_sees=False,
    )
)


class NotThisWay(Exception):
    """The organisation asks for another way in; ``reason`` is "another-way" or "two-factors"."""

    def __init__(self, reason: str, providers: Sequence[str]) -> None:
        super().__init__(reason)
        self.reason, self.providers = reason, providers


def objection(organisation: Organisation, provider: str, has_two_factors: bool) -> str:
    """Return what is wrong with a sign-in: "another-way", "two-factors", or nothing."""
    if organisation.providers and provider not in organisation.providers:
        return "another-way"
    return "two-factors" if organisation.needs_two_factors and not has_two_factors else ""


def provider_for(session: Session, domain: str) -> str | None:
    """Return the one provider to which people with such an e-mail domain are sent, if any.

    Only an organisation that allows one provider alone says so; of all others nothing is learned.
    """
    if not domain:
        return None
    found = session.execute(
        select(Organisation.domains, Organisation.providers).where(
            cast(Organisation.providers, String) != "[]",
            cast(Organisation.domains, String).contains(domain, autoescape=True),
            Organisation.status.not_in(CLOSED),
        )
    ).all()
    names = {tuple(row.providers) for row in found if domain in row.domains}
    alone = [name for one in names for name in one]
    return alone[0] if len(alone) == 1 else None


def set_sign_in_rules(
    organisation: Organisation,
    providers: Sequence[str],
    needs_two_factors: bool,
    actor: MemberActor,
) -> None:
    """Say through which providers the organisation's people come, and with how many factors.

    It is in force at once: a sign-in that would not be let in any more ends. Raises Refused where
    that would be the actor's own.
    """
    organisation.providers = sorted(providers)
    organisation.needs_two_factors = needs_two_factors
    open_ones = (
        visible(LoginSession, actor)
        .join(Membership, Membership.id == LoginSession.membership_id)
        .where(
            Membership.organisation_id == organisation.id,
            LoginSession.ended_at.is_(None),
        )
    )
    for device in db.session.scalars(open_ones).all():
        if not objection(organisation, device.provider, device.has_two_factors):
            continue
        if device.membership_id == actor.membership_id:
            raise Refused(_l("That would shut you out. Sign in that way first, then ask for it."))
        device.ended_at = now()
        chain = f"membership:{device.membership_id}"
        record_event("session:revoke", chain, actor, device=device.reference, why="rules")
    record_event(
        "organisation:secure",
        organisation,
        actor,
        providers=organisation.providers,
        two_factors=needs_two_factors,
    )
