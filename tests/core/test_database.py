"""Does the database keep its promises: durable, one writer at a time, and no write by a GET?"""

from __future__ import annotations

import datetime as dt
import threading
import time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError
from sqlalchemy.orm import Session

from portal.core import database
from portal.core.database import db, transaction_mode
from portal.core.drafts import Draft
from portal.core.events import ChainHead
from portal.core.guards import public
from portal.core.net import system_mode
from portal.domain.deals.models import Deal
from portal.domain.organisations.models import Organisation
from portal.domain.registrations.models import Registration
from tests.browser import BASE, Browser
from tests.domain.world import everything


def is_sqlite(app: Flask) -> bool:
    """Tell which database the application runs on."""
    return str(app.config["SQLALCHEMY_DATABASE_URI"]).startswith("sqlite")


def test_every_pooled_connection_has_the_settings(app: Flask) -> None:
    wanted = {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 10_000}
    token = transaction_mode.set("read")  # readers stand side by side
    with app.app_context():
        connections = [db.engine.connect() for _ in range(12)]
        for connection in connections:
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
            assert found == wanted
        for connection in connections:
            connection.close()
    transaction_mode.reset(token)


def test_a_connection_writes_twice_before_it_goes_back(data_app: Flask) -> None:
    """One migration after the other runs on one connection."""
    with data_app.app_context(), db.engine.connect() as connection:
        for name in ("first", "second"):
            with connection.begin():
                connection.execute(insert(ChainHead).values(chain=name, place=1, hash=""))
    with everything(data_app) as session:
        assert session.get(ChainHead, "second") is not None


def _get_that_writes(app: Flask, problems: list[Exception]) -> None:
    @public
    def write() -> str:
        try:
            with system_mode("test"):
                db.session.execute(insert(ChainHead).values(chain="written", place=1, hash=""))
                db.session.commit()
        except Exception as problem:
            problems.append(problem)
            raise
        return "written"

    app._got_first_request = False
    app.add_url_rule("/writing", "writing", write)


def test_a_get_that_writes_is_refused(data_app: Flask) -> None:
    problems: list[Exception] = []
    _get_that_writes(data_app, problems)
    answer = Browser(data_app).client.get("/writing", base_url=BASE)
    assert answer.status_code >= 500
    assert len(problems) == 1
    assert isinstance(problems[0], DBAPIError)
    assert "read" in str(problems[0]).lower()
    with everything(data_app) as session:
        assert session.get(ChainHead, "written") is None
    # The same connections write again afterwards.
    with everything(data_app) as session:
        session.add(ChainHead(chain="after", place=1, hash=""))
        session.commit()
        assert session.get(ChainHead, "after") is not None


def test_one_writer_at_a_time_and_none_is_lost(data_app: Flask) -> None:
    writers, rounds = 8, 10
    problems: list[Exception] = []

    def write(number: int) -> None:
        try:
            for turn in range(rounds):
                with data_app.app_context(), system_mode("test"):
                    row = db.session.get(ChainHead, "shared", with_for_update=True)
                    assert row is not None
                    row.place += 1
                    db.session.add(ChainHead(chain=f"{number}.{turn}", place=1, hash=""))
                    db.session.commit()
        except Exception as problem:
            problems.append(problem)

    with everything(data_app) as session:
        session.add(ChainHead(chain="shared", place=0, hash=""))
        session.commit()
    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not problems
    with everything(data_app) as session:
        shared = session.get(ChainHead, "shared")
        assert shared.place == writers * rounds
        assert session.query(ChainHead).filter_by(hash="").count() == writers * rounds + 1


def test_a_thread_that_would_wait_for_itself_is_told_that_the_portal_is_busy(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "LONGEST_WAIT", 0.2)
    with everything(app) as session:
        session.add(ChainHead(chain="first", place=1, hash=""))
        session.flush()
        with Session(db.engine) as second, pytest.raises(OperationalError, match="busy"):
            second.execute(select(ChainHead))
        session.commit()
    with everything(app) as session:
        session.add(ChainHead(chain="afterwards", place=1, hash=""))
        session.commit()
        assert session.get(ChainHead, "first") is not None


def test_a_reader_is_not_held_up_by_a_writer(data_app: Flask) -> None:
    is_held, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        with data_app.app_context(), system_mode("test"):
            db.session.add(ChainHead(chain="held", place=1, hash=""))
            db.session.flush()
            is_held.set()
            may_end.wait(10)
            db.session.commit()

    writer = threading.Thread(target=hold)
    writer.start()
    try:
        assert is_held.wait(10)
        started = time.monotonic()
        token = transaction_mode.set("read")
        with everything(data_app) as session:
            assert session.get(ChainHead, "held") is None
        transaction_mode.reset(token)
        assert time.monotonic() - started < 5
    finally:
        may_end.set()
        writer.join(10)


def test_times_come_back_in_utc_whatever_zone_they_went_in(data_app: Flask) -> None:
    elsewhere = dt.timezone(dt.timedelta(hours=-5))
    moment = dt.datetime(2026, 11, 22, 12, 30, 0, 123456, tzinfo=elsewhere)
    with everything(data_app) as session:
        session.add(Draft(membership_id=1, path="/x", fields=[], version="", at=moment))
        session.commit()
        session.expire_all()
        found = session.get(Draft, (1, "/x"))
        assert found.at == moment
        assert found.at.tzinfo is dt.UTC
        query = select(Draft.path).where(Draft.at == moment.astimezone(dt.UTC))
        assert session.scalar(query) == "/x"


def test_a_time_without_a_zone_is_not_stored(data_app: Flask) -> None:
    with everything(data_app) as session:
        naive = dt.datetime(2026, 11, 22)  # noqa: DTZ001
        session.add(Draft(membership_id=1, path="/x", fields=[], version="", at=naive))
        with pytest.raises(StatementError, match="without a zone"):
            session.flush()


OUTSIDE_THE_ENUM: tuple[tuple[Any, str, Any], ...] = (
    (Registration, "status", "nearly"),
    (Registration, "value_minor", 0),
    (Deal, "stage", "nearly"),
    (Deal, "amount_minor", -1),
    (Organisation, "side", "other"),
    (Organisation, "status", "asleep"),
)


def test_the_database_refuses_what_no_enum_holds(data_app: Flask) -> None:
    with everything(data_app) as session:
        for model, name, value in OUTSIDE_THE_ENUM:
            setattr(session.scalars(select(model).limit(1)).one(), name, value)
            with pytest.raises(IntegrityError):
                session.flush()
            session.rollback()


def test_foreign_keys_hold(data_app: Flask) -> None:
    with everything(data_app) as session:
        row = session.scalars(select(Registration).limit(1)).one()
        row.organisation_id = 999_999
        with pytest.raises(IntegrityError):
            session.flush()


def test_both_databases_sort_keys_alike(data_app: Flask) -> None:
    """The folded key, not the name, decides the order, whatever the database's collation."""
    with everything(data_app) as session:
        keys = session.scalars(select(Organisation.name_key).order_by(Organisation.name_key)).all()
    assert keys == sorted(keys)


def test_a_session_without_a_request_may_write(data_app: Flask) -> None:
    with data_app.app_context(), system_mode("test"), Session(db.engine) as session:
        session.add(ChainHead(chain="worker", place=1, hash=""))
        session.commit()
        assert session.scalar(text("SELECT count(*) FROM chain_head WHERE chain = 'worker'")) == 1
    assert is_sqlite(data_app) or "postgresql" in data_app.config["SQLALCHEMY_DATABASE_URI"]
