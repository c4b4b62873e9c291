"""Does the worker hear of what waits, whatever became of the queue's file?"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from portal.core.queue import make_queue


def drain(queue: object) -> None:
    while (task := queue.dequeue()) is not None:  # type: ignore[attr-defined]
        queue.execute(task)  # type: ignore[attr-defined]


def test_a_nudge_comes_out_of_the_queue(tmp_path: Path) -> None:
    heard: list[int] = []
    queue, nudge = make_queue(f"sqlite:///{tmp_path / 'queue.db'}", heard.append)
    nudge(7)
    drain(queue)
    assert heard == [7]


def test_a_broken_queue_is_begun_anew(tmp_path: Path) -> None:
    file = tmp_path / "queue.db"
    file.write_bytes(b"nothing that a database would begin with" * 100)
    heard: list[int] = []
    queue, nudge = make_queue(f"sqlite:///{file}", heard.append)
    nudge(7)
    drain(queue)
    assert heard == [7]


def test_a_queue_out_of_reach_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "queue.db"
    folder.mkdir()
    with pytest.raises(sqlite3.OperationalError):
        make_queue(f"sqlite:///{folder}", print)
    assert folder.is_dir()
