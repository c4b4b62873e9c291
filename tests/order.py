"""In which order do the tests run, and what does a run say at its end?"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path

import pytest

from tests import figures

PLACES = ("browser", "process", "quiet")
"""The marks of tests that run after the others, in this order."""

_told: dict[str, list[bool]] = defaultdict(list)


def pytest_configure(config: pytest.Config) -> None:
    if "FIGURES" not in os.environ:  # a run by hand keeps its figures to itself
        folder = tempfile.TemporaryDirectory(prefix="figures-")
        os.environ["FIGURES"] = folder.name
        config.add_cleanup(folder.cleanup)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put browsers after what is quick, then killed processes, and last what needs quiet.

    In each place the long ones come first, so that both workers are busy to its end; what needs
    quiet is one group of one worker.
    """

    def place(item: pytest.Item) -> tuple[int, bool]:
        marks = {mark.name for mark in item.iter_markers()}
        places = [number for number, name in enumerate(PLACES, 1) if name in marks]
        return max(places, default=0), "long" not in marks

    items.sort(key=place)
    for item in items:
        if item.get_closest_marker("quiet"):
            item.add_marker(pytest.mark.xdist_group("quiet"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let a test that needs quiet wait for the other workers' tests, and them for it."""
    kind = fcntl.LOCK_EX if item.get_closest_marker("quiet") else fcntl.LOCK_SH
    with open(Path(os.environ["VAR_DIR"]) / "quiet.lock", "w") as lock:
        fcntl.flock(lock, kind)
        return (yield)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count what passes in a browser, file by file; the controller hears of every worker's."""
    path = Path(report.nodeid.partition("::")[0])
    if path.parent.name == "e2e" and (report.when == "call" or report.failed):
        _told[path.stem.removeprefix("test_").replace("_", " ")].append(report.passed)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for name, passed in _told.items():
        result = f"{sum(passed)} of {len(passed)} pass"
        figures.record(2, f"browser: {name}", "all pass", result, all(passed))
    if measured := figures.lines():
        terminalreporter.section("figures")
        terminalreporter.write("\n".join(measured) + "\n")
