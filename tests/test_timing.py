"""Does the time of an answer tell whether a record exists that is not for the reader?"""

from __future__ import annotations

import statistics
import time

import pytest
from flask import Flask

from portal.domain.registrations import operations
from tests.browser import BASE, Browser
from tests.domain.world import actor_of, everything, under_review
from tests.figures import record

ROUNDS = 150
NEAR = 0.2


@pytest.mark.quiet
def test_a_foreign_record_takes_as_long_as_none(data_app: Flask) -> None:
    with everything(data_app) as session:
        registration = under_review("ana", domain="timing.ca")
        deal = operations.approve(registration, actor_of("olga"))
        session.commit()
        pairs = {
            "deal": (f"/deals/{deal.reference}", "/deals/DL-00000000"),
            "registration": (
                f"/registrations/{registration.reference}", "/registrations/DR-00000000"
            ),
        }  # fmt: skip
    bruno = Browser(data_app).signed_in("bruno").client
    kind = "SQLite" if "sqlite" in data_app.config["SQLALCHEMY_DATABASE_URI"] else "PostgreSQL"
    for noun, paths in pairs.items():
        took: tuple[list[float], list[float]] = ([], [])
        for number in range(ROUNDS):
            # Whichever comes first finds the colder caches, so they take turns.
            for place in (0, 1) if number % 2 else (1, 0):
                began = time.perf_counter()
                assert bruno.get(paths[place], base_url=BASE).status_code == 404
                took[place].append(time.perf_counter() - began)
        foreign, absent = (statistics.median(one[10:]) for one in took)
        ratio = foreign / absent
        is_near = abs(ratio - 1) <= NEAR
        record(
            3,
            f"median answer to a foreign {noun} / to one that never was ({kind})",
            "within 20 %",
            f"{ratio:.2f} ({foreign * 1000:.2f} ms / {absent * 1000:.2f} ms)",
            is_near,
        )
        assert is_near, (noun, ratio)
