"""Who is acting, in which role, and how far do they see?"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, String, bindparam, cast, exists, select
from sqlalchemy.orm import object_session

from portal.core.database import db
from portal.core.fields import hidden_from
from portal.core.net import system_mode
from portal.core.submissions import Standing
from portal.domain.fields.choices import CHOSEN, chosen_now
from portal.domain.organisations.models import Organisation, OrganisationStatus, Side
from portal.domain.people.models import LoginSession, Membership, Role, User
from portal.domain.people.roles import lacking_of, permissions_of


@dataclass(frozen=True)
class Sight:
    """As whom somebody sees the portal: the viewer, the person's name, and until when.

    ``over`` says why it has just ended, in a code and in words; then the actor is the viewer.
    """

    reference: str
    viewer: MemberActor
    person: str
    name: str
    organisation_name: str
    ends_at: dt.datetime
    over: str = ""
    over_words: Any = ""


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
    # The fields that they do not read, as the vendor has it at this request.
    hidden: frozenset[str]
    token: str = ""
    seen_at: dt.datetime | None = None
    # When they last proved who they are, as far as the provider has said.
    authenticated_at: dt.datetime | None = None
    # The row of the viewing that stands with the sign-in, if any; what came of it is ``viewing``.
    viewing_id: int | None = None
    viewing: Sight | None = None
    withheld: frozenset[str] = frozenset()
    # What of their organisation decides on their rights.
    status: str = ""
    types: tuple[str, ...] = ()
    # Whether anything was ever shared with them or their organisation.
    holds_shares: bool = False
    # Their address while mail to it comes back, else nothing. No part of any policy.
    mail_bounces: str = ""
    # No part of any policy: only whether home has reviews to ask for.
    has_access_reviews: bool = False
    # The same of checklists.
    has_open_checklist: bool = False
    # When their company became active last: no part of any policy, home says it for some days.
    active_at: dt.datetime | None = None

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
            self.hidden,
            self.holds_shares,
        )

    @property
    def behind(self) -> MemberActor:
        """Return who answers for what is done: the viewer, where there is one."""
        return self.viewing.viewer if self.viewing else self

    def lacking(self, permission: str) -> Any:
        """Return why their whole company lacks what their role includes, or None."""
        return lacking_of(self.role, self.side, self.status, permission)

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
    Membership.holds_shares,
    User.name,
    User.email,
    User.mail_bounced_at,
    User.language,
    User.timezone,
    Organisation.name.label("organisation_name"),
    Organisation.side,
    Organisation.status,
    Organisation.types,
    CHOSEN.label("chosen"),
    Organisation.holds_shares.label("all_hold_shares"),
    Organisation.has_access_reviews,
    Organisation.has_open_checklist,
    Organisation.active_at,
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
    _memberships.add_columns(
        LoginSession.made_at,
        LoginSession.seen_at,
        LoginSession.authenticated_at,
        LoginSession.viewing_id,
    )
    .join(LoginSession, LoginSession.membership_id == Membership.id)
    .where(LoginSession.token_hash == bindparam("token_hash"), LoginSession.ended_at.is_(None))
)


def _actor(
    membership: Any,
    user: Any,
    organisation: Any,
    organisation_name: str,
    all_hold_shares: bool,
    chosen: str | None,
    token: str = "",
    seen: dt.datetime | None = None,
    authenticated: dt.datetime | None = None,
    viewing: int | None = None,
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
        hidden=hidden_from(organisation.side, chosen),
        token=token,
        seen_at=seen,
        authenticated_at=authenticated,
        viewing_id=viewing,
        status=organisation.status,
        types=tuple(organisation.types),
        holds_shares=membership.holds_shares or all_hold_shares,
        has_access_reviews=organisation.has_access_reviews,
        has_open_checklist=organisation.has_open_checklist,
        active_at=organisation.active_at,
        mail_bounces=user.email if user.mail_bounced_at else "",
    )


def actor_from(membership: Membership) -> MemberActor:
    """Return the actor of a loaded membership, whether or not it is active."""
    user, organisation = membership.user, membership.organisation
    # In the transaction in which the membership was loaded: a second one would wait for the first.
    session = object_session(membership)
    chosen = chosen_now(session) if organisation.side == Side.PARTNER else None
    return _actor(
        membership, user, organisation, organisation.name, organisation.holds_shares, chosen
    )


def actor_of_membership(membership_id: int) -> MemberActor | None:
    """Return the actor of an active membership, or None. Call in system mode."""
    row = db.session.execute(_memberships.where(Membership.id == membership_id)).first()
    if row is None or row.status in CLOSED:
        return None
    return _actor(row, row, row, row.organisation_name, row.all_hold_shares, row.chosen)


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
    return _actor(
        row,
        row,
        row,
        row.organisation_name,
        row.all_hold_shares,
        row.chosen,
        token,
        row.seen_at,
        row.authenticated_at,
        row.viewing_id,
    )


def _standing_values(actor: MemberActor) -> dict[str, Any]:
    return {
        "acting": actor.membership_id,
        "acting_for": actor.organisation_id,
        "acting_as": actor.role,
        "acting_reach": actor.reach,
        "acting_limit": actor.approval_limit,
        "acting_status": actor.status,
        "acting_types": json.dumps(actor.types),
    }


def _still_stands(actor: MemberActor) -> bool:
    with system_mode("loading the actor"):
        present = actor_of_membership(actor.membership_id)
    return present is not None and present.scope_key == actor.scope_key


STANDING = Standing(
    exists().where(
        Membership.id == bindparam("acting"),
        Membership.organisation_id == bindparam("acting_for"),
        Membership.role == bindparam("acting_as"),
        Membership.reach == bindparam("acting_reach"),
        Membership.approval_limit.is_not_distinct_from(bindparam("acting_limit", type_=Integer)),
        Membership.is_active,
        User.id == Membership.user_id,
        User.is_active,
        Organisation.id == Membership.organisation_id,
        Organisation.status == bindparam("acting_status"),
        cast(Organisation.types, String) == bindparam("acting_types"),
    ),
    _standing_values,
    _still_stands,
)
"""Whoever acts may still do and see what they could when a write began."""
