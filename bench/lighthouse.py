"""What does Lighthouse say of the pages on a phone?"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

from sqlalchemy import select

from bench import weight
from bench.client import Unexpected
from bench.report import Report
from bench.servers import PORTAL, Databases, Server, serve, session_cookie
from portal.core.database import Base, db
from portal.core.identity import Identity
from portal.core.net import system_mode
from portal.core.times import now
from portal.demo import load_demo
from portal.domain.deals.models import Deal
from portal.domain.people.models import Membership, User, UserIdentity
from portal.domain.people.sessions import open_session
from portal.domain.registrations.models import Registration, Status

RUNS = 5
GOALS = {"performance": 98, "accessibility": 100, "best-practices": 100}
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"


def measure(report: Report, databases: Databases) -> None:
    """Run Lighthouse on five kinds of page of the demo world; say why where it cannot."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not shutil.which("npm") or not chromium:
        report.say("Lighthouse was not run: it needs Node with npm, and Chromium.")
        return
    with tempfile.TemporaryDirectory(prefix="lighthouse-") as folder:
        install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "lighthouse@12.8.2"]
        if subprocess.run(install, cwd=folder, capture_output=True, check=False).returncode:
            report.say("Lighthouse was not run: npm could not install it.")
            return
        url = f"sqlite:///{databases.folder / 'phone.db'}"
        with serve(PORTAL, _demo(url, databases.folder), databases.folder) as server:
            for name, subject, path in _pages(url, databases.folder):
                _page(report, Path(folder), chromium, server, name, subject, path)


def _demo(url: str, folder: Path) -> str:
    app = weight.make_app(url, folder)
    with app.app_context():
        Base.metadata.create_all(db.engine)
    load_demo(app)
    return url


def _pages(url: str, folder: Path) -> list[tuple[str, str, str]]:
    """Return (name, who looks, path) of each kind of page."""
    app = weight.make_app(url, folder)
    with app.app_context(), system_mode("bench"):
        ana = db.session.scalars(
            select(Membership.id).join(User).where(User.email.startswith("ana@"))
        ).one()
        deal = db.session.scalar(select(Deal.reference).where(Deal.owner_id == ana))
        draft, sent = (
            db.session.scalar(
                select(Registration.reference).where(condition).order_by(Registration.id)
            )
            for condition in (
                (Registration.owner_id == ana) & (Registration.status == Status.DRAFT),
                Registration.status == Status.UNDER_REVIEW,
            )
        )
    return [
        ("home", "ana", "/"),
        ("deals list", "ana", "/deals"),
        ("deal page", "ana", f"/deals/{deal}"),
        ("registration step", "ana", f"/registrations/{draft}/customer"),
        ("decision page", "olga", f"/admin/registrations/{sent}"),
    ]


def _cookie(server: Server, folder: Path, subject: str) -> str:
    app = weight.make_app(server.database, folder)
    with app.app_context(), system_mode("bench"):
        found = db.session.scalars(
            select(UserIdentity).where(UserIdentity.subject == subject)
        ).one()
        identity = Identity(found.issuer, subject, None, True, subject, authenticated_at=now())
        token = open_session(db.session(), identity, "127.0.0.1", "bench")
        db.session.commit()
    return "sid=" + session_cookie({"_user_id": token})


def _page(
    report: Report, folder: Path, chromium: str, server: Server, name: str, subject: str, path: str
) -> None:
    scores: dict[str, list[float]] = {goal: [] for goal in GOALS}
    for _run in range(RUNS):
        found = _run_once(folder, chromium, server, subject, path)
        for goal, score in found.items():
            scores[goal].append(score)
    middle = {goal: statistics.median(found) for goal, found in scores.items()}
    report.figure(
        f"Lighthouse mobile, {name}",
        ">= 98 / 100 / 100",
        " / ".join(f"{middle[goal]:.0f}" for goal in GOALS),
        all(middle[goal] >= GOALS[goal] for goal in GOALS),
    )


def _run_once(
    folder: Path, chromium: str, server: Server, subject: str, path: str
) -> dict[str, float]:
    cookie = _cookie(server, folder, subject)
    output = folder / "report.json"
    done = subprocess.run(
        ["node_modules/.bin/lighthouse", f"http://127.0.0.1:{server.port}{path}", "--quiet",
         "--output=json", f"--output-path={output}", f"--only-categories={','.join(GOALS)}",
         f"--extra-headers={json.dumps({'Cookie': cookie})}", f"--chrome-flags={FLAGS}"],
        cwd=folder, env={**os.environ, "CHROME_PATH": chromium}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Unexpected(done.stderr[-2000:])
    found = json.loads(output.read_text())
    if not found["finalDisplayedUrl"].endswith(path):
        raise Unexpected(f"Lighthouse saw {found['finalDisplayedUrl']}, not {path}")
    return {goal: 100 * (found["categories"][goal]["score"] or 0) for goal in GOALS}
