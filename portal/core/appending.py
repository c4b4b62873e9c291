"""In how few statements is an event written, with its chain's head and its deliveries?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select, true, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

Outgoing = Sequence[Mapping[str, Any]]


class Appending:
    """The statements that lock a chain's head and append to it, put together once.

    ``heads`` and ``events`` are the tables. SQLite takes one change a statement, PostgreSQL all of
    them in one.
    """

    def __init__(self, heads: Any, events: Any) -> None:
        self._columns = [column for column in events.columns if column.key != "id"]
        self._lock: dict[str, Any] = {
            name: upsert(heads)
            .on_conflict_do_update(index_elements=["chain"], set_={"place": heads.c.place})
            .returning(heads.c.place, heads.c.hash)
            for name, upsert in (("sqlite", sqlite_insert), ("postgresql", postgresql_insert))
        }
        given = {
            column: bindparam(f"new_{column.key}", type_=column.type) for column in self._columns
        }
        self._adding = insert(events).values(given).returning(events.c.id)
        self._moving = (
            update(heads)
            .where(heads.c.chain == bindparam("new_chain"))
            .values(place=bindparam("new_place"), hash=bindparam("new_hash"))
        )
        added, moved = self._adding.cte("added"), self._moving.cte("moved")
        self._both = select(added.c.id).add_cte(moved)
        self._all: Any = None

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
        added, moved = self._adding.cte("added"), self._moving.cte("moved")
        sent = along(added).cte("sent")
        both = select(added.c.id, sent.c.id.label("delivery_id"))
        self._all = both.select_from(added.outerjoin(sent, true())).add_cte(moved)
        self._values, self._add, self._note = values, add, note

    def lock(self, session: Session, fresh: Mapping[str, Any]) -> tuple[int, str]:
        """Return place and hash of the head, made as ``fresh`` if new, locked until the commit."""
        connection = session.connection()
        row = connection.execute(self._lock[connection.dialect.name], fresh).one()
        return row.place, row.hash

    def append(self, session: Session, event: Any, outgoing: Outgoing) -> None:
        """Write the event with its deliveries and move its chain's head; sets the event's ``id``.

        The row is written as it is, without the session's bookkeeping for what may change later:
        nothing of an event does.
        """
        connection = session.connection()
        row = {f"new_{column.key}": getattr(event, column.key) for column in self._columns}
        if connection.dialect.name != "postgresql":
            connection.execute(self._moving, row)
            event.id = connection.execute(self._adding, row).scalar_one()
        elif not outgoing:
            event.id = connection.execute(self._both, row).scalar_one()
        else:
            written = connection.execute(self._all, {**row, **self._values(outgoing)}).all()
            event.id = written[0].id
            self._note(session, [one.delivery_id for one in written])
            return
        if outgoing:
            self._add(session, event, outgoing)
