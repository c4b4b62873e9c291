"""How do rows reach the database, on SQLite and on PostgreSQL alike?"""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

import psycopg
from flask_sqlalchemy import SQLAlchemy
from psycopg.pq import TransactionStatus
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    DateTime,
    Integer,
    MetaData,
    String,
    event,
    literal_column,
)
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

try:
    import fcntl
except ImportError:  # not on Windows: there SQLite's own lock has to do
    fcntl = None  # type: ignore[assignment]

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite only numbers rows by itself for INTEGER; PostgreSQL gets the wide type.
RowNumber = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """The root of every model; models inherit from it, never from ``db.Model``."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(
    model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False}
)


class UTCDateTime(TypeDecorator[dt.datetime]):
    """An aware time, stored in UTC and given back in UTC on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Numbered:
    """A row number that never leaves the database."""

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)


def choice(name: str, values: Any, length: int = 32) -> tuple[String, CheckConstraint]:
    """The column type and CHECK for an enum stored as text.

    ``name`` is the column's, ``values`` an iterable of allowed texts.
    """
    allowed = ", ".join(f"'{value}'" for value in values)
    return String(length), CheckConstraint(f"{name} IN ({allowed})", name=name)


# "read" opens a transaction that cannot write; "write" takes SQLite's write lock at once.
transaction_mode: ContextVar[str] = ContextVar("transaction_mode", default="write")

# One writer at a time, in a process and among them: SQLite's own back-off sleeps for up to a tenth
# of a second while nobody writes, and is unfair.
_writer = threading.Lock()
LONGEST_WAIT = 10  # seconds
GLANCE = 0.0005  # seconds between two looks whether another process has finished


def _on_connect(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={LONGEST_WAIT * 1000}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin_sqlite(connection: Connection) -> None:
    is_read = transaction_mode.get() == "read"
    raw: Any = connection.connection.driver_connection
    info = connection.connection.info
    if info.get("is_read") is not is_read:
        raw.execute(f"PRAGMA query_only={int(is_read)}")
        info["is_read"] = is_read
    if is_read:
        raw.execute("BEGIN")
        return
    if info.get("is_writer"):
        # One migration after the other: until it goes back, the connection keeps its place.
        raw.execute("BEGIN IMMEDIATE")
        return
    if not _writer.acquire(timeout=LONGEST_WAIT):
        # Also for a thread that would wait for itself: busy is an answer, silence is not.
        raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("busy"))
    info["is_writer"] = True
    info["writer_file"] = _stand_in_line(connection.engine.url.database)
    raw.execute("BEGIN IMMEDIATE")


def _stand_in_line(database: str | None) -> int | None:
    """Wait until no other process holds the file beside ``database``; return its descriptor.

    It is opened anew each time, so that a forked process has a place of its own, and let go when
    it is closed or its process dies. Whoever writes without it meets SQLite's own lock.
    """
    if fcntl is None or not database or database == ":memory:":
        return None
    file = os.open(f"{database}-writer", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    until = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < until:
        with suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        time.sleep(GLANCE)
    return file  # SQLite answers whether it is really busy


def _on_checkin(_connection: Any, record: Any) -> None:
    if record.info.pop("is_writer", False):
        if (file := record.info.pop("writer_file", None)) is not None:
            os.close(file)
        _writer.release()


class _Postgresql(psycopg.Connection[Any]):
    """A connection that remembers its prepared statements over transactions that only read.

    psycopg forgets them at a ROLLBACK; for what could not write, COMMIT ends it just as well.
    """

    def rollback(self) -> None:
        if self.info.transaction_status == TransactionStatus.IDLE:
            return  # nothing to take back, and nobody to ask
        if self.read_only and self.info.transaction_status == TransactionStatus.INTRANS:
            self.commit()
        else:
            super().rollback()


def _on_connect_postgresql(_dialect: Any, _record: Any, arguments: Any, named: Any) -> Any:
    return _Postgresql.connect(*arguments, **named)


SNAPSHOT = 3
"""psycopg's REPEATABLE_READ: all statements of a transaction see one moment."""


def _on_begin_postgresql(connection: Connection) -> None:
    raw: Any = connection.connection.driver_connection
    is_read = transaction_mode.get() == "read"
    if raw.read_only is is_read:
        return
    raw.read_only = is_read
    # A page is one world, before or after whatever happens while it is made, as on SQLite. A write
    # reads what the one before left behind, also the one for whose locks it has waited.
    raw.isolation_level = SNAPSHOT if is_read else None


def prepare_engine(engine: Engine) -> None:
    """Give ``engine`` the project's transaction rules; call once per engine."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin_sqlite)
        event.listen(engine.pool, "checkin", _on_checkin)
    else:
        event.listen(engine, "do_connect", _on_connect_postgresql)
        event.listen(engine, "begin", _on_begin_postgresql)


def engine_options(url: str) -> dict[str, Any]:
    """Return SQLAlchemy's engine options for the database at ``url``."""
    if url.startswith("sqlite"):
        return {
            "connect_args": {
                "isolation_level": None,
                "check_same_thread": False,
                "timeout": LONGEST_WAIT,
            },
            "pool_size": 10,
            "max_overflow": 20,
        }
    return {
        "pool_size": 10,
        "max_overflow": 20,
        "pool_pre_ping": False,
    }


def fixed(number: int) -> ColumnElement[Any]:
    """Return a number for LIMIT or OFFSET that is part of the statement, as PostgreSQL wants it.

    By a value in its place it takes a tenth of all rows for wanted, and plans the statement anew
    at each reading.
    """
    return literal_column(str(int(number)))


@contextmanager
def looking(session: Session) -> Iterator[None]:
    """Only read inside, and end the transaction: others write meanwhile."""
    token = transaction_mode.set("read")
    try:
        yield
        session.rollback()
    finally:
        transaction_mode.reset(token)
