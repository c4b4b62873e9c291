"""Which hash over all chains left the database on which day, and do the chains still fit it?"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from portal.core.audit import ChainFault
from portal.core.events import (
    ChainHead,
    Event,
    EventKind,
    canonical_time,
    declare,
    lock_chain,
    record_event,
)
from portal.core.language import _l
from portal.core.once import is_still_to_do
from portal.core.times import now

CHAIN = "anchor"
TAG = "audit:anchor"
FILE = "anchors.txt"
_AT_ONCE = 400

declare(
    EventKind(
        TAG,
        _l("The hash over all histories left the portal"),
        frozenset({"hash", "chains"}),
        partner_sees=False,
    )
)

Tell = Callable[[Session, Event], object]
"""Sends the anchor's event on its way out, in its transaction."""


@dataclass(frozen=True)
class Head:
    """The last event of one chain at some moment."""

    chain: str
    place: int
    hash: str

    def __str__(self) -> str:
        return f"{self.chain} {self.place} {self.hash}"


@dataclass(frozen=True)
class Anchor:
    """One line of the file: when, the hash over all heads, how many, and where they stand."""

    at: str
    hash: str
    chains: int
    heads: str

    def __str__(self) -> str:
        return f"{self.at} {self.hash} {self.chains} {self.heads}"


def make_anchor(
    session: Session, folder: Path, tell: Tell, is_daily: bool = False
) -> Anchor | None:
    """Write the hash over all chain heads into ``folder`` and record that; then commit.

    ``is_daily``: not if there is one of this UTC day already; then None. Call in system mode.
    The file is on disk before the event is committed: what the event says stands outside.
    """
    if not is_daily:
        lock_chain(session, CHAIN)
    elif not is_still_to_do(
        session, partial(lock_chain, session, CHAIN), partial(_is_made, session)
    ):
        return None
    moment = now()
    heads = list(_heads(session))
    name = f"heads-{moment:%Y%m%dT%H%M%S%fZ}.gz"
    anchor = Anchor(canonical_time(moment), hash_over(heads), len(heads), name)
    _write(folder, anchor, heads)
    event = record_event(TAG, CHAIN, None, session=session, hash=anchor.hash, chains=anchor.chains)
    tell(session, event)
    session.commit()
    return anchor


def hash_over(heads: Iterable[Head]) -> str:
    """Return the SHA-256 over all heads, one a line, in the order of their chains' names."""
    total = hashlib.sha256()
    for head in heads:
        total.update(f"{head}\n".encode())
    return total.hexdigest()


def _is_made(session: Session) -> bool:
    last = select(Event.at).where(Event.chain == CHAIN).order_by(Event.place.desc()).limit(1)
    made_at = session.scalar(last)
    return made_at is not None and made_at.astimezone(dt.UTC).date() == now().date()


def _heads(session: Session) -> Iterator[Head]:
    rows = session.execute(
        select(ChainHead.chain, ChainHead.place, ChainHead.hash).where(ChainHead.place > 0)
    )
    # Sorted here, because databases do not agree on the order of texts.
    yield from sorted((Head(*row) for row in rows), key=lambda head: head.chain)


def _write(folder: Path, anchor: Anchor, heads: Iterable[Head]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{head}\n" for head in heads).encode()
    with open(folder / anchor.heads, "xb") as file:
        file.write(gzip.compress(lines, mtime=0))
        _to_disk(file)
    with open(folder / FILE, "ab") as file:
        file.write(f"{anchor}\n".encode())
        _to_disk(file)


def _to_disk(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())


def verify_anchors(session: Session, folder: Path) -> tuple[int, list[ChainFault]]:
    """Return how many anchors were read, and the first fault that they show of each chain.

    What an anchor has seen must stand there still: a rewritten chain, a cut tail and a deleted
    chain do not fit the anchor before, however well they fit themselves. Call in system mode.
    """
    faults: dict[str, ChainFault] = {}
    anchors = list(_read(folder))
    known: dict[str, tuple[int, str]] = {}
    for anchor in anchors:
        heads = _read_heads(folder, anchor)
        if heads is None:
            faults.setdefault(
                anchor.heads, ChainFault(FILE, 0, f"the heads of {anchor.at} are not its own")
            )
            continue
        fresh = [head for head in heads if known.get(head.chain) != (head.place, head.hash)]
        known.update({head.chain: (head.place, head.hash) for head in fresh})
        for fault in _unfitting(session, fresh, anchor):
            faults.setdefault(fault.chain, fault)
    for fault in _unwritten(session, anchors):
        faults.setdefault(f"{CHAIN} {fault.place}", fault)
    return len(anchors), list(faults.values())


def _read(folder: Path) -> Iterator[Anchor]:
    file = folder / FILE
    if not file.exists():
        return
    for line in file.read_text(encoding="ascii", errors="replace").splitlines():
        parts = line.split(" ")
        if len(parts) == 4 and parts[2].isdigit() and "/" not in parts[3]:
            yield Anchor(parts[0], parts[1], int(parts[2]), parts[3])


def _read_heads(folder: Path, anchor: Anchor) -> list[Head] | None:
    try:
        text = gzip.decompress((folder / anchor.heads).read_bytes()).decode()
        parts = [line.split(" ") for line in text.splitlines()]
        heads = [Head(chain, int(place), hash_) for chain, place, hash_ in parts]
    except (OSError, EOFError, ValueError):
        return None
    return heads if hash_over(heads) == anchor.hash else None


def _unfitting(session: Session, heads: Iterable[Head], anchor: Anchor) -> Iterator[ChainFault]:
    rest = iter(heads)
    while part := list(islice(rest, _AT_ONCE)):
        places = [(head.chain, head.place) for head in part]
        rows = session.execute(
            select(Event.chain, Event.hash).where(tuple_(Event.chain, Event.place).in_(places))
        )
        found = {row.chain: row.hash for row in rows}
        for head in part:
            if found.get(head.chain) != head.hash:
                what = _what_became_of(session, head, found.get(head.chain))
                yield ChainFault(head.chain, head.place, f"{what} since {anchor.at}")


def _what_became_of(session: Session, head: Head, found: str | None) -> str:
    if found is not None:
        return "the chain was rewritten"
    last = session.scalar(select(func.max(Event.place)).where(Event.chain == head.chain))
    if last is None:
        return "the whole chain was deleted"
    return "the tail was cut" if last < head.place else "an event was taken out"


def _unwritten(session: Session, anchors: Iterable[Anchor]) -> Iterator[ChainFault]:
    """Yield the anchors of which the history tells and the file does not."""
    written = {anchor.hash for anchor in anchors}
    made = select(Event.place, Event.particulars).where(Event.chain == CHAIN, Event.tag == TAG)
    for row in session.execute(made.order_by(Event.place)):
        if row.particulars.get("hash") not in written:
            yield ChainFault(CHAIN, row.place, "this anchor is missing from the file")
