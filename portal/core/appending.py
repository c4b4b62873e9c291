"""In how few statements is an event written, with its chain's head and its deliveries?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import String, bindparam, cast, func, insert, select, true, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

Outgoing = Sequence[Mapping[str, Any]]


class Hashed(NamedTuple):
    """The text that is hashed of an event, but for its place and the hash before it."""

    before: str
    between: str
    after: str

    def at(self, place: int, previous: str) -> str:
        """Return the SHA-256 of the whole text, as 64 hexadecimal digits."""
        text = f"{self.before}{place}{self.between}{previous}{self.after}"
        return hashlib.sha256(text.encode()).hexdigest()


class Appending:
    """The statements that lock a chain's head and append to it, put together once.

    ``heads`` and ``events`` are the tables, ``hashed(event)`` is what is hashed of an event, and
    ``first`` stands before the first one's. SQLite takes one change a statement. PostgreSQL takes
    all of them in one, so only there, under the lock, is it known which place and hash come
    before: the database computes the hash of the text that it is given.
    """

    def __init__(
        self, heads: Any, events: Any, hashed: Callable[[Any], Hashed], first: str
    ) -> None:
        self._columns = [column for column in events.columns if column.key != "id"]
        self._hashed, self._first = hashed, first
        self._lock: dict[str, Any] = {
            name: upsert(heads)
            .on_conflict_do_update(index_elements=["chain"], set_={"place": heads.c.place})
            .returning(heads.c.place, heads.c.hash)
            for name, upsert in (("sqlite", sqlite_insert), ("postgresql", postgresql_insert))
        }
        self._given = {
            column: bindparam(f"new_{column.key}", type_=column.type) for column in self._columns
        }
        self._adding = insert(events).values(self._given).returning(events.c.id)
        self._moving = (
            update(heads)
            .where(heads.c.chain == bindparam("new_chain"))
            .values(
                place=bindparam("new_place"),
                hash=bindparam("new_hash"),
                previous=bindparam("new_previous_hash"),
            )
        )
        self._events = events
        self._moved = self._moving_under_lock(heads).cte("moved")
        self._added = self._adding_behind(self._moved).cte("added")
        self._alone = select(*self._written())
        self._all: Any = None

    def _moving_under_lock(self, heads: Any) -> Any:
        """Return the upsert that takes a head one place on, for PostgreSQL."""
        place = heads.c.place + 1
        parts = [bindparam(f"text_{part}", type_=String) for part in Hashed._fields]
        text = func.concat(parts[0], cast(place, String), parts[1], heads.c.hash, parts[2])
        sealed = func.encode(func.sha256(func.convert_to(text, "UTF8")), "hex")
        fresh = {"chain": bindparam("new_chain"), "place": 1, "hash": bindparam("first_seal"),
                 "previous": self._first}  # fmt: skip
        return (
            postgresql_insert(heads)
            .values(fresh)
            .on_conflict_do_update(
                index_elements=["chain"],
                set_={"place": place, "previous": heads.c.hash, "hash": sealed},
            )
            .returning(heads.c.place, heads.c.hash, heads.c.previous)
        )

    def _adding_behind(self, moved: Any) -> Any:
        """Return the INSERT of an event at the place to which its head has moved."""
        found = {"place": moved.c.place, "hash": moved.c.hash, "previous_hash": moved.c.previous}
        values = [found.get(column.key, given) for column, given in self._given.items()]
        adding = insert(self._events).from_select(
            self._columns, select(*values).select_from(moved), include_defaults=False
        )
        columns = self._events.c
        return adding.returning(columns.id, columns.place, columns.hash, columns.previous_hash)

    def _written(self) -> list[Any]:
        return [self._added.c[name] for name in ("id", "place", "hash", "previous_hash")]

    def plug_in_deliveries(
        self,
        along: Callable[[Any], Any],
        values: Callable[[Outgoing], Mapping[str, Any]],
        add: Callable[[Session, Any, Outgoing], object],
        note: Callable[[Session, Sequence[int]], object],
    ) -> None:
        """Write deliveries by ``along`` on PostgreSQL, elsewhere by ``add``.

        ``along(added)`` is their INSERT as a part of the statement that adds the event, executed
        with ``values(outgoing)``; ``note`` is told their row numbers.
        """
        sent = along(self._added).cte("sent")
        both = select(*self._written(), sent.c.id.label("delivery_id"))
        self._all = both.select_from(self._added.outerjoin(sent, true()))
        self._values, self._add, self._note = values, add, note

    def lock(self, session: Session, chain: str) -> tuple[int, str]:
        """Return place and hash of the chain's head, made if new, locked until the commit."""
        fresh = {"chain": chain, "place": 0, "hash": self._first, "previous": self._first}
        connection = session.connection()
        row = connection.execute(self._lock[connection.dialect.name], fresh).one()
        return row.place, row.hash

    def append(self, session: Session, event: Any, outgoing: Outgoing) -> None:
        """Write the event behind its chain's last one, with its deliveries.

        Sets its ``id``, ``place``, ``previous_hash`` and ``hash``; the head stays locked until the
        commit. The row is written as it is, without the session's bookkeeping for what may change
        later: nothing of an event does.
        """
        if session.connection().dialect.name == "postgresql":
            self._append_at_once(session, event, outgoing)
            return
        place, event.previous_hash = self.lock(session, event.chain)
        event.place = place + 1
        event.hash = self._hashed(event).at(event.place, event.previous_hash)
        row = self._row(event)
        session.connection().execute(self._moving, row)
        event.id = session.connection().execute(self._adding, row).scalar_one()
        if outgoing:
            self._add(session, event, outgoing)

    def _append_at_once(self, session: Session, event: Any, outgoing: Outgoing) -> None:
        hashed = self._hashed(event)
        row = {f"text_{part}": text for part, text in hashed._asdict().items()}
        row |= self._row(event) | {"first_seal": hashed.at(1, self._first)}
        sending = self._values(outgoing) if outgoing else {}
        statement = self._all if outgoing else self._alone
        written = session.connection().execute(statement, {**row, **sending}).all()
        for name in ("id", "place", "hash", "previous_hash"):
            setattr(event, name, getattr(written[0], name))
        if outgoing:
            self._note(session, [one.delivery_id for one in written])

    def _row(self, event: Any) -> dict[str, Any]:
        return {f"new_{column.key}": getattr(event, column.key) for column in self._columns}
