"""What happened to a record, and by whom?"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from flask import g, has_request_context
from sqlalchemy import (
    JSON,
    Boolean,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from portal.core.actors import Actor
from portal.core.appending import Appending, Hashed
from portal.core.changes import Changed, write_changes
from portal.core.database import Base, Numbered, UTCDateTime, db
from portal.core.times import now

FIRST_HASH = "0" * 64
CHANGES = "changes"
"""The particular that holds the digest of the changes kept beside an event, where there are any."""


class Recorded(Protocol):
    """A record with a history: its reference names its chain."""

    @property
    def reference(self) -> Any: ...


@dataclass(frozen=True)
class EventKind:
    """A declared tag: which particulars it carries, and its sentence.

    ``keys`` are hashed and hold ids, codes, field names, digests, never personal data.
    ``words`` name the free texts; only their digest is hashed, so that they can be erased.
    ``sentence`` is a lazy text with ``%(who)s`` and the particulars; ``partner_sees`` says
    whether the partner's side may read it. ``fields`` names those whose changes the partner's
    side may read with it; of any other field it reads none.
    """

    tag: str
    sentence: Any
    keys: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    partner_sees: bool = True
    fields: frozenset[str] = frozenset()


_kinds: dict[str, EventKind] = {}


def declare(*kinds: EventKind) -> None:
    """Make tags known; raises ValueError when one is declared twice."""
    for kind in kinds:
        if kind.tag in _kinds:
            raise ValueError(f"{kind.tag} is declared twice")
        _kinds[kind.tag] = kind


def kind_of(tag: str) -> EventKind | None:
    """Return the declaration of ``tag``, or None for a retired one."""
    return _kinds.get(tag)


def kinds() -> list[EventKind]:
    """Return every declaration."""
    return list(_kinds.values())


class ChainHead(Base):
    """The last place and hash of one chain; locked while an event is appended."""

    __tablename__ = "chain_head"
    chain: Mapped[str] = mapped_column(String(40), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, default=0)
    hash: Mapped[str] = mapped_column(String(64), default=FIRST_HASH)
    # The hash before it: what the last event was appended to.
    previous: Mapped[str] = mapped_column(String(64), default=FIRST_HASH, server_default=FIRST_HASH)


class Event(Numbered, Base):
    """One append-only row: what happened."""

    __tablename__ = "event"
    tag: Mapped[str] = mapped_column(String(60), index=True)
    chain: Mapped[str] = mapped_column(String(40))
    place: Mapped[int] = mapped_column(Integer)
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    membership_id: Mapped[int | None] = mapped_column(index=True)
    actor_side: Mapped[str] = mapped_column(String(10))
    # A courtesy copy for the timeline; not hashed, so that it can be erased.
    actor_name: Mapped[str] = mapped_column(String(120))
    from_state: Mapped[str | None] = mapped_column(String(32))
    to_state: Mapped[str | None] = mapped_column(String(32))
    particulars: Mapped[dict[str, Any]] = mapped_column(JSON)
    words: Mapped[dict[str, str]] = mapped_column(JSON)
    words_digest: Mapped[str] = mapped_column(String(64))
    partner_sees: Mapped[bool] = mapped_column(Boolean)
    request_id: Mapped[str] = mapped_column(String(32))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    __table_args__ = (
        UniqueConstraint("chain", "place"),
        Index("ix_event_at", "at", "id"),
    )


def canonical_time(moment: dt.datetime) -> str:
    """Return the one form in which a time is hashed: UTC with microseconds and Z."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def canonical(value: Any) -> str:
    """Return ``value`` as canonical JSON: keys in order, no blanks, ASCII alone."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def digest(value: Any) -> str:
    """Return the SHA-256 of ``value`` in canonical JSON, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def hashed(event: Event) -> Hashed:
    """Return the canonical JSON of what is hashed of ``event``, open at place and previous hash.

    In the order of their names the two stand beside each other, after ``partner_sees``.
    """
    before = canonical(
        {
            "at": canonical_time(event.at),
            "chain": event.chain,
            "from": event.from_state,
            "membership": event.membership_id,
            "particulars": event.particulars,
            "partner_sees": event.partner_sees,
        }
    )
    after = canonical(
        {
            "request": event.request_id,
            "side": event.actor_side,
            "tag": event.tag,
            "to": event.to_state,
            "words": event.words_digest,
        }
    )
    return Hashed(f'{before[:-1]},"place":', ',"previous":"', f'",{after[1:]}')


def hash_of(event: Event) -> str:
    """Return the hash that ``event`` must carry, over its content and the previous hash."""
    return hashed(event).at(event.place, event.previous_hash)


def request_id() -> str:
    """Return the reference number of the present request, or "-" outside one."""
    return str(g.get("request_id", "-")) if has_request_context() else "-"


# tag -> functions that follow an event, in its transaction
Subscriber = Callable[[Session, Event, Any], None]
_subscribers: dict[str, list[Subscriber]] = {}


def subscribe(tag: str, subscriber: Subscriber) -> None:
    """Call ``subscriber(session, event, record)`` in the transaction of each event of ``tag``."""
    _subscribers.setdefault(tag, []).append(subscriber)


# tag -> functions that say which deliveries leave with an event, before it is written
Addresser = Callable[[Session, Event, Any], Sequence[Mapping[str, Any]]]
_addressers: dict[str, list[Addresser]] = {}


def address(tag: str, addresser: Addresser) -> None:
    """Send each event of ``tag`` on its way as ``addresser(session, event, record)`` says."""
    _addressers.setdefault(tag, []).append(addresser)


def _session_of(record: Recorded | str) -> Session:
    """Return where the record is being written, which may be beside the request's transaction."""
    session = None if isinstance(record, str) else object_session(record)
    return session or db.session()


def record_event(
    tag: str,
    record: Recorded | str,
    actor: Actor | None,
    *,
    from_state: str | None = None,
    to_state: str | None = None,
    words: Mapping[str, str] | None = None,
    changes: Sequence[Changed] = (),
    session: Session | None = None,
    **particulars: Any,
) -> Event:
    """Append one event to the record's chain in the caller's transaction, with its deliveries.

    ``record`` is a record with a reference, or the name of a chain ("person:12").
    ``actor`` None means the system. ``changes`` are kept beside it, see
    :class:`portal.core.changes.Change`. Raises ValueError for an undeclared tag or other keys than
    the declared ones.
    """
    kind = _kinds.get(tag)
    if kind is None:
        raise ValueError(f"{tag} is not declared")
    words = dict(words or {})
    if set(particulars) != kind.keys or not set(words) <= kind.words:
        raise ValueError(f"{tag} carries {sorted(kind.keys)}, not {sorted(particulars)}")
    if changes:
        particulars[CHANGES] = digest(changes)
    session = session or _session_of(record)
    session.flush()
    actor = actor.behind if actor else None
    chain = record if isinstance(record, str) else str(record.reference)
    event = Event(
        tag=tag,
        chain=chain,
        at=now(),
        membership_id=actor.membership_id if actor else None,
        actor_side=actor.side if actor else "system",
        actor_name=actor.name if actor else "",
        from_state=from_state,
        to_state=to_state,
        particulars=particulars,
        words=words,
        words_digest=digest(words),
        partner_sees=kind.partner_sees,
        request_id=request_id(),
    )
    addressers = _addressers.get(tag, ())
    _writing.append(
        session, event, [one for ask in addressers for one in ask(session, event, record)]
    )
    if changes:
        partner_sees = kind.fields if kind.partner_sees else frozenset()
        write_changes(session.connection(), event.id, changes, partner_sees)
    for subscriber in _subscribers.get(tag, ()):
        subscriber(session, event, record)
    return event


_writing = Appending(ChainHead.__table__, Event.__table__, hashed, FIRST_HASH)
plug_in_deliveries = _writing.plug_in_deliveries
lock_chain = _writing.lock
