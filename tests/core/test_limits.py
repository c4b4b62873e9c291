"""Do all processes count together, and does a forged address fool the counter?"""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from flask import Flask

from portal.core import limits
from portal.core.limits import FileStorage, limiter
from tests.browser import BASE, Browser
from tests.conftest import MakeApp

COUNT = """
import sys
from portal.core.limits import FileStorage
storage = FileStorage(sys.argv[1])
for _ in range(50):
    storage.incr("shared", 60)
"""
RECEIPT = "/receipts/RC-00000000"  # answers 30 times a minute, whoever asks


@pytest.fixture
def uri(tmp_path: Path) -> str:
    """The address of a file in which nothing was counted yet."""
    return f"file://{tmp_path / 'counts.db'}"


def test_two_processes_count_together(uri: str) -> None:
    running = [subprocess.Popen([sys.executable, "-c", COUNT, uri]) for _ in range(2)]
    assert [process.wait(60) for process in running] == [0, 0]
    assert FileStorage(uri).get("shared") == 100


def test_threads_count_together(uri: str) -> None:
    storage = FileStorage(uri)
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.extend(storage.incr("shared", 60) for _ in range(20)))
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(found) == list(range(1, 101))


def count_at_once(storage: FileStorage, together: threading.Barrier, found: list[int]) -> None:
    """Count once, at the moment at which all others do."""
    together.wait(60)
    found.append(storage.incr("shared", 60))


def test_those_who_begin_a_new_file_together_all_count(tmp_path: Path) -> None:
    """As the first requests of a new portal do, which arrive at the same moment."""
    for place in range(100):
        storage = FileStorage(f"file://{tmp_path / str(place)}")
        together, found = threading.Barrier(8), list[int]()
        threads = [
            threading.Thread(target=count_at_once, args=(storage, together, found))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert sorted(found) == list(range(1, 9))


def test_a_count_begins_anew_when_its_time_is_over(
    uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [1_800_000_000.0]
    monkeypatch.setattr(limits.time, "time", lambda: moment[0])
    storage = FileStorage(uri)
    assert [storage.incr("key", 60) for _ in range(3)] == [1, 2, 3]
    assert storage.get_expiry("key") == moment[0] + 60
    moment[0] += 59
    assert storage.incr("key", 60) == 4
    moment[0] += 1
    assert storage.get("key") == 0
    assert storage.incr("key", 60) == 1
    storage.clear("key")
    assert storage.get("key") == 0


def test_expired_counts_are_cleared_away(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [1_800_000_000.0]
    monkeypatch.setattr(limits.time, "time", lambda: moment[0])
    monkeypatch.setattr(limits, "SELDOM", 5)
    storage = FileStorage(uri)
    for number in range(4):
        storage.incr(f"key {number}", 60)
    moment[0] += 61
    storage.incr("another", 60)
    assert storage.reset() == 1


def ask(app: Flask, **headers: str) -> int:
    """Ask for a receipt as a visitor and return the status."""
    answer = Browser(app).client.get(RECEIPT, base_url=BASE, headers=headers)
    return answer.status_code


def test_a_forged_address_is_counted_with_the_real_one(make_app: MakeApp) -> None:
    limiter.enabled = True
    app = make_app()
    statuses = []
    for number in range(33):
        forged = f"203.0.113.{number}"
        headers = {"X-Forwarded-For": forged, "X-Real-IP": forged, "Forwarded": f"for={forged}"}
        statuses.append(ask(app, **headers))
    assert statuses == [404] * 30 + [429] * 3


def test_behind_a_proxy_only_the_last_hop_is_believed(make_app: MakeApp) -> None:
    limiter.enabled = True
    app = make_app(BEHIND_PROXY=True)
    statuses = [
        ask(app, **{"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"}) for number in range(32)
    ]
    assert statuses == [404] * 30 + [429] * 2
    assert ask(app, **{"X-Forwarded-For": "198.51.100.8"}) == 404


def test_too_many_answers_are_a_page_with_a_way_on(make_app: MakeApp) -> None:
    limiter.enabled = True
    app = make_app()
    browser = Browser(app)
    for _ in range(30):
        browser.client.get(RECEIPT, base_url=BASE)
    page = browser.get(RECEIPT, status=429)
    assert "That was a bit fast" in page.words
