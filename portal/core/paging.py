"""Where does the next page of a long list begin, however long it is?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, cast
from urllib.parse import urlencode

from flask import url_for
from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute

from portal.core.access import Unhashed, looks_elsewhere, terms_of
from portal.core.actors import Actor
from portal.core.database import db, fixed
from portal.core.language import _
from portal.core.net import is_lasting, lasting
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


NEAR = 2000
"""How many of everybody's rows are looked through before only the reader's are gone through."""
_EVER = dt.datetime(1, 1, 2, tzinfo=dt.UTC)


class Ways(NamedTuple):
    """How a reader's rows are found where no one index leads to all of them, in order.

    Of ``conditions`` one holds for each of the rows, and each has an index; ``are_many``: the
    rows lie in many places, in each a few, so that the ``near`` newest of everybody's are looked
    through before, where ``worth`` says that some of the rows can be expected among them.
    """

    conditions: Sequence[ColumnElement[bool]] = ()
    are_many: bool = False
    near: int = NEAR
    worth: ColumnElement[bool] | None = None


ONE_WAY = Ways()


def ways_to_see(model: type[Any], actor: Actor) -> Ways:
    """Return the terms of the reader's scope one by one; none where one index leads to its rows."""
    return _ways(cast(Hashable, model), actor.scope_key, Unhashed(actor))


@lru_cache(maxsize=1024)
def _ways(model: Any, _scope_key: Hashable, reader: Unhashed) -> Ways:
    if not looks_elsewhere(model, reader.actor):
        return ONE_WAY
    terms = terms_of(model, reader.actor)
    led = [(where if term.led is None else term.led(reader.actor)) for term, where in terms]
    conditions = tuple(one for one in led if one is not None)
    return Ways(conditions, any(term.led for term, _where in terms))


def page_of(
    query: Select[Any],
    time_column: InstrumentedAttribute[Any],
    reference_column: InstrumentedAttribute[Any],
    cursor: str | None,
    size: int,
    ways: Ways = ONE_WAY,
) -> Page:
    """Return the page of ``query`` after ``cursor``: newest first, ``size`` rows at most.

    Reads by key, not by OFFSET: the last page of a million rows costs what the first one does.
    """
    after = read_cursor(cursor)
    rows = newest_of(query, time_column, reference_column, size + 1, ways, after)
    shown = rows[:size]
    next_cursor = None
    if len(rows) > size:
        last = shown[-1]
        record = last[0] if len(last) == 1 else last
        next_cursor = write_cursor(
            getattr(record, time_column.key), getattr(record, reference_column.key)
        )
    return Page([row[0] if len(row) == 1 else row for row in shown], next_cursor, after is None)


def newest_of(
    query: Select[Any],
    time_column: InstrumentedAttribute[Any],
    reference_column: InstrumentedAttribute[Any],
    count: int,
    ways: Ways = ONE_WAY,
    after: tuple[dt.datetime, str] | None = None,
) -> Sequence[Any]:
    """Return the ``count`` newest rows of ``query``, of those before the key ``after``.

    Asked for by all ``ways`` at once a database walks through everybody's rows, or sorts all of
    the reader's. So whoever sees those of many organisations looks among everybody's newest
    first, which is enough wherever theirs are not rare; else each way is read by its own index,
    as far as needed, and the rows are put together from these few.
    """
    first, all_of_them = _steps(query, time_column, reference_column, count, ways, after)
    rows = [] if first is None else db.session.execute(first).all()
    return rows if len(rows) == count else db.session.execute(all_of_them).all()


def _steps(query: Select[Any], *asked: Any) -> tuple[Select[Any] | None, Select[Any]]:
    """Return what is read first, if anything, and what is read where that is not enough."""
    # Of a statement that lasts, what is made of it to begin a list lasts as well.
    can_last = is_lasting(query) and asked[-1] is None
    return _lasting_steps(query, *asked) if can_last else _steps_now(query, *asked)


@lru_cache(maxsize=256)
def _lasting_steps(query: Select[Any], *asked: Any) -> tuple[Select[Any] | None, Select[Any]]:
    first, all_of_them = _steps_now(query, *asked)
    return None if first is None else lasting(first), lasting(all_of_them)


def _steps_now(
    query: Select[Any],
    time_column: InstrumentedAttribute[Any],
    reference_column: InstrumentedAttribute[Any],
    count: int,
    ways: Ways,
    after: tuple[dt.datetime, str] | None,
) -> tuple[Select[Any] | None, Select[Any]]:
    order = time_column.desc(), reference_column.desc()
    if after is not None:
        key: ColumnElement[bool] = tuple_(time_column, reference_column) < after
        query = query.where(key)
    query = query.order_by(*order).limit(fixed(count))
    first = None
    if ways.are_many:
        first = query.where(time_column >= _near(time_column, reference_column, after, ways.near))
        first = first if ways.worth is None else first.where(ways.worth)
    if len(ways.conditions) == 1:
        query = query.where(ways.conditions[0])
    elif ways.conditions and query.whereclause is not None:
        few = [
            select(reference_column)
            .where(query.whereclause, way)
            .order_by(*order)
            .limit(fixed(count))
            .subquery()
            for way in ways.conditions
        ]
        query = query.where(reference_column.in_(union_all(*(select(one) for one in few))))
    return first, query


def _near(
    time_column: Any, reference_column: Any, after: Any, count: int
) -> ColumnElement[dt.datetime]:
    """Return the moment of the last row that is near, whoever's: it is compared, never shown."""
    table = time_column.class_.__table__.c
    moment, reference = table[time_column.key], table[reference_column.key]
    query = (
        select(moment)
        .order_by(moment.desc(), reference.desc())
        .offset(fixed(count))
        .limit(fixed(1))
    )
    if after is not None:
        query = query.where(tuple_(moment, reference) < after)
    return func.coalesce(query.scalar_subquery(), literal(_EVER, moment.type))
