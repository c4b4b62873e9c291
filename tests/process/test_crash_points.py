"""Is anything lost or done twice, wherever between two steps a process dies?"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask

from tests.figures import record
from tests.process.checks import Findings, judge
from tests.process.harness import UNFINISHED, Running, wait_until
from tests.process.mailbox import Mailbox
from tests.process.people import Journal, Puzzled, decide, register
from tests.process.remote import Remote, sign_in

pytestmark = pytest.mark.process
MOST_POINTS = 80
FORMS = "create customer opportunity evidence submit take compare approve".split()
START = Callable[..., Running]


class Errand:
    """One deal after the other, each submitted, compared and approved by two people in turn."""

    def __init__(self, running: Running, app: Flask, gone: Callable[[], None]) -> None:
        self.running, self.journal = running, Journal()
        self.seller = Remote(running.port, sign_in(app, "ana"), gone=gone)
        self.approver = Remote(running.port, sign_in(app, "olga"), gone=gone)

    def run(self, name: str) -> None:
        """Bring a deal that looks like a customer of another partner to its approval."""
        domain = f"{name}.ca"
        self.seller.drop()  # what the last run left open
        self.approver.drop()
        self._make_somebody_claim(domain)
        try:
            reference = register(self.seller, self.journal, name, domain)
            decide(self.approver, self.journal, reference)
        except Puzzled:
            pass

    def _make_somebody_claim(self, domain: str) -> None:
        """Let the one waiting registration of Cobalt be for the customer with that domain."""
        with closing(sqlite3.connect(self.running.database, timeout=10)) as database, database:
            changed = database.execute(
                "UPDATE registration SET domain = ?, customer_key = ? WHERE id = ("
                "SELECT min(r.id) FROM registration r JOIN organisation o ON o.id = organisation_id"
                " WHERE o.name LIKE 'Cobalt%' AND r.status = 'submitted')",
                (domain, f"domain:{domain}"),
            )
            assert changed.rowcount == 1


def points_in(log: Path) -> list[str]:
    """Return the names of the points that were passed, in order."""
    lines = log.read_text().splitlines() if log.exists() else []
    return [line.partition(" ")[2] for line in lines]


@pytest.mark.long
def test_every_point_of_a_request(start: START, mailbox: Mailbox, app: Flask):
    running = start(entry="wsgi:app", workers=1)
    running.start_worker()
    crashed: list[str] = []

    def die_and_rise() -> None:
        if len(points_in(log)) < number:
            return  # only an idle connection was closed
        running.kill_web()
        running.start_web()
        running.wait_for_web()
        crashed.append(name)

    errand = Errand(running, app, die_and_rise)
    points: list[str] = []
    for number in range(1, MOST_POINTS):
        name, log = f"point-{number}", running.folder / f"points-{number}"
        running.start_web(QUAYSIDE_CRASH_AT=str(number), QUAYSIDE_CRASH_LOG=str(log))
        running.wait_for_web()
        errand.run(name)
        running.kill_web()
        if name not in crashed:
            break
        points.append(points_in(log)[number - 1])
    running.wait_for_outbox()
    found = judge(running, errand.journal, mailbox, app)
    note("request", points, found)
    assert len(errand.journal.approved) == number, errand.journal
    assert {"written, not committed", "committed, not nudged", "committed, not answered"} <= set(
        points
    )
    assert found.all_wrong() == [], running.errors()[-3000:]


@pytest.mark.long
def test_every_point_of_the_outbox(start: START, mailbox: Mailbox, app: Flask):
    running = start(workers=1)
    running.start_web()
    running.wait_for_web()
    running.start_worker()
    running.wait_for_outbox()  # the mails of the demo world
    running.kill_worker()
    errand = Errand(running, app, lambda: None)
    points: list[str] = []
    for number in range(1, MOST_POINTS):
        log = running.folder / f"points-{number}"
        armed = {
            "QUAYSIDE_CRASH_AT": str(number),
            "QUAYSIDE_CRASH_LOG": str(log),
            "LEASE_SECONDS": "0.5",  # soon free for the one that comes after
            "SWEEP_SECONDS": "60",  # its points are counted once
            "WORKER_THREADS": "1",
        }
        running.start_worker(**armed)
        wait_until(
            lambda: running.worker_is_gone() or bool(points_in(log)),  # noqa: B023
            30,
            "the armed worker does not sweep",
        )  # from here on one thread alone works, so that the short lease cannot run out under it
        errand.run(f"point-{number}")
        wait_until(
            lambda: running.worker_is_gone() or running.ask(UNFINISHED) == [(0,)],
            30,
            "the armed worker neither dies nor finishes",
        )
        has_died = running.worker_is_gone()
        running.kill_worker()
        if not has_died:
            break
        points.append(points_in(log)[number - 1])
        running.start_worker()
        running.wait_for_outbox()
        running.kill_worker()
    found = judge(running, errand.journal, mailbox, app)
    note("outbox", points, found)
    assert {"leased, not sent", "accepted outside, not noted", "sent, not committed"} <= set(points)
    assert found.all_wrong() == [], running.errors()[-3000:]
    assert found.repeated_mails  # else no point lies between acceptance and commit


def test_a_crash_after_the_commit_shows_that_keys_are_missing(
    start: START, mailbox: Mailbox, app: Flask
):
    """The checks above can fail: without submission keys they do."""
    running = start(entry="tests.process.entries:without_keys()", workers=1)
    running.start_worker()
    errand = Errand(running, app, lambda: None)
    log = running.folder / "points"
    running.start_web(QUAYSIDE_CRASH_LOG=str(log))
    running.wait_for_web()
    errand.run("rehearsal")
    assert judge(running, errand.journal, mailbox, app).puzzles == []
    answers = [n for n, point in enumerate(points_in(log), 1) if point == "committed, not answered"]
    assert len(answers) == len(FORMS), points_in(log)

    def rise() -> None:
        running.kill_web()
        running.start_web()
        running.wait_for_web()

    errand.seller.gone = errand.approver.gone = rise
    for form in ("submit", "compare"):
        running.kill_web()
        running.start_web(QUAYSIDE_CRASH_AT=str(answers[FORMS.index(form)]))
        running.wait_for_web()
        errand.run(f"broken-{form}")
    running.wait_for_outbox()
    found = judge(running, errand.journal, mailbox, app)
    # Who submitted is not told so, and one comparison stands twice in the history.
    assert found.puzzles == ["submit: 409 at try 2"]
    assert len(found.doubled) == 1
    assert "comparing" in found.doubled[0]
    record(
        2,
        "no submission key is noticed",
        "the harness catches it",
        f"{len(found.puzzles)} without the first answer, {len(found.doubled)} doubled",
        True,
    )


def note(whose: str, points: list[str], found: Findings) -> None:
    """Put the figure of one enumeration on record."""
    record(
        2,
        f"crash points of {whose}",
        "every one: 0 lost, 0 doubled",
        f"{len(points)} points, {len(set(points))} kinds: {len(found.lost)} lost,"
        f" {len(found.doubled)} doubled, {len(found.puzzles)} without their first answer,"
        f" {len(found.missing_mails)} mails missing, {found.repeated_mails} repeated where"
        f" the crash fell between acceptance and commit, {len(found.needless_mails)} others",
        not found.all_wrong(),
    )
