"""How is the matrix's world opened for a test module, and closed again?"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal import create_app
from portal.core.database import db
from portal.core.limits import limiter
from tests.conftest import _configure
from tests.matrix.world import World


@contextmanager
def opened(demo: Path, folder: Path) -> Iterator[World]:
    """Yield the demo world with purpose-made records, and a canary in every text of every row."""
    file = folder / "portal.db"
    shutil.copy(demo, file)
    limiter.enabled = False
    app = create_app(_configure(f"sqlite:///{file}", folder))
    made = World(app, file)
    yield made
    made.close()
    with app.app_context():
        db.engine.dispose()
