"""Can the history still be trusted?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.changes import Change
from portal.core.events import CHANGES, FIRST_HASH, ChainHead, Event, digest, hash_of


@dataclass
class ChainFault:
    """The first broken link of a chain."""

    chain: str
    place: int
    what: str


@dataclass
class Verdict:
    """What a verification read and found."""

    chains: int = 0
    events: int = 0
    faults: list[ChainFault] = field(default_factory=list)


def verify_chains(session: Session) -> Verdict:
    """Read every chain and return the first fault of each, and changes that are not as they were.

    Call in system mode.
    """
    verdict = Verdict()
    heads = {head.chain: head for head in session.scalars(select(ChainHead))}
    last: Event | None = None
    broken: set[str] = set()
    seen: set[str] = set()

    def close(event: Event | None) -> None:
        if event is None or event.chain in broken:
            return
        head = heads.get(event.chain)
        if head is None or (head.place, head.hash) != (event.place, event.hash):
            verdict.faults.append(ChainFault(event.chain, event.place, "the tail is cut"))

    events = session.scalars(
        select(Event).order_by(Event.chain, Event.place).execution_options(yield_per=500)
    )
    for event in events:
        verdict.events += 1
        if event.chain not in seen:
            close(last)
            seen.add(event.chain)
            last = None
        if event.chain not in broken:
            fault = _fault(event, last)
            if fault:
                verdict.faults.append(ChainFault(event.chain, event.place, fault))
                broken.add(event.chain)
        last = event
    close(last)
    for chain, head in heads.items():
        if head.place and chain not in seen:
            verdict.faults.append(ChainFault(chain, 1, "every event is missing"))
    verdict.chains = len(seen)
    verdict.faults.extend(fault for fault in _changed(session) if fault.chain not in broken)
    return verdict


def _changed(session: Session) -> Iterator[ChainFault]:
    """Yield each event whose kept changes are not those that happened; deleted ones are erased."""
    kept = session.execute(
        select(
            Event.chain, Event.place, Event.particulars, Change.field, Change.before, Change.after
        )
        .join(Change, Change.event_id == Event.id)
        .order_by(Event.chain, Event.place, Change.id)
        .execution_options(yield_per=500)
    )
    for (chain, place), rows in groupby(kept, lambda row: (row.chain, row.place)):
        listed = list(rows)
        found = digest([[row.field, row.before, row.after] for row in listed])
        if found != listed[0].particulars.get(CHANGES):
            yield ChainFault(chain, place, "its changes were changed")


def _fault(event: Event, last: Event | None) -> str | None:
    expected = last.place + 1 if last else 1
    if event.place != expected:
        return "an event is missing"
    if event.previous_hash != (last.hash if last else FIRST_HASH):
        return "it does not follow from the one before"
    if event.words and digest(event.words) != event.words_digest:
        return "its words were changed"
    return None if hash_of(event) == event.hash else "its content was changed"
