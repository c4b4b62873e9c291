"""How does an event get its deliveries, in as few statements as the database allows?"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Integer, String, bindparam, func, insert, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from portal.core.database import UTCDateTime
from portal.core.events import Event, plug_in_deliveries
from portal.core.outbox import WAITING, Delivery
from portal.core.times import now

_table: Any = cast(Any, Delivery.__table__)
_ADD = insert(_table).returning(_table.c.id)


def addressed(
    event_row: Event, destination: str, recipients: Iterable[int | None]
) -> list[dict[str, Any]]:
    """Return what is to be written for ``event_row`` to be on its way to each recipient.

    One recipient's mails of one record keep their order.
    """
    return [
        {
            "key": str(uuid.uuid4()),
            "destination": destination,
            "recipient_id": recipient,
            "lane": f"{destination}:{event_row.chain}:{recipient or ''}",
        }
        for recipient in recipients
    ]


def send_later(
    session: Session, event_row: Event, destination: str, recipients: Iterable[int | None]
) -> list[int]:
    """Put an event that is written on its way, in the caller's transaction.

    Returns the deliveries' row numbers.
    """
    return add(session, event_row, addressed(event_row, destination, recipients))


def add(session: Session, event_row: Event, outgoing: Sequence[Mapping[str, Any]]) -> list[int]:
    """Write deliveries of an event that is written; return their row numbers."""
    if not outgoing:
        return []
    moment = now()
    same = {
        "event_id": event_row.id, "state": WAITING, "attempts": 0, "due_at": moment, "reason": "",
        "made_at": moment,
    }  # fmt: skip
    # As they are, without the session's bookkeeping: only the worker changes them.
    rows = [{**one, **same} for one in outgoing]
    ids = [row.id for row in session.connection().execute(_ADD, rows)]
    nudge_for(session, ids)
    return ids


def nudge_for(session: Session, ids: Sequence[int]) -> None:
    """Have the worker told of these deliveries once they are committed."""
    session.info.setdefault("nudges", []).extend(ids)


_GIVEN = {"key": String, "destination": String, "recipient_id": Integer, "lane": String}


def along(added: Any) -> Any:
    """Return the INSERT of deliveries of the event in the CTE ``added``, for PostgreSQL.

    It is part of the statement that writes the event; its values are those of :func:`values`.
    """
    arrays: list[Any] = [
        bindparam(f"sent_{name}", type_=ARRAY(kind)) for name, kind in _GIVEN.items()
    ]
    given = func.unnest(*arrays).table_valued(*_GIVEN, name="given").render_derived()
    moment = bindparam("sent_at", type_=UTCDateTime())
    columns = {
        **{name: given.c[name] for name in _GIVEN},
        "event_id": added.c.id, "state": literal(WAITING), "attempts": literal(0),
        "due_at": moment, "reason": literal(""), "made_at": moment,
    }  # fmt: skip
    rows = select(*columns.values()).select_from(added.join(given, true()))
    adding = insert(_table).from_select(list(columns), rows, include_defaults=False)
    return adding.returning(_table.c.id)


def values(outgoing: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the values with which the statement around :func:`along` is executed."""
    arrays: dict[str, Any] = {f"sent_{name}": [one[name] for one in outgoing] for name in _GIVEN}
    return {**arrays, "sent_at": now()}


plug_in_deliveries(along, values, add, nudge_for)
