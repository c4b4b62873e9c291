"""What runs while a test kills it: web and worker as real processes on one database?"""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.process.nursery import Nursery

LEASE_SECONDS = 4.0
SWEEP_SECONDS = 0.5
SOUND = "tests.process.entries:sound()"
UNFINISHED = "SELECT count(*) FROM delivery WHERE state IN ('waiting', 'leased')"


@dataclass
class Running:
    """The portal's processes, each in a group of its own, on the database in ``folder``."""

    nursery: Nursery
    folder: Path
    smtp_url: str
    entry: str = SOUND
    workers: int = 2
    threads: int = 4
    lease_seconds: float = LEASE_SECONDS
    port: int = field(default_factory=lambda: free_port())
    web: int | None = None
    worker: int | None = None
    # When the worker was killed, in monotonic seconds.
    worker_kills: list[float] = field(default_factory=list)

    @property
    def database(self) -> Path:
        """Return the database's file."""
        return self.folder / "portal.db"

    def start_web(self, **more: str) -> None:
        """Start gunicorn, with ``more`` in its environment; it answers a moment later."""
        assert self.web is None
        command = ["gunicorn", "-c", "python:portal.gunicorn_settings", self.entry]
        self.web = self.nursery.start(command, self.environment(more), self.folder / "web.log")

    def start_worker(self, **more: str) -> None:
        """Start the worker, with ``more`` in its environment."""
        assert self.worker is None
        command = ["flask", "--app", "wsgi", "worker"]
        log = self.folder / "worker.log"
        self.worker = self.nursery.start(command, self.environment(more), log)

    def kill_web(self) -> None:
        """``kill -9`` all of gunicorn."""
        if self.web is not None:
            kill_group(self.web)
            self.web = None

    def kill_worker(self) -> None:
        """``kill -9`` the worker."""
        if self.worker is not None:
            self.worker_kills.append(time.monotonic())
            kill_group(self.worker)
            self.worker = None

    def stop_worker(self, seconds: float = 20) -> None:
        """Tell the worker to stop, as a supervisor does; raises TimeoutError when it stays."""
        assert self.worker is not None
        os.kill(self.worker, signal.SIGTERM)
        wait_until(self.worker_is_gone, seconds, "the worker does not stop")
        self.worker = None

    def wait_for_web(self, seconds: float = 20) -> None:
        """Wait until gunicorn answers; raises TimeoutError."""
        wait_until(self.answers, seconds, "the web server does not answer")

    def wait_for_outbox(self, seconds: float = 40) -> None:
        """Wait until nothing is on its way any more; raises TimeoutError."""
        wait_until(lambda: self.ask(UNFINISHED) == [(0,)], seconds, "the outbox does not drain")

    def worker_is_gone(self) -> bool:
        """Tell whether the worker has died by itself."""
        return self.worker is None or not is_alive(self.worker)

    def ask(self, query: str, *values: object) -> list[tuple]:
        """Return the rows of ``query``, read from the database's file."""
        with closing(sqlite3.connect(self.database, timeout=10)) as database:
            return database.execute(query, values).fetchall()

    def errors(self) -> str:
        """Return what the processes wrote; empty when all was well."""
        logs = [self.folder / name for name in ("web.log", "worker.log")]
        return "\n".join(log.read_text(errors="replace") for log in logs if log.exists())

    def close(self) -> None:
        """End both."""
        self.kill_web()
        self.kill_worker()

    def answers(self) -> bool:
        """Tell whether gunicorn answers at this moment."""
        try:
            with closing(socket.create_connection(("127.0.0.1", self.port), timeout=2)) as web:
                web.sendall(b"GET /static/icons.svg HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
                return web.recv(12) == b"HTTP/1.0 200"
        except OSError:
            return False

    def environment(self, more: dict[str, str]) -> dict[str, str]:
        """Return the settings of the portal's processes, with ``more`` among them."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "QUAYSIDE_DEMO": "1",
            "SECRET_KEY": os.environ["SECRET_KEY"],
            "VAR_DIR": str(self.folder),
            "DATABASE_URL": f"sqlite:///{self.database}",
            "PORTAL_URL": f"http://127.0.0.1:{self.port}",
            "BIND": f"127.0.0.1:{self.port}",
            "WEB_WORKERS": str(self.workers),
            "WEB_THREADS": str(self.threads),
            "SMTP_URL": self.smtp_url,
            "LEASE_SECONDS": str(self.lease_seconds),
            "SWEEP_SECONDS": str(SWEEP_SECONDS),
            **more,
        }


def free_port() -> int:
    """Return a TCP port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def kill_group(group: int) -> None:
    """``kill -9`` a process group and wait until its first process is gone."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
    wait_until(lambda: not is_alive(group), 10, f"process group {group} does not end")


def is_alive(group: int) -> bool:
    """Tell whether the first process of the group still runs."""
    try:
        os.kill(group, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(is_so: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Ask ``is_so`` until it holds; after ``seconds`` raise TimeoutError(``otherwise``)."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(otherwise)
        time.sleep(0.02)
