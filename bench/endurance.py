"""Does a worker stay small, and does the portal come up soon?"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from itertools import cycle, islice
from pathlib import Path

from bench import world
from bench.client import Site, Unexpected, drive
from bench.report import Report
from bench.servers import PORTAL, ROOT, Databases, free_port, serve

REQUESTS = 10_000
STEP = 250
SOON = 3.0


def memory(report: Report, databases: Databases) -> None:
    """Ask one web worker ten thousand times for its pages and watch its memory."""
    url = databases.url("sqlite", 1000, report.say)
    with serve(PORTAL, url, databases.folder, workers=1) as server:
        (worker,) = server.workers()
        requests = []
        for reader in (world.SELLER, world.MANAGER):
            browser, ways = server.signed_in(reader), world.ways_of(url, reader)
            browser.fetch("/")
            paths = ("/", *vars(ways).values(), "/registrations", "/account", "/deals?q=amber")
            requests += [browser.request(path) for path in paths]
        asked: list[float] = []
        sizes: list[float] = []
        endless = cycle(requests)
        for number in range(STEP, REQUESTS + 1, STEP):
            drive(server.browser(), list(islice(endless, STEP)), clients=4)
            asked.append(number)
            sizes.append(worker.memory_info().rss / 1000)
    half = len(asked) // 2
    slope = statistics.linear_regression(asked[half:], sizes[half:]).slope
    report.at_most("memory of one web worker after 10,000 requests", sizes[-1] / 1000, 150, " MB")
    report.at_most(
        "growth of one web worker over the last 5,000 requests", slope, 0.2, " kB a request"
    )


def start(report: Report) -> None:
    """Time a second start, from the command to the first answer."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="quayside-bench-") as folder:
        _start(port, Path(folder))
        report.at_most("start to first answer after set-up", _start(port, Path(folder)), SOON, " s")


def _start(port: int, folder: Path) -> float:
    kept = ("QUAYSIDE_", "DATABASE_URL", "SECRET_KEY", "BIND", "WEB_")
    environment = {name: v for name, v in os.environ.items() if not name.startswith(kept)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment.update(PORT=str(port), VAR_DIR=str(folder))
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.launch", "--end-with-parent"],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while time.perf_counter() - began < 120:
            with suppress(OSError, Unexpected):
                if Site(port).fetch("/").status < 500:
                    return time.perf_counter() - began
            if process.poll() is not None:
                raise Unexpected("the portal did not start")
            time.sleep(0.02)
        raise Unexpected("the portal did not answer")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
