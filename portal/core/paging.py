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
_NEVER = dt.datetime(9999, 12, 30, tzinfo=dt.UTC)


class Key(NamedTuple):
    """By what a list is in order: a moment, then a reference; the newest first, or the oldest."""

    moment: Any
    reference: Any
    is_oldest_first: bool = False

    @property
    def order(self) -> tuple[ColumnElement[Any], ...]:
        """Return what to sort by."""
        if self.is_oldest_first:
            return self.moment.asc(), self.reference.asc()
        return self.moment.desc(), self.reference.desc()

    def comes_after(self, row: tuple[dt.datetime, str]) -> ColumnElement[bool]:
        """Return that something comes later in the list than the row with this moment and name."""
        pair = tuple_(self.moment, self.reference)
        return pair > row if self.is_oldest_first else pair < row

    def comes_by(self, moment: ColumnElement[dt.datetime]) -> ColumnElement[bool]:
        """Return that something comes no later in the list than that moment, if there is one."""
        end = literal(_NEVER if self.is_oldest_first else _EVER, self.moment.type)
        last = func.coalesce(moment, end)
        if self.is_oldest_first:
            return cast(ColumnElement[bool], self.moment <= last)
        return cast(ColumnElement[bool], self.moment >= last)

    def of_everybody(self) -> Key:
        """Return the same of the table, past the scopes: it is compared, and never shown."""
        columns = self.moment.class_.__table__.c
        return self._replace(moment=columns[self.moment.key], reference=columns[self.reference.key])


class Ways(NamedTuple):
    """How a reader's rows are found where no one index leads to all of them, in order.

    Of ``conditions`` one holds for each of the rows, and each has an index; ``are_many``: the
    rows lie in many places, in each a few, so that the ``near`` first of everybody's are looked
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
    *,
    is_oldest_first: bool = False,
) -> Page:
    """Return the page of ``query`` after ``cursor``, ``size`` rows at most; the newest come first.

    Reads by key, not by OFFSET: the last page of a million rows costs what the first one does.
    """
    key, after = Key(time_column, reference_column, is_oldest_first), read_cursor(cursor)
    rows = first_of(query, key, size + 1, ways, after)
    shown = rows[:size]
    next_cursor = None
    if len(rows) > size:
        last = shown[-1]
        record = last[0] if len(last) == 1 else last
        next_cursor = write_cursor(
            getattr(record, time_column.key), getattr(record, reference_column.key)
        )
    return Page([row[0] if len(row) == 1 else row for row in shown], next_cursor, after is None)


def first_of(
    query: Select[Any],
    key: Key,
    count: int,
    ways: Ways = ONE_WAY,
    after: tuple[dt.datetime, str] | None = None,
) -> Sequence[Any]:
    """Return the ``count`` first rows of ``query`` by ``key``, of those that come ``after`` a row.

    Asked for by all ``ways`` at once a database walks through everybody's rows, or sorts all of
    the reader's. So whoever sees those of many organisations looks among everybody's first ones
    before, which is enough wherever theirs are not rare; else each way is read by its own index,
    as far as needed, and the rows are put together from these few.
    """
    near, all_of_them = _steps(query, key, count, ways, after)
    rows = [] if near is None else db.session.execute(near).all()
    return rows if len(rows) == count else db.session.execute(all_of_them).all()


def _steps(query: Select[Any], *asked: Any) -> tuple[Select[Any] | None, Select[Any]]:
    """Return what is read first, if anything, and what is read where that is not enough."""
    # Of a statement that lasts, what is made of it to begin a list lasts as well.
    can_last = is_lasting(query) and asked[-1] is None
    return _lasting_steps(query, *asked) if can_last else _steps_now(query, *asked)


@lru_cache(maxsize=256)
def _lasting_steps(query: Select[Any], *asked: Any) -> tuple[Select[Any] | None, Select[Any]]:
    near, all_of_them = _steps_now(query, *asked)
    return None if near is None else lasting(near), lasting(all_of_them)


def _steps_now(
    query: Select[Any],
    key: Key,
    count: int,
    ways: Ways,
    after: tuple[dt.datetime, str] | None,
) -> tuple[Select[Any] | None, Select[Any]]:
    if after is not None:
        query = query.where(key.comes_after(after))
    query = query.order_by(*key.order).limit(fixed(count))
    near = None
    if ways.are_many:
        near = query.where(key.comes_by(_last_near(key.of_everybody(), after, ways.near)))
        near = near if ways.worth is None else near.where(ways.worth)
    if len(ways.conditions) == 1:
        query = query.where(ways.conditions[0])
    elif ways.conditions and query.whereclause is not None:
        few = [
            select(key.reference)
            .where(query.whereclause, way)
            .order_by(*key.order)
            .limit(fixed(count))
            .subquery()
            for way in ways.conditions
        ]
        query = query.where(key.reference.in_(union_all(*(select(one) for one in few))))
    return near, query


def _last_near(
    key: Key, after: tuple[dt.datetime, str] | None, count: int
) -> ColumnElement[dt.datetime]:
    """Return the moment of the last of everybody's rows that is near."""
    query = select(key.moment).order_by(*key.order).offset(fixed(count)).limit(fixed(1))
    if key.moment.nullable:
        # What has no such moment yet is in no such list, and stands first or last in the index.
        query = query.where(key.moment.is_not(None))
    if after is not None:
        query = query.where(key.comes_after(after))
    return query.scalar_subquery()
