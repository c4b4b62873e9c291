"""Does whoever sees the portal as another person read what they read, and write nothing at all?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from bs4 import BeautifulSoup
from sqlalchemy import select

from portal.core.database import db
from portal.core.guards import guard_of
from portal.core.net import system_mode
from portal.domain.explaining.subjects import Subject, subject_of
from portal.domain.people.models import Membership
from portal.domain.permissions import READING
from tests.browser import BASE
from tests.matrix.canaries import CANARY, REFERENCE
from tests.matrix.cells import FILES, READING_LEAVES, Cell, cells_of
from tests.matrix.explained import told_of
from tests.matrix.oracle import PUBLIC, expect
from tests.matrix.planting import STAFF
from tests.matrix.walk import REFUSALS, Walk, offers
from tests.matrix.world import Change, World

# Of everybody whom one may view as: a seller, a manager, an administrator, one of the vendor's.
PAIRS = (("carla", "ana"), ("carla", "marc"), ("pia", "nadia"), ("pia", "sam"))


class Onlooker:
    """One who sees the portal as another person does; what is wrong is collected."""

    def __init__(self, world: World, viewer: str, viewed: str) -> None:
        self.world, self.viewer, self.viewed = world, viewer, viewed
        self.person = world.people[viewed]
        # What may stand on a page is what the viewed person may read; it is asked by the viewer.
        self.way = Walk(world, viewed)
        self.way.browser = world.browsers[viewer]
        self.cells = 0
        self.tried: set[tuple[str, str]] = set()

    def begin(self) -> None:
        """Fill in the form that begins it."""
        browser = self.way.browser
        member = self.world.member(self.person.membership)
        page = browser.get(f"/admin/people/{member.reference}/viewing", check=False)
        browser.submit(page, reason="To see it as they do", status=303)
        self.world.written()

    def run(self) -> Iterator[str]:
        """Yield what is wrong with any cell."""
        for cell in cells_of(self.world, self.viewed):
            self.cells += 1
            yield from self._write(cell) if cell.method != "GET" else self._read(cell)
        yield from self.way.faults

    def _status(self, cell: Cell) -> int:
        """Return the answer to reading: theirs, but for pages that are the person's alone."""
        status = expect(self.person, cell.endpoint, cell.method, cell.facts)
        if cell.endpoint == "registrations.show" and status == 302 and cell.short not in STAFF:
            return 200  # a draft, which they go on with, is only read
        return self._open_or_closed(cell.endpoint, status)

    def _open_or_closed(self, endpoint: str, status: int) -> int:
        guard = guard_of(self.world.app, endpoint)
        is_closed = guard is not None and guard.permission not in READING
        return 403 if is_closed and status != 404 else status

    def _read(self, cell: Cell) -> Iterator[str]:
        status = self._status(cell)
        answer = self.way.ask("GET", cell.path, htmx=cell.htmx)
        if answer.status_code != status:
            yield f"{self.viewer} as {cell}: {answer.status_code}, not {status}"
        tags = ["viewing:page", *(["access:deny"] if status == 403 else [])]
        if status == 200 and cell.endpoint in READING_LEAVES:
            tags.append(READING_LEAVES[cell.endpoint])
        yield from self._judge(cell, self.world.written(), tags)
        if status == 200 and cell.endpoint not in FILES:
            yield from self._offers(cell, answer.text)
            headers = {"HX-Request": "true"} if cell.htmx else {}
            client = self.world.browsers[self.viewed].client
            theirs = client.get(cell.path, base_url=BASE, headers=headers)
            self.world.written()
            if theirs.status_code == 200 and _told_in(answer.text) != _told_in(theirs.text):
                odd = _told_in(answer.text) ^ _told_in(theirs.text)
                yield f"{self.viewer} as {cell}: reads other words: {sorted(odd)[:4]}"
            if not cell.htmx and "You are viewing as" not in answer.text:
                yield f"{self.viewer} as {cell}: is not told"

    def _offers(self, cell: Cell, text: str) -> Iterator[str]:
        """No link leads to a refusal, and nothing can be sent but the end of it."""
        for method, path in offers(text):
            endpoint, values = self.way.adapter.match(path.partition("?")[0], method)
            name = values.get("reference") or str(values.get("key") or "")
            if endpoint in PUBLIC or (method, path) in self.tried:
                continue
            self.tried.add((method, path))
            facts = self.world.facts.get(name)
            status = self._open_or_closed(endpoint, expect(self.person, endpoint, method, facts))
            if method == "POST" or status in REFUSALS:
                yield f"{self.viewer} as {cell}: offers {method} {path}"

    def _write(self, cell: Cell) -> Iterator[str]:
        typed = self.way.typed(cell) | {"submission_key": self.world.keys[self.viewer].submission}
        typed["csrf_token"] = self.world.keys[self.viewer].csrf
        answer = self.way.ask("POST", cell.path, typed, cell.htmx)
        if answer.status_code != 403:
            yield f"{self.viewer} as {cell}: {answer.status_code}, not 403"
        yield from self._judge(cell, self.world.written(), ["access:deny"])

    def _judge(self, cell: Cell, changes: Sequence[Change], tags: Sequence[str]) -> Iterator[str]:
        events = [place for table, op, place in changes if (table, op) == ("event", "INSERT")]
        rows = [self.world.row("event", place) for place in events]
        if [row["tag"] for row in rows] != list(tags):
            yield f"{self.viewer} as {cell}: recorded {[row['tag'] for row in rows]}"
        if {row["membership_id"] for row in rows} != {self.world.people[self.viewer].membership}:
            yield f"{self.viewer} as {cell}: an event of somebody else"
        if others := {table for table, _, _ in changes} - {"event", "chain_head"}:
            yield f"{self.viewer} as {cell}: wrote {sorted(others)}"


def _told_in(text: str) -> frozenset[str]:
    """Return the words and records that a page is about, beside its buttons."""
    soup = BeautifulSoup(text, "html.parser")
    main: Any = soup.find("main") or soup
    for button in main.select("a.button, form"):
        button.decompose()
    shown = str(main)
    return frozenset(CANARY.findall(shown)) | frozenset(REFERENCE.findall(shown))


def unexplained(world: World, viewed: str) -> Iterator[str]:
    """Yield each cell in which the explanation of a viewing differs from what it may."""
    person = world.people[viewed]
    with world.app.app_context(), system_mode("test"):
        found = db.session.scalars(select(Membership).filter_by(id=person.membership)).one()
        subject = subject_of(found)
        actor = replace(subject.actor, withheld=subject.actor.permissions - READING)
        looking = Subject(subject.reference, actor, subject.closed)
        for cell in cells_of(world, viewed):
            guard = guard_of(world.app, cell.endpoint)
            assert guard is not None
            status = expect(person, cell.endpoint, cell.method, cell.facts)
            wanted = {404: "unseen", 403: "no right"}.get(status, "yes")
            if wanted == "yes" and guard.permission not in READING:
                wanted = "no right"
            told = told_of(looking, guard, cell.facts)
            if told != wanted:
                yield f"{cell}: explained as {told}, expected {wanted}"
        db.session.rollback()
