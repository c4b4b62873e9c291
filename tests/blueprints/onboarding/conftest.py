"""Who works on Maple's checklist, and where do its items stand, when a test begins?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core import files
from portal.demo_personas import MAPLE
from portal.domain.checklists.models import ChecklistItem
from portal.domain.organisations.models import Organisation
from portal.domain.people.models import Role
from portal.integrations.storage.local import LocalStorage
from tests.domain.world import everything, membership_of

HERE = "/checklist/items"


@pytest.fixture(autouse=True)
def root(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the contents of this test alone."""
    monkeypatch.setattr(files, "_storage", [LocalStorage(tmp_path / "files")])


@pytest.fixture
def maple(app: Flask) -> Callable[[str], str]:
    """Returns where an item of Maple's stands; Marc is its manager and Noah its seller."""
    with everything(app) as session:
        company = session.scalars(select(Organisation).filter_by(name=MAPLE)).one()
        for short, role in (("marc", Role.PARTNER_MANAGER), ("noah", Role.PARTNER_SELLER)):
            person = membership_of(short)
            person.organisation_id, person.role = company.id, role
        found = session.scalars(select(ChecklistItem).filter_by(organisation_id=company.id))
        paths = {one.key: f"{HERE}/{one.reference}" for one in found}
        session.commit()
    return paths.__getitem__


@pytest.fixture
def asked_again(app: Flask, maple: Callable[[str], str]) -> str:
    """Returns where the questions stand, asked once more, without what was answered."""
    with everything(app) as session:
        item = session.scalars(
            select(ChecklistItem).where(ChecklistItem.reference == maple("profile").split("/")[-1])
        ).one()
        item.status, item.answers, item.next_side = "in_progress", [], "partner"
        item.completed_at = None
        session.commit()
    return maple("profile")
