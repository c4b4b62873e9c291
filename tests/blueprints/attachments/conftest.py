"""What does every test of attached files begin with?"""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from portal.core import files
from portal.integrations.storage.local import LocalStorage
from tests.domain.world import draft, everything


@pytest.fixture(autouse=True)
def root(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the contents of this test alone."""
    monkeypatch.setattr(files, "_storage", [LocalStorage(tmp_path / "files")])
    return tmp_path / "files"


@pytest.fixture
def begun(app: Flask) -> str:
    """Return the address of a complete draft of Ana's."""
    with everything(app) as session:
        made = draft(company="Filed Works", domain="filed-works.ca")
        session.commit()
        return f"/registrations/{made.reference}"
