"""Who is acting, in which role, and how far do they see?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from portal.core.database import db
from portal.domain.organisations.models import Organisation, OrganisationStatus
from portal.domain.people.models import LoginSession, Membership, Role, User
from portal.domain.people.roles import permissions_of


@dataclass(frozen=True)
class MemberActor:
    """A membership that acts: what policies, pages and events need of it, read once a request."""

    membership_id: int
    user_id: int
    organisation_id: int
    name: str
    email: str
    organisation_name: str
    side: str
    role: Role
    reach: str
    approval_limit: int | None
    language: str
    timezone: str
    permissions: frozenset[str]
    token: str = ""
    seen_at: dt.datetime | None = None
    # No part of any policy: only whether home has reviews to ask for.
    has_access_reviews: bool = False

    # What Flask-Login asks of a user.
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """Return the sign-in token: what the signed cookie carries."""
        return self.token

    @property
    def scope_key(self) -> tuple[object, ...]:
        """Return everything that a policy's terms may read of the actor."""
        return (
            self.membership_id,
            self.user_id,
            self.organisation_id,
            self.side,
            self.role,
            self.reach,
            self.approval_limit,
            self.permissions,
        )

    @property
    def initials(self) -> str:
        """Return up to two letters for the round mark."""
        parts = [part for part in self.name.split() if part[:1].isalpha()]
        return (parts[0][:1] + (parts[-1][:1] if len(parts) > 1 else "")).upper() if parts else "?"

    @property
    def first_name(self) -> str:
        """Return the name by which a colleague greets them."""
        return self.name.split(" ", 1)[0]


CLOSED = frozenset({OrganisationStatus.SUSPENDED, OrganisationStatus.ENDED})

_columns = (
    Membership.id,
    Membership.user_id,
    Membership.organisation_id,
    Membership.role,
    Membership.reach,
    Membership.approval_limit,
    User.name,
    User.email,
    User.language,
    User.timezone,
    Organisation.name.label("organisation_name"),
    Organisation.side,
    Organisation.status,
    Organisation.types,
    Organisation.has_access_reviews,
)
_memberships = (
    select(*_columns)
    .join(User, User.id == Membership.user_id)
    .join(Organisation, Organisation.id == Membership.organisation_id)
    .where(Membership.is_active, User.is_active)
)
# Asked by every request, so it is put together once; by equality alone, so that PostgreSQL need
# not plan it anew for each value.
_live_session = (
    _memberships.add_columns(LoginSession.made_at, LoginSession.seen_at)
    .join(LoginSession, LoginSession.membership_id == Membership.id)
    .where(LoginSession.token_hash == bindparam("token_hash"), LoginSession.ended_at.is_(None))
)


def _actor(
    membership: Any,
    user: Any,
    organisation: Any,
    organisation_name: str,
    token: str = "",
    seen: dt.datetime | None = None,
) -> MemberActor:
    """Return the actor made of three records, or of one row that holds what is asked of each."""
    role = Role(membership.role)
    return MemberActor(
        membership_id=membership.id,
        user_id=membership.user_id,
        organisation_id=membership.organisation_id,
        name=user.name,
        email=user.email,
        organisation_name=organisation_name,
        side=organisation.side,
        role=role,
        reach=membership.reach,
        approval_limit=membership.approval_limit,
        language=user.language,
        timezone=user.timezone,
        permissions=permissions_of(
            role, organisation.side, organisation.status, organisation.types
        ),
        token=token,
        seen_at=seen,
        has_access_reviews=organisation.has_access_reviews,
    )


def actor_from(membership: Membership) -> MemberActor:
    """Return the actor of a loaded membership, whether or not it is active."""
    user, organisation = membership.user, membership.organisation
    return _actor(membership, user, organisation, organisation.name)


def actor_of_membership(membership_id: int) -> MemberActor | None:
    """Return the actor of an active membership, or None. Call in system mode."""
    row = db.session.execute(_memberships.where(Membership.id == membership_id)).first()
    if row is None or row.status in CLOSED:
        return None
    return _actor(row, row, row, row.organisation_name)


def actor_of_session(
    token: str, token_hash: str, made_after: dt.datetime, seen_after: dt.datetime
) -> MemberActor | None:
    """Return the actor of the live login session with this token hash. Call in system mode.

    A session made before ``made_after`` or last seen before ``seen_after`` is over.
    """
    # Asked by every request, of columns alone: the connection answers sooner than the session.
    row = db.session.connection().execute(_live_session, {"token_hash": token_hash}).first()
    if row is None or row.status in CLOSED:
        return None
    if row.made_at <= made_after or row.seen_at <= seen_after:
        return None
    return _actor(row, row, row, row.organisation_name, token, row.seen_at)
