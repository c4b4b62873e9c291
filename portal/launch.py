"""How does `make run` bring up a whole portal, demo world and all, on this machine?"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import secrets
import signal
import socket
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

from portal.demo_personas import GUESTS, PERSONAS
from portal.processes import Child, die_with_parent, run_together

# Nothing above and nothing on the way to the first answer imports Flask or SQLAlchemy here: the
# children load them side by side, and a second start is there within three seconds.

ROOT = Path(__file__).resolve().parent.parent


class CannotStartError(Exception):
    """What is missing, in one sentence for the person at the terminal."""


def main() -> int:
    """Run the portal until it is told to stop, or make its world anew; return the exit code."""
    arguments = _arguments()
    if arguments.end_with_parent:
        die_with_parent(os.getppid(), by=signal.SIGTERM)
    try:
        port = port_number(os.environ.get("PORT", "8000"))
        os.environ.update(demo_environment(port, os.environ))
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # compiling anew takes half of a start
        if arguments.anew:
            _prepare(anew=True)
            print("The demo world is new, dated from today.")
            return 0
        for number in (port, port + 1):
            refuse_taken(number)
        if not is_prepared(os.environ["DATABASE_URL"], provider_port=port + 1):
            _prepare()
        return run_together(
            [_web_server(), _provider(port + 1)],
            followers=[_worker()],
            cwd=ROOT,
            is_ready=lambda: _answers(port),
            greet=lambda: _greet(port),
        )
    except CannotStartError as reason:
        print(reason, file=sys.stderr)
        return 2


def port_number(text: str) -> int:
    """Return the TCP port that ``text`` names; the next one is the demo identity provider's.

    Raises ``CannotStartError`` when no two ports start there.
    """
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 65534:
        raise CannotStartError(f"PORT is a number from 1 to 65534, not {text!r}.")
    return int(text)


def refuse_taken(port: int) -> None:
    """Raise ``CannotStartError`` when this machine's ``port`` cannot be listened on."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise CannotStartError(
                f"Port {port} is not open to you on this machine; choose another one: "
                "make run PORT=9000"
            ) from None
        except OSError:
            raise CannotStartError(
                f"Port {port} is already in use on this machine; choose another pair of ports: "
                "make run PORT=9000"
            ) from None


def demo_environment(port: int, given: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of a demo portal on ``port``; what ``given`` says already stays."""
    var = Path(given.get("VAR_DIR") or ROOT / "var").resolve()
    var.mkdir(parents=True, exist_ok=True)
    return {
        "QUAYSIDE_DEMO": "1",
        "QUAYSIDE_PORT": str(port),
        "PORTAL_URL": f"http://127.0.0.1:{port}",
        "BIND": f"127.0.0.1:{port}",
        "VAR_DIR": str(var),
        "DATABASE_URL": given.get("DATABASE_URL") or f"sqlite:///{var / 'quayside.db'}",
        "SECRET_KEY": given.get("SECRET_KEY") or secret_key(var / "secret_key"),
    }


def secret_key(path: Path) -> str:
    """Return the key kept at ``path``, made at the first call and readable by its owner alone."""
    with suppress(FileExistsError):
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(number, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text()


def is_prepared(database_url: str, provider_port: int) -> bool:
    """Say whether the database certainly stands at the newest migration and holds the demo world,
    whose people sign in through the provider on ``provider_port``.

    Asked of SQLite directly, because loading the migration tool takes longer than all the rest of
    a start; for another database the answer is no, and preparing it finds that nothing is to do.
    """
    scheme, _, path = database_url.partition(":///")
    if not scheme.startswith("sqlite"):
        return False
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True)) as database:
            revisions = set(database.execute("SELECT version_num FROM alembic_version"))
            person = database.execute(
                "SELECT 1 FROM user_identity WHERE issuer = ? AND subject = ?",
                (f"http://localhost:{provider_port}", PERSONAS[0].short),
            ).fetchone()
    except sqlite3.Error:
        return False
    return person is not None and revisions == {(name,) for name in newest_migrations()}


def newest_migrations() -> set[str]:
    """Return the revisions that no other one in migrations/versions builds upon."""
    names: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for file in (ROOT / "migrations" / "versions").glob("*.py"):
        for name, value in re.findall(
            r"^(revision|down_revision)\b[^=]*= ['\"](.+)['\"]", file.read_text(), re.MULTILINE
        ):
            names[name].add(value)
    return names["revision"] - names["down_revision"]


def _prepare(anew: bool = False) -> None:
    print("Preparing the database and the demo world …", flush=True)
    from flask_migrate import upgrade
    from sqlalchemy import select

    from portal import create_app
    from portal.core.database import db
    from portal.core.net import system_mode
    from portal.demo import load_demo, remake_demo
    from portal.domain.people.models import UserIdentity

    app = create_app()
    with app.app_context(), system_mode("demo"):
        upgrade(directory=str(ROOT / "migrations"))
        real_person = db.session.scalar(
            select(UserIdentity.id).where(~UserIdentity.issuer.startswith("http://localhost:"))
        )
        db.session.rollback()
        if anew and real_person is not None:
            raise CannotStartError(
                "Real people sign in to this database, so it is left as it is; "
                "name another one with DATABASE_URL or VAR_DIR."
            )
    (remake_demo if anew else load_demo)(app)


def _web_server() -> Child:
    settings = "python:portal.gunicorn_settings"
    return Child("web server", [sys.executable, "-m", "gunicorn", "-c", settings, "wsgi:app"])


def _provider(port: int) -> Child:
    module = "portal.integrations.demo_provider"
    return Child("demo identity provider", [sys.executable, "-m", module, "--port", str(port)])


def _worker() -> Child:
    return Child("worker", [sys.executable, "-m", "flask", "--app", "wsgi", "worker"])


def _answers(port: int) -> bool:
    try:
        with closing(socket.create_connection(("127.0.0.1", port + 1), timeout=1)):
            pass
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=1)) as web:
            web.request("GET", "/")
            return web.getresponse().status > 0
    except (OSError, http.client.HTTPException):
        return False


def _greet(port: int) -> None:
    print(f"\nQuayside is ready: http://127.0.0.1:{port}\n\nSign in as one of these people:")
    for persona in PERSONAS:
        role = persona.role.replace("_", " ")
        who = f"{persona.name}, {role} at {persona.organisation}"
        print(f"  {persona.short:6} {who}" + (f": {persona.note}" if persona.note else ""))
    for guest in GUESTS:
        print(f"  {guest.short:6} {guest.name}: {guest.note}")
    print("\nCtrl-C ends it.", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m portal.launch", description=__doc__)
    parser.add_argument("--anew", action="store_true", help="only make the demo world anew")
    parser.add_argument(
        "--end-with-parent", action="store_true", help="end when the starting process ends"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
