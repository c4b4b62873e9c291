"""Which events does a search of the whole history find, as far as its reader may know of them?"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, tuple_

from portal.core.access import scope_of, with_one
from portal.core.database import db
from portal.core.events import Event
from portal.core.fields import shows
from portal.core.language import timezone
from portal.core.net import acting_as
from portal.core.paging import SEPARATOR
from portal.core.references import normalise_reference
from portal.core.times import DAY
from portal.domain.access_reviews.models import AccessReview
from portal.domain.checklists.models import Checklist, ChecklistItem
from portal.domain.deals.models import Deal
from portal.domain.organisations.models import Side
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership, User
from portal.domain.registrations.models import Registration
from portal.domain.timeline.lines import OF_PERSON, Line, lines_of
from portal.domain.timeline.policy import of_viewed
from portal.domain.timeline.searches import Search
from portal.domain.timeline.sentences import REPEATED

SIZE = 18
MOST_PEOPLE = 200
"""Memberships that one search for a name takes into account."""
_CURSOR = re.compile(r"(\d{8}T\d{6}\.\d{6})" + SEPARATOR + r"([0-9a-f]{16})")
_MOMENT = "%Y%m%dT%H%M%S.%f"


@dataclass(frozen=True)
class Found:
    """One page of lines, the newest first."""

    lines: Sequence[Line]
    next_cursor: str | None
    is_first: bool


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
    return Found(lines_of(shown, reader, vendor), following, last is None)


def told_once(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield the lines, but a draft that was saved several times in a row only once."""
    before: tuple[str, ...] = ()
    for line in lines:
        present = line.tag, line.record, line.who
        if line.tag != REPEATED or present != before:
            yield line
        before = present


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
            lines = lines_of(rows, reader, vendor)
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
            for model in (Registration, Deal, AccessReview, Checklist, ChecklistItem)
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
    chains = [f"{OF_PERSON}{number}" for number in numbers]
    return or_(Event.membership_id.in_(numbers), Event.chain.in_(chains))


def _about(text: str) -> ColumnElement[bool]:
    reference = normalise_reference(text)
    if reference is None:
        return false()
    if reference.startswith("PE-"):
        numbers = _people_named(reference)
        return Event.chain.in_([f"{OF_PERSON}{number}" for number in numbers])
    return Event.chain == reference


def _read_cursor(after: str) -> tuple[dt.datetime, int] | None:
    match = _CURSOR.fullmatch(after)
    if match is None:
        return None
    at = dt.datetime.strptime(match[1], _MOMENT).replace(tzinfo=dt.UTC)
    is_last = and_(Event.at == at, Event.hash.startswith(match[2]))
    number = db.session.scalar(select(Event.id).where(is_last))
    return (at, number) if number is not None else None
