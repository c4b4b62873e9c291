"""What comes over the wire: at the first visit, with each later page, with each fragment?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from bench import world
from bench.report import Report
from bench.servers import SECRET, Databases
from portal import create_app
from portal.blueprints.deals import lists
from portal.core.database import Base, db, transaction_mode
from portal.core.identity import Identity
from portal.core.net import system_mode
from portal.core.times import now
from portal.demo import load_demo
from portal.domain.people.models import UserIdentity
from portal.domain.people.sessions import open_session

BASE = "http://127.0.0.1:8000"
READERS = ("ana", "marc", "diego", "nadia", "carla", "olga", "pia", "axel", "theo")
EACH_KIND = 8
"""Pages of one endpoint that a reader visits."""
KB = 1000
_NAMED = re.compile(r'(?:src|href)="(/static/[^"#]+)')
_LINKS = re.compile(r'href="(/[^"#]*)"')


def make_app(url: str, folder: Path) -> Flask:
    """Return the portal in this process, for what is counted and not timed."""
    return create_app(
        {
            "SQLALCHEMY_DATABASE_URI": url,
            "QUEUE_URL": f"sqlite:///{folder / 'queue.db'}",
            "LIMITS_URL": f"file://{folder / 'limits.db'}",
            "VAR_DIR": str(folder),
            "PORTAL_URL": BASE,
            "SECRET_KEY": SECRET,
        }
    )


def signed_in(app: Flask, subject: str) -> FlaskClient:
    """Return a client in which the person with that subject is signed in."""
    token = transaction_mode.set("write")
    with app.app_context(), system_mode("bench"):
        found = db.session.scalars(
            select(UserIdentity).where(UserIdentity.subject == subject)
        ).one()
        identity = Identity(found.issuer, subject, None, True, subject, authenticated_at=now())
        secret = open_session(db.session(), identity, "127.0.0.1", "bench")
        db.session.commit()
    transaction_mode.reset(token)
    client = app.test_client()
    with client.session_transaction(base_url=BASE) as session:
        session["_user_id"] = secret
    return client


def measure(report: Report, databases: Databases) -> None:
    """Weigh the demo world's pages and a list of 25 rows, as brotli sends them."""
    demo = make_app(f"sqlite:///{databases.folder / 'demo.db'}", databases.folder)
    with demo.app_context():
        Base.metadata.create_all(db.engine)
    load_demo(demo)
    _first_load(report, signed_in(demo, "ana"))
    pages: dict[str, tuple[int, str]] = {}
    fragments: dict[str, tuple[int, str]] = {}
    full = make_app(databases.url("sqlite", 1000, report.say), databases.folder)
    for app, readers in ((demo, READERS), (full, (world.SELLER.subject, world.MANAGER.subject))):
        for reader in readers:
            _visit(app, signed_in(app, reader), reader, pages, fragments)
    for what, found, limit in (("a later page", pages, 4.5), ("a fragment", fragments, 1.5)):
        size, where = max(found.values())
        beside = f"heaviest of {len(found)} kinds: {where}"
        over = sorted(
            f"{kind} {bytes_ / KB:.2f}"
            for kind, (bytes_, _) in found.items()
            if bytes_ > limit * KB
        )
        if over:
            beside += "; over: " + ", ".join(over)
        report.at_most(f"{what}, compressed", size / KB, limit, " kB", beside=beside)
    _statements(report, full)


def _size(client: FlaskClient, path: str, **headers: str) -> tuple[int, str]:
    """Return the bytes of the compressed body, and the text (empty unless 200)."""
    answer = client.get(path, base_url=BASE, headers={"Accept-Encoding": "br", **headers})
    if answer.status_code != 200:
        return 0, ""
    bare = client.get(path, base_url=BASE, headers=headers)
    is_text = bare.mimetype.startswith("text/")  # a file and a picture are no page
    return len(answer.data), bare.get_data(as_text=True) if is_text else ""


def _first_load(report: Report, client: FlaskClient) -> None:
    document, text = _size(client, "/")
    parts = {"/": document}
    for url in set(_NAMED.findall(text)):
        parts[url] = _size(client, url)[0]
    beside = ", ".join(
        f"{Path(urlsplit(url).path).name or 'document'} {size / KB:.1f}"
        for url, size in sorted(parts.items())
    )
    total = sum(parts.values()) / KB
    report.at_most("first load of home, compressed", total, 35, " kB", beside=beside)
    report.at_most("requests of the first load of home", len(parts), 6)
    own = {Path(urlsplit(url).path).name: size / KB for url, size in parts.items()}
    report.at_most("own JavaScript, compressed", own["app.js"], 3, " kB")
    report.at_most("own CSS, compressed", own["app.css"], 9, " kB")


def _visit(
    app: Flask,
    client: FlaskClient,
    reader: str,
    pages: dict[str, tuple[int, str]],
    fragments: dict[str, tuple[int, str]],
) -> None:
    adapter = app.url_map.bind("127.0.0.1")
    queue, seen, visits = ["/"], {"/"}, dict[str, int]()
    while queue:
        path = queue.pop(0)
        kind = _kind(adapter, path)
        visits[kind] = visits.get(kind, 0) + 1
        is_page = kind not in ("static", "") and not kind.endswith("export")
        if not is_page or visits[kind] > EACH_KIND:
            continue
        size, text = _size(client, path)
        if not text:
            continue
        pages[kind] = max(pages.get(kind, (0, "")), (size, f"{path} for {reader}"))
        size, part = _size(client, path, **{"HX-Request": "true"})
        if part and "<html" not in part:
            fragments[kind] = max(fragments.get(kind, (0, "")), (size, f"{path} for {reader}"))
        for link in _LINKS.findall(text.replace("&amp;", "&")):
            if link not in seen:
                seen.add(link)
                queue.append(link)


def _kind(adapter: object, path: str) -> str:
    try:
        endpoint, values = adapter.match(urlsplit(path).path, "GET")  # type: ignore[attr-defined]
    except Exception:  # the address leads elsewhere, or only takes posts
        return ""
    return f"{endpoint}:{values['step']}" if "step" in values else str(endpoint)


@contextmanager
def _counted() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _statements(report: Report, app: Flask) -> None:
    for reader in (world.SELLER, world.MANAGER):
        client, counts = signed_in(app, reader.subject), []
        for size in (5, 25):
            lists.SIZE, was = size, lists.SIZE
            client.get("/deals", base_url=BASE)
            with _counted() as statements:
                client.get("/deals", base_url=BASE)
            counts.append(len(statements))
            lists.SIZE = was
        report.figure(
            f"SQL statements of the deals list, {reader.title}",
            "<= 5, the same for 5 and 25 rows",
            f"{counts[0]} for 5 rows, {counts[1]} for 25",
            counts[0] == counts[1] <= 5,
        )
