"""Is what the portal acknowledges on disk before the answer leaves?"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask

from tests.figures import record
from tests.process.harness import Running, wait_until
from tests.process.nursery import ROOT
from tests.process.people import Journal, register
from tests.process.remote import Remote, sign_in

pytestmark = pytest.mark.process
CALLS = "pwrite64,write,fsync,fdatasync,sendto"
LINE = re.compile(r"^(?P<thread>\d+) +(?P<call>\w+)\(\d+<(?P<file>[^>]*)>(?P<rest>.*)$")


def test_what_is_acknowledged_is_on_disk(start: Callable[..., Running], app: Flask) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("There is no strace here to watch the disk with; install it to run this test.")
    running = start()
    trace = running.folder / "trace"
    settings = running.environment({"WEB_WORKERS": "1", "WEB_THREADS": "1"})
    log = running.folder / "web.log"
    web = subprocess.Popen(
        [
            *(strace, "-f", "--seccomp-bpf", "-y", "-s", "32", "-e", f"trace={CALLS}"),
            *("-o", str(trace), sys.executable, "-m", "gunicorn"),
            *("-c", "python:portal.gunicorn_settings", "wsgi:app"),
        ],
        cwd=ROOT,
        env=settings,
        stderr=log.open("w"),
        process_group=0,
    )
    try:
        with suppress(TimeoutError):
            wait_until(lambda: web.poll() is not None or running.answers(), 40, "it is slow")
        if web.poll() is not None:
            pytest.skip(f"strace may not watch processes here: {log.read_text()[-200:]}")
        journal = Journal()
        register(Remote(running.port, sign_in(app, "ana")), journal, "durable", "durable.ca")
        assert journal.puzzles == []
    finally:
        with suppress(ProcessLookupError):
            os.killpg(web.pid, signal.SIGTERM)  # strace itself waits for gunicorn
        with suppress(subprocess.TimeoutExpired):
            web.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(web.pid, signal.SIGKILL)
        web.wait(10)
    answers, synced = read(trace, running.database)
    record(
        2,
        "acknowledged is on disk",
        "a sync of the database between each commit and its answer",
        f"{synced} of {answers} acknowledged forms",
        answers == synced > 0,
    )
    assert answers == journal.answered
    assert synced == answers


def read(trace: Path, database: Path) -> tuple[int, int]:
    """Return how many answers say "done", and before how many of them the database was synced."""
    log = f"{database}-wal"
    answers = synced = 0
    # By thread, since its last answer: what it did last to the database's log.
    last: dict[str, str] = {}
    for line in trace.read_text(errors="replace").splitlines():
        found = LINE.match(line)
        if not found:
            continue
        thread, call = found["thread"], found["call"]
        if found["file"] == log:
            last[thread] = call
        elif call == "sendto" and '"HTTP/1.1 303' in found["rest"]:
            answers += 1
            synced += last.pop(thread, "nothing") in ("fsync", "fdatasync")
    return answers, synced
