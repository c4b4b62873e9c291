"""In which order do the tests run, and what does a run say at its end?"""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from pathlib import Path

import pytest

from tests import figures

QUIET = "process"
"""The mark of tests that measure or kill: nothing else runs beside them."""

_told: dict[str, list[bool]] = defaultdict(list)


def pytest_configure(config: pytest.Config) -> None:
    if "FIGURES" not in os.environ:  # a run by hand keeps its figures to itself
        folder = tempfile.TemporaryDirectory(prefix="figures-")
        os.environ["FIGURES"] = folder.name
        config.add_cleanup(folder.cleanup)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put browsers after what is quick, and what needs quiet last, in one group of one worker."""

    def place(item: pytest.Item) -> int:
        return 2 if item.get_closest_marker(QUIET) else bool(item.get_closest_marker("browser"))

    items.sort(key=place)
    for item in items:
        if item.get_closest_marker(QUIET):
            item.add_marker(pytest.mark.xdist_group("quiet"))


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
