"""Does one command bring up the whole portal, soon, and does nothing of it stay behind?"""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import IO

import psutil
import pytest

from portal import launch
from portal.demo_personas import PERSONAS
from tests.figures import record

ROOT = Path(__file__).parent.parent


def test_a_port_is_a_number_with_a_next_one() -> None:
    assert launch.port_number("8000") == 8000
    for text in ("", "0", "65535", "-1", "8e3", "٨٠٠٠", "eighty"):
        with pytest.raises(launch.CannotStartError, match="PORT is a number"):
            launch.port_number(text)


def test_the_secret_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    file = tmp_path / "secret_key"
    key = launch.secret_key(file)
    assert len(key) >= 32
    assert launch.secret_key(file) == key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_the_environment_says_already_stays(tmp_path: Path) -> None:
    given = {"VAR_DIR": str(tmp_path), "DATABASE_URL": "postgresql+psycopg:///quay"}
    settings = launch.demo_environment(8123, given)
    assert settings["DATABASE_URL"] == "postgresql+psycopg:///quay"
    assert settings["PORTAL_URL"] == "http://127.0.0.1:8123"
    assert settings["VAR_DIR"] == str(tmp_path)


def test_the_newest_migration_is_found_without_the_migration_tool() -> None:
    from alembic.script import ScriptDirectory

    assert launch.newest_migrations() == set(ScriptDirectory(str(ROOT / "migrations")).get_heads())


def free_ports() -> int:
    """Return a port that is free together with the next one."""
    while True:
        with closing(socket.socket()) as first, closing(socket.socket()) as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            with suppress(OSError, OverflowError):
                second.bind(("127.0.0.1", port + 1))
                return port


def _hears_ctrl_c() -> None:
    """Hear it also where the tests themselves were started in the background, deaf to it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Portal:
    """A portal started as `make run` starts it, in a folder of its own."""

    def __init__(self, var: Path, port: int) -> None:
        self.port = port
        self.said = var / "said.txt"
        self._output: IO[str] = self.said.open("w")
        began = time.monotonic()
        self.parent = psutil.Popen(
            [sys.executable, "-m", "portal.launch"],
            cwd=ROOT,
            env=clean_environment(var, self.port),
            stdout=self._output,
            stderr=subprocess.STDOUT,
            preexec_fn=_hears_ctrl_c,
        )
        self._wait_for_an_answer()
        self.seconds = time.monotonic() - began
        self.members = self._wait_for_all()

    def _wait_for_an_answer(self) -> None:
        for _ in range(1200):
            assert self.parent.poll() is None, self.said.read_text()
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=5).close()
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.05)
        pytest.fail(f"no answer: {self.said.read_text()}")

    def _wait_for_all(self) -> list[psutil.Process]:
        """Wait for the greeting and for five: web server, its two workers, provider, worker."""
        for _ in range(200):
            members = self.parent.children(recursive=True)
            if "Ctrl-C" in self.said.read_text() and len(members) >= 5:
                return members
            time.sleep(0.05)
        pytest.fail(f"not everything started: {self.said.read_text()}")

    def child(self, word: str) -> psutil.Process:
        return next(c for c in self.parent.children() if word in " ".join(c.cmdline()))

    def left(self, seconds: float) -> list[psutil.Process]:
        return psutil.wait_procs(self.members, timeout=seconds)[1]

    def end(self) -> None:
        for process in [self.parent, *self.members]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.parent.wait()
        self._output.close()


def clean_environment(var: Path, port: int) -> dict[str, str]:
    settings = ("DATABASE_URL", "SECRET_KEY", "QUAYSIDE_DEMO", "QUAYSIDE_PORT", "PORTAL_URL")
    kept = {name: value for name, value in os.environ.items() if name not in settings}
    return kept | {"VAR_DIR": str(var), "PORT": str(port)}


Home = tuple[Path, int]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A folder and a port where a first start has made the database and the demo world."""
    folder, port = tmp_path_factory.mktemp("var"), free_ports()
    Portal(folder, port).end()
    return folder, port


@pytest.fixture
def portal(home: Home) -> Iterator[Portal]:
    running = Portal(*home)
    yield running
    running.end()


@pytest.mark.quiet
def test_a_second_start_answers_within_three_seconds(home: Home) -> None:
    seconds = []
    for _ in range(3):
        running = Portal(*home)
        seconds.append(running.seconds)
        running.end()
    median = sorted(seconds)[1]
    record(2, "second make run, first answer", "≤ 3 s", f"{median:.1f} s", median <= 3)
    assert median <= 3


@pytest.mark.quiet
def test_it_says_where_it_is_and_who_lives_there(portal: Portal) -> None:
    said = portal.said.read_text()
    assert f"http://127.0.0.1:{portal.port}" in said
    for persona in PERSONAS:
        assert f"{persona.short} " in said
        assert persona.name in said


@pytest.mark.quiet
@pytest.mark.parametrize("victim", ["parent", "gunicorn", "demo_provider", "worker"])
def test_none_is_left_when_one_is_killed(portal: Portal, victim: str) -> None:
    (portal.parent if victim == "parent" else portal.child(victim)).kill()
    left = portal.left(3)
    record(
        2, f"left after kill -9 of the {victim}", "0 processes", f"{len(left)} processes", not left
    )
    assert left == []
    assert victim == "parent" or portal.parent.wait(1) == 1


@pytest.mark.quiet
def test_ctrl_c_ends_it_without_a_complaint(portal: Portal) -> None:
    portal.parent.send_signal(signal.SIGINT)
    assert portal.left(6) == []
    assert portal.parent.wait(1) == 0
    assert "Traceback" not in portal.said.read_text()


@pytest.mark.quiet
@pytest.mark.parametrize("step", [0, 1])
def test_a_taken_port_is_told_in_one_sentence(tmp_path: Path, step: int) -> None:
    port = free_ports()
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", port + step))
        other.listen()
        ended = subprocess.run(
            [sys.executable, "-m", "portal.launch"],
            cwd=ROOT,
            env=clean_environment(tmp_path, port),
            capture_output=True,
            text=True,
            timeout=20,
        )
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"Port {port + step} is already in use")
    assert ended.stderr.count("\n") == 1
