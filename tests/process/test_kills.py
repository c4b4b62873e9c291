"""Is anything lost or done twice when web and worker are killed at random moments?"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from flask import Flask

from tests.figures import record
from tests.process.checks import judge
from tests.process.harness import Running, wait_until
from tests.process.mailbox import Mailbox
from tests.process.people import Crew, Journal
from tests.process.remote import Remote, sign_in

pytestmark = pytest.mark.process
KILLS = int(os.environ.get("KILLS") or (200 if os.environ.get("PROVE") else 40))
MOST_SECONDS_A_KILL = 1.5


def test_nothing_is_lost_or_doubled(start: Callable[..., Running], mailbox: Mailbox, app: Flask):
    mailbox.slowness = 0.1
    running = start()
    running.start_web()
    running.start_worker()
    running.wait_for_web()
    journal = Journal()
    crew = Crew(journal)
    for short in ("ana", "bruno"):
        crew.add_seller(Remote(running.port, sign_in(app, short)), short)
    crew.add_approver(Remote(running.port, sign_in(app, "olga")))
    began = time.monotonic()
    killed = kill_at_random(running, crew, KILLS)
    seconds = (time.monotonic() - began) / KILLS
    crew.finish()
    running.wait_for_outbox()

    found = judge(running, journal, mailbox, app)
    assert journal.submitted and journal.approved and journal.repeated
    record(
        2,
        "kill -9 of web and worker",
        f"{KILLS} kills: 0 acknowledged lost, 0 doubled, the outbox drains",
        f"{killed['web']} of web and {killed['worker']} of worker in {seconds:.2f} s each;"
        f" {len(journal.submitted)} submitted, {len(journal.approved)} approved,"
        f" {journal.repeated} forms repeated; {len(found.lost)} lost, {len(found.doubled)} doubled,"
        f" {len(found.puzzles)} without their first answer, {len(found.left_over)} left over",
        not (found.lost or found.doubled or found.puzzles or found.left_over or found.unsound),
    )
    record(
        2,
        "mail after kills",
        "0 missing, 0 repeated but where the kill fell between acceptance and commit",
        f"{found.mails} mails, {len(found.missing_mails)} missing, {found.repeated_mails} repeated"
        f" after such a kill, {len(found.needless_mails)} others",
        not (found.missing_mails or found.needless_mails),
    )
    assert found.all_wrong() == [], running.errors()[-3000:]
    assert seconds < MOST_SECONDS_A_KILL


def kill_at_random(running: Running, crew: Crew, kills: int) -> dict[str, int]:
    """Kill web or worker ``kills`` times; return how often which.

    Half of the moments are any, half come shortly after somebody has pressed a button.
    """
    killed = {"web": 0, "worker": 0}
    for _ in range(kills):
        running.wait_for_web()
        time.sleep(random.uniform(0, 0.6))
        if random.random() < 0.5:
            with suppress(TimeoutError):
                wait_until(crew.is_sending, 0.4, "nobody sends anything")
            time.sleep(random.uniform(0, 0.04))
        which = random.choice(("web", "worker"))
        if which == "web":
            running.kill_web()
            running.start_web()
        else:
            running.kill_worker()
            running.start_worker()
        killed[which] += 1
    return killed
