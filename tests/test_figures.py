"""Does a figure that missed its goal stay visible?"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import figures


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIGURES", str(tmp_path))


def test_one_row_a_name_in_order() -> None:
    figures.record(9, "weight", "35 kB", "40 kB", ok=True)
    figures.record(2, "kills", "0 lost", "0 lost", ok=True)
    figures.record(9, "weight", "35 kB", "31 kB", ok=True)
    rows = figures.collected()
    assert [(row["issue"], row["name"], row["result"]) for row in rows] == [
        (2, "kills", "0 lost"),
        (9, "weight", "31 kB"),
    ]


def test_a_miss_is_not_covered_by_a_later_success() -> None:
    figures.record(2, "kills", "0 lost", "3 lost", ok=False)
    figures.record(2, "kills", "0 lost", "0 lost", ok=True)
    assert figures.lines() == ["MISSED #2 kills: 3 lost (goal: 0 lost)"]
