"""Goes what is due out, or away, whole and once, wherever in its turn the worker dies?"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from portal.core.times import DAY, now
from portal.domain.assets import operations
from portal.domain.assets.copies import note_taking
from portal.domain.assets.models import Asset, AssetVersion, Status
from tests.domain.assets.writing import brought_to
from tests.domain.world import actor_of, everything
from tests.figures import record
from tests.process.harness import UNFINISHED, Running, wait_until
from tests.process.mailbox import Mailbox

pytestmark = pytest.mark.process
MOST_POINTS = 30
_VERSIONS = "FROM asset_version v JOIN asset a ON a.id = v.asset_id"
# A version is either out, with all that partners' lists read of it, or it is not at all.
HALF = {
    "two or none published": "SELECT a.reference FROM asset a JOIN asset_version v"
    " ON v.asset_id = a.id WHERE v.title LIKE 'Coming %' GROUP BY a.id"
    " HAVING sum(v.status = 'published') <> 1",
    "out, but not current": f"SELECT v.title {_VERSIONS} WHERE v.title LIKE '%ing %'"
    " AND v.status = 'published' AND (a.current_id IS NOT v.id OR a.number <> v.number"
    " OR a.audience_id IS NOT v.audience_id)",
    "withdrawn, but current": f"SELECT v.title {_VERSIONS} WHERE v.title LIKE 'Going %'"
    " AND v.status = 'withdrawn' AND a.current_id IS NOT NULL",
    "copy recalled, but out, or the other way": "SELECT v.title FROM asset_version v"
    " JOIN asset_download d ON d.version_id = v.id WHERE v.title LIKE 'Going %'"
    " AND (v.status = 'withdrawn') <> (d.recalled_at IS NOT NULL)",
}
_TOLD = "FROM event e JOIN asset_version v ON v.reference = e.chain WHERE"
ONCE = {
    "came": f"SELECT v.title {_TOLD} v.title LIKE 'Coming %' AND v.number = 2"
    " AND v.status = 'published' AND e.tag = 'asset:publish'",
    "replaced": f"SELECT v.title {_TOLD} v.title LIKE 'Coming %' AND v.number = 1"
    " AND v.status = 'superseded' AND e.tag = 'asset:supersede'",
    "went": f"SELECT v.title {_TOLD} v.title LIKE 'Going %' AND v.status = 'withdrawn'"
    " AND e.tag = 'asset:expire'",
}
MAILS = (
    "SELECT v.title, d.key FROM delivery d JOIN event e ON e.id = d.event_id JOIN asset_version v"
    " ON v.reference = e.chain WHERE d.destination = 'mail' AND (v.title LIKE 'Going %'"
    " AND e.tag = 'asset:expire' OR v.title LIKE 'Coming %' AND e.tag = 'asset:publish'"
    " AND v.number = 2)"
)


def written(session: Any, number: int) -> tuple[AssetVersion, AssetVersion]:
    """Return what is to come on a day, and what is to go on one; Ana has a copy of each asset."""
    pia, carla, ana = (actor_of(short) for short in ("pia", "carla", "ana"))
    before = brought_to(session, Status.PUBLISHED, title=f"Coming {number}")
    coming = operations.begin_version(before.asset, pia)
    operations.edit(coming, pia, {"valid_from": now() + DAY})
    operations.send(coming, pia)
    operations.approve(coming, carla)
    operations.publish(coming, pia)
    later = {"valid_until": now() + DAY}
    going = brought_to(session, Status.PUBLISHED, title=f"Going {number}", **later)
    for one in (before, going):
        note_taking(session, ana, one)
    return coming, going


def make_due(session: Any, coming: AssetVersion, going: AssetVersion) -> None:
    """Let the days of both have come, as time does, without anybody's writing."""
    for model, of, day in (
        (AssetVersion, coming.id, "valid_from"),
        (AssetVersion, going.id, "valid_until"),
        (Asset, going.asset_id, "valid_until"),
    ):
        session.execute(update(model).where(model.id == of).values({day: now()}))
    session.commit()


@pytest.mark.long
def test_every_point_of_the_library_s_clock(
    start: Callable[..., Running], mailbox: Mailbox, app: Flask
) -> None:
    running = start(entry="wsgi:app", workers=1)
    points, half, rounds = list[str](), list[str](), 0
    with everything(app) as session:
        pairs = [written(session, number) for number in range(1, MOST_POINTS)]
        session.commit()
        running.start_worker()
        running.wait_for_outbox()  # the mails of the demo world, and of what came before
        running.kill_worker()
        for number, pair in enumerate(pairs, 1):
            rounds = number
            make_due(session, *pair)
            log = running.folder / f"points-{number}"
            running.start_worker(
                QUAYSIDE_CRASH_AT=str(number), QUAYSIDE_CRASH_LOG=str(log), LEASE_SECONDS="0.5",
                SWEEP_SECONDS="60", WORKER_THREADS="1",
            )  # fmt: skip
            is_done = done_with(running, number)
            wait_until(
                lambda: running.worker_is_gone() or is_done(),  # noqa: B023
                30,
                "the armed worker neither dies nor finishes",
            )
            has_died = running.worker_is_gone()
            running.kill_worker()
            half += [f"{what} at {number}" for what, ask in HALF.items() if running.ask(ask)]
            if not has_died:
                break
            points.append(log.read_text().splitlines()[number - 1].partition(" ")[2])
            running.start_worker(LEASE_SECONDS="0.5")
            wait_until(is_done, 30, "the next worker does not finish")
            running.kill_worker()
    wrong = {what: found for what, found in counted(running, mailbox, rounds).items() if found}
    record(
        4,
        "crash points of the library's clock",
        "every one: out or away as a whole and once, told once",
        f"{len(points)} points, {len(set(points))} kinds: {len(half)} half,"
        f" {len(wrong)} of {len(ONCE) + 1} kinds missing or twice in {rounds} rounds",
        not half and not wrong,
    )
    assert {"superseded, not published", "expired, not taken out", "worked, not committed"} <= set(
        points
    )
    assert not half and not wrong, (half, wrong, points)


def done_with(running: Running, number: int) -> Callable[[], bool]:
    """Return the question whether all is done, and told, that is due in that round."""
    still = (
        "SELECT 1 FROM asset_version WHERE title = ? AND status = 'scheduled'"
        " OR title = ? AND status = 'published'"
    )
    names = f"Coming {number}", f"Going {number}"
    return lambda: not running.ask(still, *names) and running.ask(UNFINISHED) == [(0,)]


def counted(running: Running, mailbox: Mailbox, rounds: int) -> dict[str, list[str]]:
    """Return what has not happened, or not been told, exactly once, by what it is.

    A mail that the server took just before the worker died comes again, under the same name.
    """
    came, went = ([f"{what} {n}" for n in range(1, rounds + 1)] for what in ("Coming", "Going"))
    wanted = {"came": came, "replaced": came, "went": went}
    found = {what: Counter(name for (name,) in running.ask(ask)) for what, ask in ONCE.items()}
    accepted = {one.message_id.strip("<>").partition("@")[0] for one in mailbox.accepted}
    found["mail"] = Counter(
        name for name, key in running.ask(MAILS) if str(uuid.UUID(str(key))) in accepted
    )
    wanted["mail"] = came + went
    return {
        what: sorted(((counts - Counter(wanted[what])) + (Counter(wanted[what]) - counts)).keys())
        for what, counts in found.items()
    }
