"""Is a file whole or not there, wherever between two steps of an upload a process dies?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from portal.core import files
from portal.core.times import DAY, now
from portal.integrations.storage.local import LocalStorage
from tests.core.pictures import pdf
from tests.core.test_filetypes import PDF
from tests.domain.world import draft, everything
from tests.figures import record
from tests.process.harness import UNFINISHED, Running, wait_until
from tests.process.phone import Phone, points_of
from tests.process.remote import sign_in

pytestmark = pytest.mark.process
KEPT = "SELECT key FROM kept_file"
START = Callable[..., Running]


@pytest.mark.long
def test_every_point_of_adding_and_taking_away(
    start: START, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with everything(app) as session:
        reference = draft(domain="crashing-upload.ca").reference
        session.commit()
    running = start(entry="wsgi:app", workers=1)
    # The files of the demo world have their contents elsewhere.
    others = set(running.ask(KEPT))
    phone = Phone(running, sign_in(app, "ana"), f"/registrations/{reference}/files")

    def add(number: int) -> None:
        sent = (f"offer-{number}.pdf", PDF + str(number).encode())
        assert phone.send(phone.form("/files"), files=sent) == 303

    def take_away(_number: int) -> None:
        assert phone.send(phone.form("/removal")) == 303

    adding = points_of(running, phone, add)
    added = len(adding) + 1
    here = f"FROM attachment WHERE record = '{reference}'"
    names = [name for (name,) in running.ask(f"SELECT name {here} ORDER BY id")]
    once = names == [f"offer-{number}.pdf" for number in range(1, added + 1)]
    removing = points_of(running, phone, take_away)
    left = running.ask(f"SELECT count(*) {here}")[0][0]
    happened = f"FROM event WHERE chain = '{reference}' AND tag LIKE 'file:%'"
    told = dict(running.ask(f"SELECT tag, count(*) {happened} GROUP BY tag"))
    monkeypatch.setattr(files, "_storage", [LocalStorage(running.folder / "files")])
    with everything(app) as session:
        files.sweep(session, now() + DAY)
    rows = {key for (key,) in set(running.ask(KEPT)) - others}
    agree = rows == {path.name for path in Path(running.folder / "files").glob("??/*")}
    removed = len(removing) + 1
    is_right = once and agree and left == added - removed and told == {
        "file:attach": added, "file:remove": removed,
    }  # fmt: skip
    record(
        4,
        "crash points of adding and taking away a file",
        "every one: never half, never twice, rows and contents agree after the sweep",
        f"{len(adding)} and {len(removing)} points, {phone.broken} crashes: {len(names)} files"
        f" once, {left} left, {len(rows)} contents",
        is_right,
    )
    assert "kept, not written" in adding and "written, not committed" in removing
    assert is_right, (names, told, left, rows)


@pytest.mark.long
def test_every_point_of_drawing(start: START, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with everything(app) as session:
        drafts = [draft(domain=f"crashing-draw-{n}.ca").reference for n in range(20)]
        session.commit()
    running = start(entry="wsgi:app", workers=1)
    others = set(running.ask(KEPT))
    running.start_web()
    running.wait_for_web()
    running.start_worker()
    running.wait_for_outbox()  # the mails of the demo world
    running.kill_worker()
    cookie, points, seen = sign_in(app, "ana"), list[str](), set[str]()
    for number, reference in enumerate(drafts, 1):
        phone = Phone(running, cookie, f"/registrations/{reference}/files")
        sent = ("offer.pdf", pdf(2) + b"%%%d" % number)
        assert phone.send(phone.form("/files"), files=sent) == 303
        log = running.folder / f"drawing-{number}"
        running.start_worker(
            QUAYSIDE_CRASH_AT=str(number), QUAYSIDE_CRASH_LOG=str(log), LEASE_SECONDS="0.5",
            SWEEP_SECONDS="60", WORKER_THREADS="1",
        )  # fmt: skip
        done = "SELECT count(*) FROM kept_file WHERE original_id IS NOT NULL"
        wait_until(
            lambda: running.worker_is_gone() or running.ask(UNFINISHED) == [(0,)],
            30, "neither dead nor done",
        )  # fmt: skip
        passed = log.read_text().splitlines() if log.exists() else []
        seen.update(line.partition(" ")[2] for line in passed)
        is_dead = running.worker_is_gone()
        running.kill_worker()
        running.start_worker(LEASE_SECONDS="0.5")
        running.wait_for_outbox()
        running.kill_worker()
        if not is_dead:
            break
        points.append(passed[number - 1].partition(" ")[2])
    files_count = number
    drawn = running.ask(done)[0][0]
    monkeypatch.setattr(files, "_storage", [LocalStorage(running.folder / "files")])
    with everything(app) as session:
        left = files.sweep(session, now() + DAY)
    rows = {key for (key,) in set(running.ask(KEPT)) - others}
    agree = rows == {path.name for path in Path(running.folder / "files").glob("??/*")}
    is_right = drawn == 2 * files_count and agree
    record(
        4,
        "crash points of drawing previews",
        "every one: each page once, rows and contents agree after the sweep",
        f"{len(points)} points: {drawn} previews of {files_count} files of two pages,"
        f" {left} left over and swept",
        is_right,
    )
    # On a busy machine the worker passes other points between: then a number falls on another one.
    assert {"previews kept, not written", "previews written, not noted"} <= seen
    assert len(points) >= 5, points
    assert is_right, (points, drawn, files_count, agree)
