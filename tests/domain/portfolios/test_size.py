"""Is a portfolio large where more partners stand in it than are gone through one by one?"""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.domain.people.models import PortfolioEntry
from portal.domain.portfolios import size
from tests.domain.world import everything, membership_of, seen_by


def test_only_the_own_portfolio_counts_and_the_bound_itself_is_small(
    data_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with everything(data_app) as session:
        query = select(func.count()).select_from(PortfolioEntry)
        held = session.scalar(
            query.where(PortfolioEntry.membership_id == membership_of("carla").id)
        )
    assert held > 2
    for bound, is_large in ((0, True), (held - 1, True), (held, False), (200, False)):
        monkeypatch.setattr(size, "MANY", bound)
        with seen_by(data_app, "carla") as carla:
            assert size.is_large(carla) is is_large, bound
    monkeypatch.setattr(size, "MANY", 0)
    with seen_by(data_app, "pia") as pia:
        assert not size.is_large(pia)
