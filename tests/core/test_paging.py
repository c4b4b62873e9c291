"""Does page after page show every row once, and is a cursor that somebody made up harmless?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

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


def pages(query: Any, size: int) -> Iterator[Page]:
    """Turn over page after page."""
    cursor = None
    while True:
        page = page_of(query, Deal.changed_at, Deal.reference, cursor, size)
        yield page
        cursor = page.next_cursor
        if cursor is None:
            return


def test_every_row_is_shown_once_though_all_times_are_equal(data_app: Flask) -> None:
    with everything(data_app) as session:
        session.execute(update(Deal).values(changed_at=MOMENT))
        session.commit()
        all_of_them = set(session.scalars(select(Deal.reference)))
        assert len(all_of_them) > 10
        for size in (1, 3, 7, 1000):
            turned = list(pages(select(Deal), size))
            shown = [deal.reference for page in turned for deal in page.rows]
            assert sorted(shown, reverse=True) == shown
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
def test_who_sees_many_organisations_misses_no_row_however_far_apart_theirs_are(
    data_app: Flask, monkeypatch: pytest.MonkeyPatch, model: Any, near: int
) -> None:
    monkeypatch.setattr(paging, "NEAR", near)
    with everything(data_app) as session:
        readers = wide_readers()
        assert {reader.role for reader in readers} > {Role.CHANNEL_MANAGER}
        for reader in readers:
            query = visible(model, reader)
            order = model.changed_at.desc(), model.reference.desc()
            slowly = [row.reference for row in session.scalars(query.order_by(*order))]
            for size in (2, 1000):
                ways, cursor, shown = paging.ways_to_see(model, reader), None, []
                while cursor or not shown:
                    page = page_of(query, *KEYS[model], cursor, size, ways)
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
