"""What does a real browser talk to: the whole portal, started as `make run` starts it?"""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from portal import create_app
from portal.core.transactions import record_aside
from portal.demo.checklists import TEMPLATES
from portal.domain.applications.applying import token_of
from portal.domain.applications.models import Application
from portal.domain.applications.operations import take
from portal.domain.checklist_templates.content import as_kept
from portal.domain.checklist_templates.models import ChecklistTemplate
from portal.domain.checklist_templates.operations import publish
from portal.domain.checklists import clock as checklist_clock
from portal.domain.people.invitations import make_link
from portal.domain.people.models import Membership, User
from portal.domain.registrations.models import Status
from tests.browser import Browser
from tests.domain.world import actor_of, everything, in_state
from tests.e2e.customers import Customer

ROOT = Path(__file__).parents[2]
START_SECONDS = 60


class Live:
    """The running portal; its address, its database, and short ways that are no test of sign-in."""

    def __init__(self, world: Path, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "quayside.db"
        self.port = two_free_ports()
        self.url = f"http://127.0.0.1:{self.port}"
        self.provider_url = f"http://localhost:{self.port + 1}"
        shutil.copy(world, self.database)
        with self.writing() as database:
            database.execute("UPDATE user_identity SET issuer = ?", (self.provider_url,))
        self.speaks("en")
        self._process: subprocess.Popen[bytes] | None = None
        self._app: Flask | None = None

    def start(self, **more: str) -> None:
        """Start web server, identity provider and worker; return when they answer.

        ``more`` are settings beside those of the demo.
        """
        environment = {
            **os.environ,
            "PORT": str(self.port),
            "VAR_DIR": str(self.folder),
            "DATABASE_URL": f"sqlite:///{self.database}",
            "WEB_WORKERS": "1",
            "WEB_THREADS": "8",
            **more,
        }
        with open(self.folder / "portal.log", "ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "portal.launch", "--end-with-parent"],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the portal did not start:\n{self.log()}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End all that was started."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)

    def log(self) -> str:
        """Return what the processes wrote."""
        return (self.folder / "portal.log").read_text(errors="replace")

    def cookie(self, short: str) -> dict[str, str]:
        """Return the cookie of a new login session of a persona, as Playwright takes it."""
        browser = Browser(self._inside()).signed_in(short, None)
        found = browser.client.get_cookie("sid", domain="127.0.0.1")
        assert found is not None
        return {"name": "sid", "value": found.value, "url": self.url}

    def given(self, status: str, customer: Customer, by: str = "ana") -> str:
        """Return the reference of a registration in ``status``, made without a browser.

        Whoever it waits for at the vendor is Omar.
        """
        domain = customer.website.removeprefix("https://www.")
        with everything(self._inside()) as session:
            made = in_state(Status(status), by, "omar", company=customer.company, domain=domain)
            session.commit()
            return str(made.reference)

    def taken_application(self, company: str) -> str:
        """Return the reference of a company's application, under review by Pia."""
        with everything(self._inside()) as session:
            one = session.scalars(select(Application).filter_by(company=company)).one()
            if one.status == "submitted":
                take(one, actor_of("pia"))
                session.commit()
            return str(one.reference)

    def application_link(self, company: str) -> str:
        """Return the address at which a company follows its application."""
        with everything(self._inside()) as session:
            one = session.scalars(select(Application).filter_by(company=company)).one()
            return f"/partner-application/{token_of(one)}"

    def join_link(self, short: str) -> str:
        """Return the token of a new one-time link for a persona's membership."""
        app = self._inside()
        with app.app_context(), record_aside("sign-in") as aside:
            membership = aside.scalar(
                select(Membership).join(User).where(User.email.startswith(f"{short}@"))
            )
            return make_link(aside, membership)

    def speaks(self, language: str) -> None:
        """Have everybody read the portal in "en" or "fr"."""
        with self.writing() as database:
            database.execute("UPDATE user SET language = ?", (language,))

    def ask(self, query: str, *values: object) -> list[tuple]:
        """Return the rows of ``query``, read from the database's file."""
        with closing(sqlite3.connect(self.database, timeout=20)) as database:
            return database.execute(query, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection to the database's file whose changes are committed at the end."""
        with closing(sqlite3.connect(self.database, timeout=20)) as database:
            yield database
            database.commit()

    @contextmanager
    def without_room(self, short: str) -> Iterator[None]:
        """Let a persona's company keep as much as it may."""
        with self.writing() as database:
            database.execute(
                "INSERT INTO kept_file (key, mime, size, digest, organisation_id, made_at,"
                " page, width, height)"
                " SELECT 'full', 'text/plain', ?, '', m.organisation_id,"
                " CURRENT_TIMESTAMP, 0, 0, 0"
                " FROM membership m JOIN user u ON u.id = m.user_id WHERE u.email LIKE ?",
                (6 * 1024**3, f"{short}@%"),
            )
        yield
        with self.writing() as database:
            database.execute("DELETE FROM kept_file WHERE key = 'full'")

    def end_sessions(self, short: str) -> None:
        """End every login session of a persona, as deactivation or the provider would."""
        with self.writing() as database:
            database.execute(
                "UPDATE login_session SET ended_at = CURRENT_TIMESTAMP WHERE membership_id IN"
                " (SELECT m.id FROM membership m JOIN user u ON u.id = m.user_id"
                "  WHERE u.email LIKE ?)",
                (f"{short}@%",),
            )

    def an_hour_passes(self) -> None:
        """Let it be an hour ago that everybody who is signed in has proved who they are."""
        with self.writing() as database:
            database.execute(
                "UPDATE login_session SET authenticated_at = datetime('now', '-1 hour')"
            )

    def count(self, tag: str, reference: str) -> int:
        """Return how many events with that tag the record's chain holds."""
        query = "SELECT count(*) FROM event WHERE tag = ? AND chain = ?"
        return int(self.ask(query, tag, reference)[0][0])

    def registrations_of(self, company: str) -> list[tuple]:
        """Return (reference, status) of every registration of that company."""
        return self.ask("SELECT reference, status FROM registration WHERE company = ?", company)

    def lets_the_clock_run(self) -> None:
        """Have done what the worker does with checklists once a minute."""
        with everything(self._inside()) as session:
            list(checklist_clock.run(session))

    def asks_what_the_demo_asks(self) -> None:
        """Put the resellers' template back in use as the demo world has it."""
        with everything(self._inside()) as session:
            query = select(ChecklistTemplate).where(ChecklistTemplate.name == "New resellers")
            template = session.scalars(query).one()
            template.kept, template.is_changed = [as_kept(one) for one in TEMPLATES[0].items], True
            publish(template, actor_of("pia"))
            session.commit()

    def tidy(self) -> None:
        """Remove what an earlier test typed and never sent, so that no test begins with it."""
        with self.writing() as database:
            database.execute("DELETE FROM draft")
            database.execute("DELETE FROM registration WHERE status = 'draft' AND company = ''")

    def _inside(self) -> Flask:
        if self._app is None:
            self._app = create_app(
                {
                    "SQLALCHEMY_DATABASE_URI": f"sqlite:///{self.database}",
                    "QUEUE_URL": f"sqlite:///{self.folder / 'queue.db'}",
                    "VAR_DIR": str(self.folder),
                    "LIMITS_URL": f"file://{self.folder / 'limits.db'}",
                    "PORTAL_URL": self.url,
                    "TRUSTED_HOSTS": ["127.0.0.1", "localhost"],
                }
            )
        return self._app

    def _answers(self) -> bool:
        for address in (f"{self.url}/sign-in", self.provider_url):
            try:
                with urllib.request.urlopen(address, timeout=2) as answer:
                    if answer.status != 200:
                        return False
            except OSError:
                return False
        return True


def two_free_ports() -> int:
    """Return the first of two TCP ports side by side that nobody listens on."""
    while True:
        with closing(socket.socket()) as first, closing(socket.socket()) as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port
