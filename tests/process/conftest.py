"""What does every test that kills processes stand on?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.process.harness import Running
from tests.process.mailbox import Mailbox
from tests.process.nursery import Nursery


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Starts real servers quickly."""
    made = Nursery()
    yield made
    made.close()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """An SMTP server that keeps what it accepts."""
    with Mailbox() as server:
        yield server


@pytest.fixture
def start(
    nursery: Nursery, mailbox: Mailbox, app: Flask, tmp_path: Path
) -> Iterator[Callable[..., Running]]:
    """Returns the portal's processes on the database of ``app``, with none started yet."""
    made: list[Running] = []

    def make(**particulars: Any) -> Running:
        made.append(Running(nursery, tmp_path, mailbox.url, **particulars))
        return made[-1]

    yield make
    for running in made:
        running.close()
        print(running.errors()[-4000:])  # shown only when the test fails
