"""How often may one person or address ask for this, counted over all processes?"""

from __future__ import annotations

import time
from typing import Any

from flask import Flask, request
from flask_limiter import Limiter
from flask_login import current_user
from limits.storage import Storage
from sqlalchemy import BigInteger, Integer, String, case, delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.core.database import Base, db, transaction_mode


class RateCount(Base):
    """How many times a key was counted until it expires (Unix seconds)."""

    __tablename__ = "rate_count"
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)


class DatabaseStorage(Storage):
    """Counts in the portal's own database, so that every worker process counts together."""

    STORAGE_SCHEME = ["database"]

    @property
    def base_exceptions(self) -> type[Exception]:
        return Exception

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        moment = int(time.time())
        table: Any = RateCount.__table__
        insert: Any = sqlite_insert if db.engine.dialect.name == "sqlite" else postgresql_insert
        until = moment + int(expiry)
        is_over = table.c.expires_at <= moment
        statement = (
            insert(table)
            .values(key=key[:255], count=amount, expires_at=until)
            .on_conflict_do_update(
                index_elements=["key"],
                set_={
                    "count": case((is_over, amount), else_=table.c.count + amount),
                    "expires_at": case((is_over, until), else_=table.c.expires_at),
                },
            )
            .returning(table.c.count)
        )
        token = transaction_mode.set("write")
        try:
            with Session(db.engine) as session:
                count = int(session.execute(statement).scalar_one())
                session.commit()
                return count
        finally:
            transaction_mode.reset(token)

    def _row(self, key: str) -> tuple[int, int]:
        table: Any = RateCount.__table__
        token = transaction_mode.set("read")
        try:
            with Session(db.engine) as session:
                row = session.execute(
                    select(table.c.count, table.c.expires_at).where(table.c.key == key[:255])
                ).first()
        finally:
            transaction_mode.reset(token)
        if row is None or row.expires_at <= time.time():
            return 0, int(time.time())
        return int(row[0]), int(row[1])

    def get(self, key: str) -> int:
        return self._row(key)[0]

    def get_expiry(self, key: str) -> float:
        return float(self._row(key)[1])

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        return None

    def clear(self, key: str) -> None:
        table: Any = RateCount.__table__
        with Session(db.engine) as session:
            session.execute(delete(table).where(table.c.key == key[:255]))
            session.commit()


def purge(session: Session) -> None:
    """Delete counts that have expired."""
    table: Any = RateCount.__table__
    session.execute(delete(table).where(table.c.expires_at <= int(time.time())))


def who_asks() -> str:
    """Return the key of a limit: the person, else the network address."""
    if current_user.is_authenticated:
        return f"user:{current_user.user_id}"
    return f"address:{request.remote_addr}"


def where_from() -> str:
    """Return the network address; for what happens before sign-in."""
    return f"address:{request.remote_addr}"


limiter = Limiter(
    key_func=who_asks,
    strategy="fixed-window",
    headers_enabled=False,
    swallow_errors=False,
    default_limits=[],
)


def init_limits(app: Flask) -> None:
    """Connect the limiter; limits stand at the views that need one."""
    app.config.setdefault("RATELIMIT_STORAGE_URI", "database://")
    limiter.init_app(app)
