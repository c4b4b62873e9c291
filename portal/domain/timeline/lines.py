"""How is an event of the whole history told, as far as its reader may know of it?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from portal.core.access import visible
from portal.core.database import db
from portal.core.events import CHANGES
from portal.core.language import _, show_exact
from portal.core.references import normalise_reference
from portal.domain.deals.models import Deal
from portal.domain.organisations.models import Side
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership, User, Viewing
from portal.domain.permissions import Permission as P
from portal.domain.registrations.models import Registration
from portal.domain.shares.telling import told_in
from portal.domain.timeline.sentences import entry_of, vendors_person
from portal.domain.timeline.values import Said, changes_of

OF_PERSON = "membership:"
# What a record holds is told only to whoever may read such records, by any of these permissions.
_CONTENT = {
    "AF-": {P.ASSET_FOLLOW},
    "AP-": {P.APPLICATION_READ},
    "AV-": {P.ASSET_FOLLOW},
    "CI-": {P.CHECKLIST_FOLLOW, P.CHECKLIST_READ},
    "CL-": {P.CHECKLIST_FOLLOW, P.CHECKLIST_READ},
    "CT-": {P.CHECKLIST_FOLLOW},
    "DL-": {P.DEAL_READ},
    "DR-": {P.REGISTRATION_READ},
}
_UNTOLD = "…"
STARTED = "viewing:start"


@dataclass(frozen=True)
class Line:
    """One event as a sentence, with its exact time and what it was about."""

    sentence: str
    detail: str
    changes: Sequence[Said]
    exact: str
    at: dt.datetime
    record: str
    who: str
    who_reference: str
    tag: str
    side: str
    # The customer of the record, and whether the reader may open it.
    about: str = ""
    is_open: bool = False


@dataclass(frozen=True)
class _Person:
    """Somebody whom an event names; row numbers never leave the database."""

    reference: str
    name: str


_NOBODY = _Person("", "")


@dataclass(frozen=True)
class _Row:
    """An event as far as its sentence may tell of it."""

    tag: str
    at: dt.datetime
    membership_id: int | None
    actor_side: str
    actor_name: str
    from_state: str | None
    to_state: str | None
    particulars: dict[str, Any]
    words: dict[str, str]


def lines_of(rows: Sequence[Any], reader: MemberActor, vendor: str) -> list[Line]:
    """Return each row as a line, as ``reader`` may read it; ``vendor`` is the vendor's name."""
    references = _references(rows)
    told = [row for row in rows if CHANGES in row.particulars and _is_told(row.chain, reader)]
    changes = changes_of([row.id for row in told], reader.side)
    reasons, holders = _reasons(rows), told_in(rows, reader, vendor)
    lines = [
        _line(row, reader, vendor, references, changes.get(row.id, ()), reasons, holders)
        for row in rows
    ]
    customers = _customers(lines, reader)
    return [
        replace(one, about=customers.get(one.record, ""), is_open=one.record in customers)
        for one in lines
    ]


def _customers(lines: Sequence[Line], reader: MemberActor) -> dict[str, str]:
    """Return by reference the customers of the records that the reader may open."""
    found: dict[str, str] = {}
    for model, prefix in ((Registration, "DR-"), (Deal, "DL-")):
        named = {line.record for line in lines if line.record.startswith(prefix)}
        if named and _CONTENT[prefix] & reader.permissions:
            query = visible(model, reader).with_only_columns(model.reference, model.company)
            rows = db.session.execute(query.where(model.reference.in_(named)))
            found |= {row.reference: row.company for row in rows}
    return found


def _is_told(chain: str, reader: MemberActor) -> bool:
    """Whoever reads no such records reads that something happened to one, not what it says."""
    needed = _CONTENT.get(chain[:3])
    return needed is None or bool(needed & reader.permissions)


def _line(
    row: Any,
    reader: MemberActor,
    vendor: str,
    references: Mapping[int, _Person],
    changes: Sequence[Said],
    reasons: Mapping[str, str],
    holders: Mapping[str, str],
) -> Line:
    is_told = _is_told(row.chain, reader)
    event = _Row(
        tag=row.tag, at=row.at, membership_id=row.membership_id, actor_side=row.actor_side,
        actor_name=row.actor_name,
        from_state=row.from_state if is_told else _UNTOLD,
        to_state=row.to_state if is_told else _UNTOLD,
        particulars=row.particulars,
        words=row.words if is_told else {},
    )  # fmt: skip
    who = _who(row, reader, vendor)
    whom = references.get(_number(row.chain), _NOBODY)
    entry = entry_of(event, reader, vendor, changes, who, whom.name, holders)
    reason = reasons.get(row.particulars.get("viewing", ""), "") if row.tag == STARTED else ""
    return Line(
        sentence=entry.sentence,
        detail=reason or (entry.detail if is_told else ""),
        changes=changes,
        exact=show_exact(row.at),
        at=row.at,
        record=whom.reference or (row.chain if normalise_reference(row.chain) else ""),
        who=who,
        who_reference=references.get(row.membership_id or 0, _NOBODY).reference,
        tag=row.tag,
        side=entry.side,
    )


def _who(row: Any, reader: MemberActor, vendor: str) -> str:
    """Return the name, also the reader's own: a log is read by others too."""
    if not row.actor_name:
        return _("The portal")
    if row.actor_side == Side.VENDOR and reader.side == Side.PARTNER:
        return vendors_person(row, reader, vendor)
    return str(row.actor_name)


def _references(rows: Sequence[Any]) -> dict[int, _Person]:
    """Return the memberships that acted or were acted on, as far as the reader may know them."""
    numbers = {row.membership_id for row in rows if row.membership_id}
    numbers |= {number for row in rows if (number := _number(row.chain))}
    if not numbers:
        return {}
    found = select(Membership.id, Membership.reference, User.name).join(Membership.user)
    rows = db.session.execute(found.where(Membership.id.in_(numbers))).all()
    return {row.id: _Person(row.reference, row.name) for row in rows}


def _number(chain: str) -> int:
    """Return the row number of the membership of which a chain tells, 0 for any other."""
    return int(chain.removeprefix(OF_PERSON)) if chain.startswith(OF_PERSON) else 0


def _reasons(rows: Sequence[Any]) -> dict[str, str]:
    """Return what each viewing was for, as far as the reader may know it."""
    names = [row.particulars["viewing"] for row in rows if row.tag == STARTED]
    if not names:
        return {}
    query = select(Viewing.reference, Viewing.reason).where(Viewing.reference.in_(names))
    return {row.reference: row.reason for row in db.session.execute(query)}
