"""Does page after page show every row once, and is a cursor that somebody made up harmless?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import false, select, update

from portal.core import paging
from portal.core.access import visible
from portal.core.database import db
from portal.core.paging import Page, page_of, read_cursor, write_cursor
from portal.domain.deals.models import Deal
from portal.domain.people.actor import actor_from
from portal.domain.people.models import Membership, Role
from portal.domain.registrations.models import Registration
from tests.domain.world import everything

KEYS: dict[Any, Any] = {
    model: (model.changed_at, model.reference) for model in (Deal, Registration)
}
MOMENT = dt.datetime(2026, 11, 20, 15, 0, 0, 250, tzinfo=dt.UTC)


def pages(query: Any, size: int, **order: bool) -> Iterator[Page]:
    """Turn over page after page."""
    cursor = None
    while True:
        page = page_of(query, Deal.changed_at, Deal.reference, cursor, size, **order)
        yield page
        cursor = page.next_cursor
        if cursor is None:
            return


@pytest.mark.parametrize("is_oldest_first", [False, True])
def test_every_row_is_shown_once_though_all_times_are_equal(
    data_app: Flask, is_oldest_first: bool
) -> None:
    with everything(data_app) as session:
        session.execute(update(Deal).values(changed_at=MOMENT))
        session.commit()
        all_of_them = set(session.scalars(select(Deal.reference)))
        assert len(all_of_them) > 10
        for size in (1, 3, 7, 1000):
            turned = list(pages(select(Deal), size, is_oldest_first=is_oldest_first))
            shown = [deal.reference for page in turned for deal in page.rows]
            assert sorted(shown, reverse=not is_oldest_first) == shown
            assert len(shown) == len(set(shown)) == len(all_of_them)
            assert [page.is_first for page in turned] == [True] + [False] * (len(turned) - 1)
            assert all(len(page.rows) == size for page in turned[:-1])
            assert turned[-1].rows


def wide_readers() -> list[Any]:
    """Return who sees the records of many organisations, by a family or by a portfolio."""
    people = [actor_from(one) for one in db.session.scalars(select(Membership))]
    return [one for one in people if paging.ways_to_see(Deal, one).are_many]


@pytest.mark.parametrize("near", [0, 4, 2000])
@pytest.mark.parametrize("model", [Deal, Registration])
@pytest.mark.parametrize("is_oldest_first", [False, True])
def test_who_sees_many_organisations_misses_no_row_however_far_apart_theirs_are(
    data_app: Flask, model: Any, near: int, is_oldest_first: bool
) -> None:
    with everything(data_app) as session:
        readers = wide_readers()
        assert {reader.role for reader in readers} > {Role.CHANNEL_MANAGER}
        for reader in readers:
            query = visible(model, reader)
            key = paging.Key(*KEYS[model], is_oldest_first)
            slowly = [row.reference for row in session.scalars(query.order_by(*key.order))]
            for size in (2, 1000):
                ways = paging.ways_to_see(model, reader)._replace(near=near)
                cursor, shown = None, []
                while cursor or not shown:
                    page = page_of(
                        query, *KEYS[model], cursor, size, ways, is_oldest_first=is_oldest_first
                    )
                    shown += [row.reference for row in page.rows]
                    cursor = page.next_cursor
                    if not page.rows:
                        break
                assert shown == slowly, (reader.name, size)


def test_newest_first_and_stable_while_rows_are_added(data_app: Flask) -> None:
    with everything(data_app) as session:
        first = page_of(select(Deal), Deal.changed_at, Deal.reference, None, 5)
        times = [deal.changed_at for deal in first.rows]
        assert times == sorted(times, reverse=True)
        seen = {deal.reference for deal in first.rows}
        # Somebody changes a deal of a later page meanwhile: it moves up, nothing shows twice.
        later = session.scalars(
            select(Deal.reference).order_by(Deal.changed_at, Deal.reference).limit(1)
        ).one()
        session.execute(
            update(Deal)
            .where(Deal.reference == later)
            .values(changed_at=dt.datetime.now(dt.UTC) + dt.timedelta(days=1))
        )
        second = page_of(select(Deal), Deal.changed_at, Deal.reference, first.next_cursor, 5)
        assert not seen & {deal.reference for deal in second.rows}


def test_the_oldest_come_first_where_a_list_says_so_and_the_near_ones_are_enough(
    data_app: Flask,
) -> None:
    with everything(data_app) as session:
        whole = session.scalars(select(Deal.reference).order_by(Deal.changed_at, Deal.reference))
        oldest = list(whole)
        turned = [row.reference for page in pages(select(Deal), 4, is_oldest_first=True)
                  for row in page.rows]  # fmt: skip
        assert turned == oldest
        # Where the near ones fill the page, the reader's own ways are not gone.
        nowhere = paging.Ways((false(),), True, near=10)
        key = paging.Key(Deal.changed_at, Deal.reference, is_oldest_first=True)
        for after in (None, read_cursor(write_cursor(MOMENT.replace(year=2000), "DL-00000000"))):
            found = paging.first_of(select(Deal), key, 5, nowhere, after)
            assert [row[0].reference for row in found] == oldest[:5]
        assert not paging.first_of(select(Deal), key, 20, nowhere)


def test_what_has_no_moment_yet_keeps_nobody_from_the_near_ones(data_app: Flask) -> None:
    with everything(data_app) as session:
        decided = select(Registration).where(Registration.decided_at.is_not(None))
        key = paging.Key(Registration.decided_at, Registration.reference)
        whole = list(session.scalars(decided.order_by(*key.order)))
        nowhere = paging.Ways((false(),), True, near=6)
        assert [row[0] for row in paging.first_of(decided, key, 3, nowhere)] == whole[:3]
        # Bounded all the same: what lies farther is asked by the reader's own ways.
        assert not paging.first_of(decided, key, 8, nowhere)


def test_columns_page_like_entities(data_app: Flask) -> None:
    with everything(data_app):
        query = select(Deal.changed_at, Deal.reference, Deal.company)
        whole = [row.reference for page in pages(select(Deal), 4) for row in page.rows]
        assert [row.reference for page in pages(query, 4) for row in page.rows] == whole


HOSTILE = (
        "", "~", "x", "20261120T150000.000250", "~DL-00000001", "20261120T150000.000250~",
        "20261120T150000.000250~DL-0000000", "99991399T999999.0~DL-00000001",
        "20261120T150000.000250~' OR 1=1 --", "00000000T000000.0~DL-00000001",
        "20261120T150000.000250~DL-00000001~x", "\x00~DL-00000001",
        "20261120T150000.9999999~DL-00000001",
        "٢٠٢٦1120T150000.0~DL-00000001x", "a" * 5000, "%00", "-1", "1e309~DL-00000001",
    )  # fmt: skip


def test_a_cursor_that_makes_no_sense_shows_the_first_page(data_app: Flask) -> None:
    with everything(data_app):
        first = page_of(select(Deal), Deal.changed_at, Deal.reference, None, 3)
        for cursor in HOSTILE:
            shown = page_of(select(Deal), Deal.changed_at, Deal.reference, cursor, 3)
            assert [d.reference for d in shown.rows] == [d.reference for d in first.rows], cursor
            assert shown.is_first, cursor


def test_a_cursor_at_the_ends_of_time_is_no_error(data_app: Flask) -> None:
    with everything(data_app):
        for year, is_before_all in (("0001", False), ("9999", True)):
            cursor = f"{year}0101T000000.000000~DL-00000001"
            shown = page_of(select(Deal), Deal.changed_at, Deal.reference, cursor, 3)
            assert bool(shown.rows) == is_before_all


@settings(deadline=None)
@given(st.text(max_size=70))
def test_any_text_is_a_cursor_or_none(text: str) -> None:
    found = read_cursor(text)
    if found is not None:
        assert found[0].tzinfo is dt.UTC


@settings(deadline=None)
@given(
    st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001
)
def test_what_is_written_is_read_back(moment: dt.datetime) -> None:
    assert read_cursor(write_cursor(moment, "DL-7Q4K2M9X")) == (moment, "DL-7Q4K2M9X")
