"""What can be done with a share, each as one named write?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select

from portal.core.database import db
from portal.core.events import record_event
from portal.core.language import _
from portal.core.times import DAY, now, today
from portal.core.versions import mark_beside
from portal.core.workflow import Refused, WrongState
from portal.domain.organisations.models import Organisation, OrganisationStatus, PartnerType, Side
from portal.domain.people.actor import CLOSED, MemberActor
from portal.domain.people.models import Membership, Role, Standing
from portal.domain.people.roles import DEAL_TYPES, permissions_of
from portal.domain.permissions import Permission as P
from portal.domain.programme import programme
from portal.domain.registrations.models import Status
from portal.domain.shares.events import E
from portal.domain.shares.holding import in_force, is_of
from portal.domain.shares.models import Level, Share

MOST = 20
"""With how many a record can be shared at the same time."""


def is_registration(record: Any) -> bool:
    """Tell whether ``record`` is a registration; else it is a deal."""
    return str(record.reference).startswith("DR")


def need_sent(record: Any) -> None:
    """Raise WrongState for a draft: it stays in its own organisation until it is sent."""
    if is_registration(record) and record.status == Status.DRAFT:
        raise WrongState(record, "share")


def need_in_force(share: Share) -> None:
    """Raise WrongState for a share that is over."""
    if not share.is_in_force:
        raise WrongState(share, "revoke")


def objection(
    record: Any, actor: MemberActor, holder: Membership | Organisation, level: Level
) -> str:
    """Return why ``record`` cannot be shared with ``holder`` like that: a sentence, or nothing."""
    if isinstance(holder, Organisation):
        return _objection_to_organisation(holder)
    if holder.id == actor.membership_id:
        return _("You work with it already.")
    if holder.id == record.owner_id:
        return _("It is their own already.")
    place, name = holder.organisation, holder.user.name
    if holder.standing != Standing.ACTIVE or place.status in CLOSED:
        return _("%(name)s has no access at present.", name=name)
    rights = permissions_of(Role(holder.role), place.side, place.status, place.types)
    if is_registration(record):
        needed, working = P.REGISTRATION_READ, P.REGISTRATION_ANSWER
        if place.side == Side.VENDOR:
            return _("The vendor’s people read registrations as their role says.")
    else:
        needed, working = P.DEAL_READ, P.DEAL_EDIT
        if holder.role in (Role.APPROVER, Role.AUDITOR):
            return _("%(name)s reads every deal.", name=name)
    if needed not in rights:
        return _("The role of %(name)s does not include this.", name=name)
    if level == Level.EDIT and working not in rights:
        return _("The role of %(name)s reads only. Share it for reading.", name=name)
    return ""


def _objection_to_organisation(holder: Organisation) -> str:
    is_open = holder.status == OrganisationStatus.ACTIVE and holder.side == Side.PARTNER
    if not is_open:
        return _("%(name)s does not take part at present.", name=holder.name)
    if not DEAL_TYPES & {PartnerType(one) for one in holder.types}:
        return _("%(name)s does not work with deals.", name=holder.name)
    return ""


def share(
    record: Any,
    actor: MemberActor,
    holder: Membership | Organisation,
    level: Level,
    until: dt.date | None,
) -> Share:
    """Share ``record`` with ``holder`` until the end of ``until`` in the vendor's zone.

    Shared with the same already, it changes level and end. Raises WrongState for a draft, Refused
    where :func:`objection` has one, for a day that is past, and when there are too many.
    """
    need_sent(record)
    sentence = objection(record, actor, holder, level)
    if sentence or (until is not None and until < today(programme().zone)):
        raise Refused(sentence or _("Give today or a later date."), record)
    found = _of_pair(record, holder)
    is_new = found is None or not found.is_in_force
    if is_new and _count(record) >= MOST:
        raise Refused(_("It is shared with too many already. End a share first."), record)
    shared = found or Share(**_pair(record, holder))
    if is_new:
        shared.made_by_id, shared.made_at, shared.revoked_at = actor.membership_id, now(), None
        shared.maker_name, shared.maker_side = actor.name, actor.side
        shared.maker_place = actor.organisation_name
    elif (shared.level, shared.until) == (level, until):
        return shared
    shared.holder_name, shared.holder_place, shared.holder_side = _named(holder)
    shared.level, shared.until, shared.ends_at = level, until, end_of(until)
    db.session.add(shared)
    db.session.flush()
    mark_beside(record, "is_shared")
    mark_beside(holder, "holds_shares")
    record_event(
        E.MAKE if is_new else E.CHANGE,
        record,
        actor,
        share=shared.reference,
        level=level.value,
        until=until.isoformat() if until else None,
    )
    return shared


def revoke(shared: Share, actor: MemberActor) -> None:
    """End a share at once; raises WrongState when it is over already."""
    need_in_force(shared)
    shared.revoked_at = now()
    record_event(E.REVOKE, shared.record, actor, share=shared.reference)


def end_of(until: dt.date | None) -> dt.datetime | None:
    """Return the moment at which that day is over in the vendor's zone, in UTC."""
    if until is None:
        return None
    return dt.datetime.combine(until + DAY, dt.time(), programme().zone).astimezone(dt.UTC)


def _pair(record: Any, holder: Membership | Organisation) -> dict[str, int]:
    of = "registration_id" if is_registration(record) else "deal_id"
    to = "organisation_id" if isinstance(holder, Organisation) else "membership_id"
    return {of: record.id, to: holder.id}


def _of_pair(record: Any, holder: Membership | Organisation) -> Share | None:
    found: Share | None = db.session.scalar(select(Share).filter_by(**_pair(record, holder)))
    return found


def _count(record: Any) -> int:
    counted = select(func.count(Share.id)).where(is_of(record), in_force())
    return db.session.scalar(counted) or 0


def _named(holder: Membership | Organisation) -> tuple[str, str, str]:
    """Return the holder's name, for whom they work, and on which side."""
    if isinstance(holder, Organisation):
        return holder.name, holder.name, holder.side
    return holder.user.name, holder.organisation.name, holder.organisation.side
