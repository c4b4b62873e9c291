"""What becomes of an access that somebody looks at again: is it kept, reduced or closed?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.changes import Changed
from portal.core.database import db
from portal.core.events import Event, EventKind, declare, record_event
from portal.core.language import _l
from portal.core.net import system_mode
from portal.domain.people.actor import MemberActor
from portal.domain.people.administration import (
    Access,
    change_access,
    deactivate,
    enter,
    invite_again,
    reactivate,
    uninvite,
)
from portal.domain.people.models import Membership, Reach, Role

KEEP = "person:keep"
CHANGES = ("person:change", "person:deactivate", "person:reactivate", "person:uninvite")
declare(
    EventKind(
        KEEP,
        _l("%(who)s looked at the access and kept it"),
        frozenset({"review"}),
        partner_sees=False,
    ),
)


def keep(membership: Membership, actor: MemberActor, review: str) -> None:
    """Note that somebody who administers the person left the access as it is; raises Denied."""
    record_kept(membership, enter(membership, actor), review)


def record_kept(membership: Membership, actor: MemberActor, review: str) -> None:
    """Note in the person's history that the access was kept in the review of that reference."""
    record_event(KEEP, f"membership:{membership.id}", actor, review=review)


def reduce(membership: Membership, actor: MemberActor) -> None:
    """Let the person see only their own records from now on; raises Denied."""
    set_reach(membership, actor, Reach.OWN)


def set_reach(membership: Membership, actor: MemberActor, reach: Reach) -> None:
    """Give the person that reach and leave role and limit; raises Denied or Refused."""
    role = Role(membership.role)
    change_access(membership, actor, Access(role, reach, membership.approval_limit))


def close(membership: Membership, actor: MemberActor) -> None:
    """Close the access, or take the invitation back of somebody who has not come yet.

    Raises Denied, WrongState, or Refused for the last administrator.
    """
    if membership.joined_at is None:
        uninvite(membership, actor)
    else:
        deactivate(membership, actor)


def open_again(membership: Membership, actor: MemberActor) -> None:
    """Open the access again as it was; who had only been invited gets a new invitation."""
    if membership.joined_at is None:
        invite_again(membership, actor)
    else:
        reactivate(membership, actor)


def has_changed_since(membership: Membership, moment: dt.datetime | None) -> bool:
    """Tell whether anybody has changed, closed or opened the access after ``moment`` (UTC)."""
    query = select(Event.id).where(
        Event.chain == f"membership:{membership.id}", Event.tag.in_(CHANGES), Event.at > moment
    )
    with system_mode("whether an access has changed since"):
        return db.session.scalar(query.limit(1)) is not None


def reduce_by_clock(session: Session, membership: Membership) -> None:
    """Let the person see only their own records, because nobody looked at it. In system mode."""
    before = str(membership.reach)
    membership.reach = Reach.OWN
    record_event(
        "person:change",
        f"membership:{membership.id}",
        None,
        session=session,
        changes=[Changed("reach", before, str(Reach.OWN))],
        fields=["reach"],
    )
