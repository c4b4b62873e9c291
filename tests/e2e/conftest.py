"""What does every test in a real browser stand on: one running portal, one Chromium, its people?"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.live import Live
from tests.e2e.people import PATIENCE, Person, Reviewer, Seller

STAFF = {"carla", "omar", "olga", "pia", "sid", "axel", "vic", "fay", "sam"}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@pytest.hookimpl(tryfirst=True)  # before tests/order.py gives them their place
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def live(sqlite_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The portal as `make run` starts it."""
    portal = Live(sqlite_world, tmp_path_factory.mktemp("live"))
    try:
        portal.start()
        yield portal
    finally:
        portal.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests; each person has a context of their own in it."""
    expect.set_options(timeout=PATIENCE)
    where = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=where, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def person(live: Live, chromium: Browser) -> Iterator[Callable[..., Any]]:
    """Returns the named persona with a phone in the hand: a Seller, or a Reviewer of the vendor."""
    live.tidy()
    met: list[Person] = []

    def meet(short: str, **particulars: Any) -> Person:
        kind = Reviewer if short in STAFF else Seller
        met.append(kind(chromium, live, short, **particulars))
        return met[-1]

    yield meet
    for one in met:
        one.leaves()


@pytest.fixture(params=["with JavaScript", "without JavaScript"])
def js(request: pytest.FixtureRequest) -> bool:
    """Whether the pages' JavaScript runs."""
    return request.param == "with JavaScript"
