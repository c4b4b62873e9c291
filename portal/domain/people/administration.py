"""Who may come in, as what, and how far may they see: what does an administrator decide?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from sqlalchemy import func, select, update

from portal.core.access import can, deny, visible
from portal.core.changes import differences
from portal.core.contact import address_key, is_same_address
from portal.core.database import db
from portal.core.events import EventKind, declare, record_event
from portal.core.language import _l
from portal.core.net import system_mode
from portal.core.times import now
from portal.core.workflow import Refused, WrongState
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people.actor import MemberActor, actor_of_membership
from portal.domain.people.granting import grantable_reaches, grantable_roles
from portal.domain.people.invitations import send_invitation, void_invitations
from portal.domain.people.models import (
    Invitation,
    LoginSession,
    Membership,
    Reach,
    Role,
    Standing,
    User,
)
from portal.domain.people.operations import add_membership
from portal.domain.permissions import Permission as P

declare(
    EventKind("person:uninvite", _l("%(who)s took the invitation back"), partner_sees=False),
    EventKind(
        "person:change",
        _l("%(who)s changed role or reach"),
        frozenset({"fields"}),
        partner_sees=False,
    ),
    EventKind("person:deactivate", _l("%(who)s closed the access"), partner_sees=False),
    EventKind("person:reactivate", _l("%(who)s opened the access again"), partner_sees=False),
)

# Who administers an organisation of each side.
ADMINISTRATOR = {
    Side.PARTNER: Role.PARTNER_ADMINISTRATOR,
    Side.VENDOR: Role.SECURITY_ADMINISTRATOR,
}
LAST = _l(
    "Nobody else administers this company. Give another person that role first, and they can."
)


@dataclass(frozen=True)
class Access:
    """What a membership may do, how far it sees, and up to which amount it decides."""

    role: Role
    reach: Reach
    approval_limit: int | None = None


class AlreadyHere(Exception):
    """The organisation has somebody with this address."""

    def __init__(self, membership: Membership) -> None:
        super().__init__(membership.reference)
        self.membership = membership


def invite(
    organisation: Organisation, actor: MemberActor, name: str, email: str, access: Access
) -> Membership:
    """Add somebody to ``organisation`` and send them the invitation; return the membership.

    ``email`` is a clean address. Raises AlreadyHere, Denied, or Refused for an access that the
    actor cannot give.
    """
    stand_in_line(organisation.id)
    actor = _present(actor)
    if not can(actor, P.PERSON_ADMINISTER, organisation):
        deny(actor, P.PERSON_ADMINISTER, organisation)
    check_grant(actor, organisation, access)
    if (here := find_colleague(organisation, actor, email)) is not None:
        raise AlreadyHere(here)
    membership = add_membership(
        db.session(),
        organisation,
        name=name or email,
        email=email,
        role=access.role,
        reach=access.reach,
        approval_limit=access.approval_limit,
        language=actor.language,
        actor=actor,
    )
    send_invitation(membership, actor)
    return membership


def find_colleague(organisation: Organisation, actor: MemberActor, email: str) -> Membership | None:
    """Return who has this address in the organisation, or None."""
    found = db.session.scalars(
        visible(Membership, actor)
        .join(Membership.user)
        .where(
            Membership.organisation_id == organisation.id,
            func.lower(User.email).in_({email.lower(), address_key(email).lower()}),
        )
    ).all()
    return next((one for one in found if is_same_address(one.user.email, email)), None)


def check_grant(actor: MemberActor, organisation: Organisation, access: Access) -> None:
    """Raise Refused unless ``actor`` may give this role and reach in ``organisation``."""
    is_role = access.role in grantable_roles(actor, organisation.side)
    if not is_role or access.reach not in grantable_reaches(actor, organisation.side):
        raise Refused(_l("You cannot give more access than you have yourself."))


def invite_again(membership: Membership, actor: MemberActor) -> None:
    """Send a new invitation in the place of the former one, also after it was taken back.

    Somebody who has joined gets a link that lets another account of theirs in.
    """
    actor = enter(membership, actor)
    if membership.standing == Standing.DEACTIVATED:
        raise WrongState(membership, "invite again")
    membership.is_active = True
    send_invitation(membership, actor)


def uninvite(membership: Membership, actor: MemberActor) -> None:
    """Take the invitation of somebody back who has not joined yet."""
    actor = enter(membership, actor)
    _need(membership, Standing.INVITED, "uninvite")
    void_invitations(db.session(), membership)
    membership.is_active = False
    _tell("person:uninvite", membership, actor, Standing.INVITED)


def deactivate(membership: Membership, actor: MemberActor) -> None:
    """Close somebody's access at once, on every device; their records stay.

    Raises Denied, WrongState, or Refused for the last administrator.
    """
    actor = enter(membership, actor)
    need_active(membership)
    _keep_one_administrator(membership, actor)
    membership.is_active = False
    void_invitations(db.session(), membership)
    db.session.flush()
    with system_mode("ending a person's sessions"):
        db.session.execute(
            update(LoginSession)
            .where(LoginSession.membership_id == membership.id, LoginSession.ended_at.is_(None))
            .values(ended_at=now())
        )
    _tell("person:deactivate", membership, actor, Standing.ACTIVE)


def reactivate(membership: Membership, actor: MemberActor) -> None:
    """Open somebody's access again, as it was; they sign in anew."""
    actor = enter(membership, actor)
    _need(membership, Standing.DEACTIVATED, "reactivate")
    membership.is_active = True
    _tell("person:reactivate", membership, actor, Standing.DEACTIVATED)


def change_access(membership: Membership, actor: MemberActor, access: Access) -> None:
    """Give somebody another role, reach or limit, in force at their next request.

    Raises Denied, or Refused for more than the actor may give and for the last administrator.
    """
    actor = enter(membership, actor)
    check_grant(actor, membership.organisation, access)
    before = _access_of(membership)
    if access.role != membership.role:
        _keep_one_administrator(membership, actor)
    membership.role, membership.reach = access.role, access.reach
    membership.approval_limit = access.approval_limit
    changes = differences(before, _access_of(membership))
    if changes:
        record_event(
            "person:change",
            f"membership:{membership.id}",
            actor,
            changes=changes,
            fields=[change.field for change in changes],
        )


def _access_of(membership: Membership) -> dict[str, str | int | None]:
    return {
        "role": str(membership.role),
        "reach": str(membership.reach),
        "approval_limit": membership.approval_limit,
    }


def _tell(tag: str, membership: Membership, actor: MemberActor, before: Standing) -> None:
    record_event(
        tag,
        f"membership:{membership.id}",
        actor,
        from_state=str(before),
        to_state=str(membership.standing),
    )


def _need(membership: Membership, standing: Standing, step: str) -> None:
    if membership.standing != standing:
        raise WrongState(membership, step)


def enter(membership: Membership, actor: MemberActor) -> MemberActor:
    """Wait until no other administrator is at work, and return the actor as they stand now.

    Of two who deactivate each other the second has no right left by then: raises Denied.
    """
    stand_in_line(membership.organisation_id)
    db.session.refresh(membership)
    present = _present(actor)
    if not can(present, P.PERSON_ADMINISTER, membership):
        deny(present, P.PERSON_ADMINISTER, membership)
    return present


def stand_in_line(organisation_id: int) -> None:
    """Let one administrator after the other change who works in an organisation."""
    line = select(Organisation.id).where(Organisation.id == organisation_id)
    db.session.execute(line.with_for_update(key_share=True))


def _present(actor: MemberActor) -> MemberActor:
    with system_mode("does the administrator still administer"):
        present = actor_of_membership(actor.membership_id)
    if present is None:
        # Closed meanwhile: nothing is left of what they might do.
        deny(replace(actor, permissions=frozenset()), P.PERSON_ADMINISTER, None)
    return cast(MemberActor, present)


def _keep_one_administrator(membership: Membership, actor: MemberActor) -> None:
    administrator = ADMINISTRATOR[Side(membership.organisation.side)]
    if membership.role != administrator or membership.standing != Standing.ACTIVE:
        return
    others = (
        visible(Membership, actor)
        .join(Membership.user)
        .where(
            Membership.organisation_id == membership.organisation_id,
            Membership.id != membership.id,
            Membership.role == administrator,
            Membership.joined_at.is_not(None),
            Membership.is_active,
            User.is_active,
        )
    )
    if db.session.scalars(others.limit(1)).first() is None:
        raise Refused(LAST, membership)


def need_active(membership: Membership) -> None:
    """Raise WrongState unless the access is open, also that of a person who is switched off."""
    if not membership.is_active or membership.joined_at is None:
        raise WrongState(membership, "deactivate")


def open_invitation(membership: Membership) -> Invitation | None:
    """Return the invitation that the person could accept or let run out, as the actor sees it."""
    query = select(Invitation).where(
        Invitation.membership_id == membership.id,
        Invitation.accepted_at.is_(None),
        Invitation.voided_at.is_(None),
    )
    return db.session.scalars(query.order_by(Invitation.id.desc()).limit(1)).first()


def last_seen(membership_ids: Sequence[int]) -> dict[int, dt.datetime]:
    """Return when each of the memberships was last at work here, if ever."""
    query = (
        select(LoginSession.membership_id, func.max(LoginSession.seen_at))
        .where(LoginSession.membership_id.in_(membership_ids))
        .group_by(LoginSession.membership_id)
    )
    with system_mode("when somebody was last here"):
        return {number: seen for number, seen in db.session.execute(query) if seen}
