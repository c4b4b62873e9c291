"""In which order do the tests run, and what does a run say at its end?"""

from __future__ import annotations

import os
import tempfile

import pytest

from tests import figures

ALONE = ("process", "browser")
"""Marks of tests that measure, kill or drive a browser: nothing else runs beside them."""


def pytest_configure(config: pytest.Config) -> None:
    if "FIGURES" not in os.environ:  # a run by hand keeps its figures to itself
        folder = tempfile.TemporaryDirectory(prefix="figures-")
        os.environ["FIGURES"] = folder.name
        config.add_cleanup(folder.cleanup)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests that need quiet last and into one group, which one worker then runs alone."""

    def place(item: pytest.Item) -> int:
        marks = [place for place, name in enumerate(ALONE, 1) if item.get_closest_marker(name)]
        return max(marks, default=0)

    items.sort(key=place)
    for item in items:
        if place(item):
            item.add_marker(pytest.mark.xdist_group("alone"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if measured := figures.lines():
        terminalreporter.section("figures")
        terminalreporter.write("\n".join(measured) + "\n")
