"""How often may one person or address ask for this, counted over all processes?"""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

from flask import Flask, request
from flask_limiter import Limiter
from flask_login import current_user
from limits.storage import Storage

SCHEMA = """CREATE TABLE IF NOT EXISTS rate_count (
    key TEXT PRIMARY KEY, count INTEGER NOT NULL, expires_at INTEGER NOT NULL
) WITHOUT ROWID"""
COUNT = """INSERT INTO rate_count (key, count, expires_at) VALUES (:key, :amount, :until)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN expires_at <= :now THEN :amount ELSE count + :amount END,
        expires_at = CASE WHEN expires_at <= :now THEN :until ELSE expires_at END
    RETURNING count"""
SELDOM = 1000
PATIENCE, GLANCE = 5, 0.005  # seconds


def _turn_to_wal(connection: sqlite3.Connection) -> None:
    """Let readers and writers not wait for each other; several who begin a new file take turns.

    SQLite answers that the file is locked at once here, whatever the timeout is.
    """
    until = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(GLANCE)


class FileStorage(Storage):
    """Counts in a small SQLite file of their own, in which every process of a machine counts.

    Apart from the portal's database: a count must not wait for a request's transaction, nor a
    request for a count. Many machines count in Redis instead, by setting.
    """

    STORAGE_SCHEME = ["file"]

    def __init__(self, uri: str, wrap_exceptions: bool = False, **options: str) -> None:
        super().__init__(uri, wrap_exceptions, **options)
        self.path = Path(uri.removeprefix("file://"))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._local = threading.local()
        self._counted = 0

    @property
    def base_exceptions(self) -> type[Exception]:
        return sqlite3.Error

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, isolation_level=None, timeout=PATIENCE)
            _turn_to_wal(connection)
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute(SCHEMA)
            self._local.connection = connection
        return connection

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        moment = int(time.time())
        self._counted += 1
        if self._counted % SELDOM == 0:
            self._connection().execute("DELETE FROM rate_count WHERE expires_at <= ?", (moment,))
        values = {"key": key, "amount": amount, "until": moment + int(expiry), "now": moment}
        return int(self._connection().execute(COUNT, values).fetchone()[0])

    def _row(self, key: str) -> tuple[int, int]:
        query = "SELECT count, expires_at FROM rate_count WHERE key = ?"
        row = self._connection().execute(query, (key,)).fetchone()
        moment = int(time.time())
        if row is None or row[1] <= moment:
            return 0, moment
        return int(row[0]), int(row[1])

    def get(self, key: str) -> int:
        return self._row(key)[0]

    def get_expiry(self, key: str) -> float:
        return float(self._row(key)[1])

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        return self._connection().execute("DELETE FROM rate_count").rowcount

    def clear(self, key: str) -> None:
        self._connection().execute("DELETE FROM rate_count WHERE key = ?", (key,))


def who_asks() -> str:
    """Return the key of a limit: the person, else the network address."""
    if current_user.is_authenticated:
        return f"user:{current_user.behind.user_id}"
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
    app.config.setdefault("RATELIMIT_STORAGE_URI", app.config["LIMITS_URL"])
    limiter.init_app(app)
