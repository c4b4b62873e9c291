"""Which events does a search of the whole history find, as far as its reader may know of them?"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, tuple_

from portal.core.access import scope_of, with_one
from portal.core.database import db
from portal.core.events import CHANGES, Event
from portal.core.fields import shows
from portal.core.language import _, show_exact, timezone
from portal.core.net import acting_as
from portal.core.paging import SEPARATOR
from portal.core.references import normalise_reference
from portal.core.times import DAY
from portal.domain.access_reviews.models import AccessReview
from portal.domain.deals.models import Deal
from portal.domain.organisations.models import Side
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership, User, Viewing
from portal.domain.permissions import Permission as P
from portal.domain.registrations.models import Registration
from portal.domain.shares.telling import told_in
from portal.domain.timeline.policy import of_viewed
from portal.domain.timeline.searches import Search
from portal.domain.timeline.sentences import entry_of, vendors_person
from portal.domain.timeline.values import Said, changes_of

SIZE = 40
MOST_PEOPLE = 200
"""Memberships that one search for a name takes into account."""
_OF_PERSON = "membership:"
_CURSOR = re.compile(r"(\d{8}T\d{6}\.\d{6})" + SEPARATOR + r"([0-9a-f]{16})")
_MOMENT = "%Y%m%dT%H%M%S.%f"
# What a record holds is told only to whoever may read such records.
_CONTENT = {"DR-": P.REGISTRATION_READ, "DL-": P.DEAL_READ}
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


@dataclass(frozen=True)
class Found:
    """One page of lines, the newest first."""

    lines: Sequence[Line]
    next_cursor: str | None
    is_first: bool


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


def find(
    search: Search, reader: MemberActor, vendor: str, after: str = "", size: int = SIZE
) -> Found:
    """Return the page of what ``search`` finds after the cursor ``after``."""
    query = _query(search, reader)
    last = _read_cursor(after)
    if last is not None:
        query = query.where(tuple_(Event.at, Event.id) < last)
    rows = db.session.execute(query.limit(size + 1)).all()
    shown = rows[:size]
    following = None
    if len(rows) > size:
        following = f"{shown[-1].at.astimezone(dt.UTC):{_MOMENT}}{SEPARATOR}{shown[-1].hash[:16]}"
    return Found(_lines(shown, reader, vendor), following, last is None)


def find_all(
    search: Search, reader: MemberActor, vendor: str, before: dt.datetime
) -> Iterator[Line]:
    """Yield all that ``search`` finds of what happened before that moment, page by page."""
    last: tuple[dt.datetime, int] = (before, 0)
    while True:
        # Each page in the reader's name, whoever else is served while this one is sent.
        with acting_as(reader):
            query = _query(search, reader).where(tuple_(Event.at, Event.id) < last)
            rows = db.session.execute(query.limit(500)).all()
            lines = _lines(rows, reader, vendor)
        yield from lines
        if len(rows) < 500:
            return
        last = (rows[-1].at, rows[-1].id)


def _query(search: Search, reader: MemberActor) -> Select[Any]:
    columns: Sequence[Any] = (
        Event.id, Event.chain, Event.hash, Event.tag, Event.at, Event.membership_id,
        Event.actor_side, Event.actor_name, Event.from_state, Event.to_state, Event.particulars,
        Event.words,
    )  # fmt: skip
    query: Select[Any] = select(*columns).where(scope_of(Event, reader))
    if reader.side == Side.PARTNER:
        query = query.where(_of_organisation(reader.organisation_id), Event.partner_sees)
    if search.person:
        query = query.where(_by_or_of(_people_named(search.person)))
        if not shows(reader, "registration.reviewer"):
            # Nor does looking for the account manager tell what was theirs to decide.
            query = query.where(Event.actor_side != Side.VENDOR)
    if search.record:
        query = query.where(_about(search.record))
    if search.tag:
        query = query.where(Event.tag == search.tag)
    if search.since:
        query = query.where(Event.at >= _begin(search.since))
    if search.until:
        query = query.where(Event.at < _begin(search.until + DAY))
    return query.order_by(Event.at.desc(), Event.id.desc())


def _begin(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), timezone())


def _of_organisation(organisation_id: int) -> ColumnElement[bool]:
    """What happened to the records of one organisation, and who looked as its people do."""
    return or_(
        of_viewed(organisation_id),
        *(
            with_one(
                model, model.reference == Event.chain, model.organisation_id == organisation_id
            )
            for model in (Registration, Deal, AccessReview)
        ),
    )


def _people_named(text: str) -> list[int]:
    """Return the memberships that a reference, an e-mail or a part of a name means, if known."""
    query = select(Membership.id).join(Membership.user).limit(MOST_PEOPLE)
    reference = normalise_reference(text)
    if reference is not None:
        return list(db.session.scalars(query.where(Membership.reference == reference)))
    typed = text.lower()
    named = or_(
        func.lower(User.name).contains(typed, autoescape=True), func.lower(User.email) == typed
    )
    return list(db.session.scalars(query.where(named)))


def _by_or_of(numbers: Sequence[int]) -> ColumnElement[bool]:
    if not numbers:
        return false()
    chains = [f"{_OF_PERSON}{number}" for number in numbers]
    return or_(Event.membership_id.in_(numbers), Event.chain.in_(chains))


def _about(text: str) -> ColumnElement[bool]:
    reference = normalise_reference(text)
    if reference is None:
        return false()
    if reference.startswith("PE-"):
        numbers = _people_named(reference)
        return Event.chain.in_([f"{_OF_PERSON}{number}" for number in numbers])
    return Event.chain == reference


def _read_cursor(after: str) -> tuple[dt.datetime, int] | None:
    match = _CURSOR.fullmatch(after)
    if match is None:
        return None
    at = dt.datetime.strptime(match[1], _MOMENT).replace(tzinfo=dt.UTC)
    is_last = and_(Event.at == at, Event.hash.startswith(match[2]))
    number = db.session.scalar(select(Event.id).where(is_last))
    return (at, number) if number is not None else None


def _lines(rows: Sequence[Any], reader: MemberActor, vendor: str) -> list[Line]:
    references = _references(rows)
    told = [row for row in rows if CHANGES in row.particulars and _is_told(row.chain, reader)]
    changes = changes_of([row.id for row in told], reader.side)
    reasons, holders = _reasons(rows), told_in(rows, reader, vendor)
    return [
        _line(row, reader, vendor, references, changes.get(row.id, ()), reasons, holders)
        for row in rows
    ]


def _is_told(chain: str, reader: MemberActor) -> bool:
    """Whoever reads no deals reads that something happened to one, not what it says."""
    needed = _CONTENT.get(chain[:3])
    return needed is None or needed in reader.permissions


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
    return int(chain.removeprefix(_OF_PERSON)) if chain.startswith(_OF_PERSON) else 0


def _reasons(rows: Sequence[Any]) -> dict[str, str]:
    """Return what each viewing was for, as far as the reader may know it."""
    names = [row.particulars["viewing"] for row in rows if row.tag == STARTED]
    if not names:
        return {}
    query = select(Viewing.reference, Viewing.reason).where(Viewing.reference.in_(names))
    return {row.reference: row.reason for row in db.session.execute(query)}
