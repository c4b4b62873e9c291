"""Where does the next page of a long list begin, however long it is?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import url_for
from sqlalchemy import ColumnElement, Select, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute

from portal.core.database import db
from portal.core.language import _
from portal.core.references import normalise_reference

SEPARATOR = "~"


@dataclass(frozen=True)
class Page:
    """Rows of one page, and the cursor of the next (None on the last)."""

    rows: Sequence[Any]
    next_cursor: str | None
    is_first: bool


class Filter(NamedTuple):
    """One way to narrow a list, or to see all of it again."""

    label: str
    url: str
    is_current: bool


def filters_of(
    endpoint: str, name: str, labels: Mapping[str, str], chosen: str, **kept: str
) -> list[Filter]:
    """Return "All" and one filter for each of ``labels``, set in the address as ``name``.

    ``kept`` is what else stands in the address, such as the words searched for.
    """
    address = url_for(endpoint)
    everything = f"{address}?{urlencode(kept)}" if kept else address
    narrowed = f"{everything}{'&' if kept else '?'}{name}="
    return [
        Filter(_("All"), everything, not chosen),
        *(Filter(words, narrowed + value, value == chosen) for value, words in labels.items()),
    ]


def write_cursor(moment: dt.datetime, reference: str) -> str:
    """Return the cursor after the row changed at ``moment`` (UTC) with ``reference``."""
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%S.%f}{SEPARATOR}{reference}"


def read_cursor(text: str | None) -> tuple[dt.datetime, str] | None:
    """Return what a cursor names, or None for anything else: then the first page is shown."""
    if not text or len(text) > 60:
        return None
    moment, _sign, name = text.partition(SEPARATOR)
    reference = normalise_reference(name)
    try:
        at = dt.datetime.strptime(moment, "%Y%m%dT%H%M%S.%f").replace(tzinfo=dt.UTC)
    except ValueError:
        return None
    return (at, reference) if reference else None


def page_of(
    query: Select[Any],
    time_column: InstrumentedAttribute[Any],
    reference_column: InstrumentedAttribute[Any],
    cursor: str | None,
    size: int,
    ways: Sequence[ColumnElement[bool]] = (),
) -> Page:
    """Return the page of ``query`` after ``cursor``: newest first, ``size`` rows at most.

    Reads by key, not by OFFSET: the last page of a million rows costs what the first one does.
    ``ways`` are conditions of which one holds for each row: each is then read by its own index, as
    far as one page needs, and the page is put together from these few rows. Asked for all at once
    a database walks through everybody's rows, or sorts all of the reader's.
    """
    after = read_cursor(cursor)
    if after is not None:
        key: ColumnElement[bool] = tuple_(time_column, reference_column) < after
        query = query.where(key)
    order = time_column.desc(), reference_column.desc()
    if len(ways) > 1 and query.whereclause is not None:
        few = [
            select(reference_column)
            .where(query.whereclause, way)
            .order_by(*order)
            .limit(size + 1)
            .subquery()
            for way in ways
        ]
        query = query.where(reference_column.in_(union_all(*(select(one) for one in few))))
    query = query.order_by(*order).limit(size + 1)
    rows = db.session.execute(query).all()
    shown = rows[:size]
    next_cursor = None
    if len(rows) > size:
        last = shown[-1]
        record = last[0] if len(last) == 1 else last
        next_cursor = write_cursor(
            getattr(record, time_column.key), getattr(record, reference_column.key)
        )
    return Page([row[0] if len(row) == 1 else row for row in shown], next_cursor, after is None)
