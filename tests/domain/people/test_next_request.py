"""Is every change of right in force at the next request, on every session that is open?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import select

from portal.core.identity import Logout
from portal.core.times import now
from portal.domain.deals.models import Deal
from portal.domain.organisations.operations import move
from portal.domain.people.actor import MemberActor
from portal.domain.people.administration import Access, change_access, deactivate
from portal.domain.people.models import Reach, Role, UserIdentity
from portal.domain.people.sessions import end_by_provider
from portal.domain.shares.models import Level, Share
from portal.domain.shares.operations import revoke, share
from tests.browser import Browser
from tests.domain.world import actor_of, everything, membership_of
from tests.figures import record


class Change(NamedTuple):
    """What is changed, for whom, on which page they notice it, and its answer afterwards."""

    name: str
    short: str
    path: str
    act: Callable[[Any], None]
    status: int


def deal_of(session: Any, owner: str) -> str:
    """Return the address of a deal of somebody's."""
    membership = membership_of(owner)
    deals = select(Deal.reference).where(Deal.owner_id == membership.id)
    return f"/deals/{session.scalars(deals.limit(1)).one()}"


def now_has(short: str, role: Role, reach: Reach) -> Callable[[Any], None]:
    """Return the act that gives somebody another role and reach."""
    return lambda _session: change_access(membership_of(short), by(short), Access(role, reach))


def by(short: str) -> MemberActor:
    """Return who administers a person."""
    return actor_of("nadia" if short in ("ana", "marc", "noah") else "sid")


def logged_out(session: Any) -> None:
    """End what the provider of Carla's sign-ins ends."""
    carla = membership_of("carla")
    identities = select(UserIdentity).where(UserIdentity.user_id == carla.user_id)
    identity = session.scalars(identities).one()
    until = now() + dt.timedelta(minutes=2)
    end_by_provider(session, Logout(identity.issuer, identity.subject, None, "one", until))


def changes(session: Any) -> list[Change]:
    """Return every kind of change; what each needs is looked up again when it is made."""
    of_noah, of_ana, of_lena = (deal_of(session, short) for short in ("noah", "ana", "lena"))
    diego, lena = actor_of("diego"), membership_of("lena")
    own = session.scalars(select(Deal).where(Deal.owner_id == diego.membership_id).limit(1)).one()
    made = share(own, diego, lena, Level.VIEW, None).reference
    return [
        Change("reach", "marc", of_noah, now_has("marc", Role.PARTNER_MANAGER, Reach.OWN), 404),
        Change("role", "noah", "/people", now_has("noah", Role.PARTNER_SELLER, Reach.OWN), 403),
        Change("share revoked", "lena", f"/deals/{own.reference}", taken_back(made), 404),
        Change("moved", "diego", of_lena, _moved, 404),
        Change("logged out elsewhere", "carla", of_ana, logged_out, 302),
        Change("deactivated", "ana", of_ana, _closed, 302),
    ]


def taken_back(reference: str) -> Callable[[Any], None]:
    """Return the act that ends a share of Diego's."""
    found = select(Share).where(Share.reference == reference)
    return lambda session: revoke(session.scalars(found).one(), actor_of("diego"))


def _moved(_session: Any) -> None:
    move(membership_of("lena").organisation, actor_of("pia"), None)


def _closed(_session: Any) -> None:
    deactivate(membership_of("ana"), by("ana"))


def test_every_change_of_right_is_in_force_at_the_next_request(app: Flask) -> None:
    with everything(app) as session:
        now_has("noah", Role.PARTNER_ADMINISTRATOR, Reach.ORGANISATION)(session)
        asked = changes(session)
        session.commit()
    held = 0
    for one in asked:
        browsers = [Browser(app).signed_in(one.short) for _ in "ab"]
        for browser in browsers:
            browser.get(one.path)
        with everything(app) as session:
            one.act(session)
            session.commit()
        held += sum(browser.get(one.path, status=one.status) is not None for browser in browsers)
    record(
        3,
        "changes of right, on two open sessions each",
        "in force at the next request",
        f"{held} of {2 * len(asked)}: {', '.join(one.name for one in asked)}",
        held == 2 * len(asked),
    )
