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
KILLS = 200 if os.environ.get("PROVE") else 40


@pytest.mark.long
def test_nothing_is_lost_or_doubled(start: Callable[..., Running], mailbox: Mailbox, app: Flask):
    mailbox.slowness = 0.1
    running = start()
    running.start_web()
    running.start_worker()
    running.wait_for_web()
    crew = at_work(running, app)
    journal = crew.journal
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


def test_an_answer_before_the_commit_is_noticed(
    start: Callable[..., Running], mailbox: Mailbox, app: Flask
):
    """The checks above can fail: at a portal that answers first, something acknowledged is lost."""
    running = start(entry="tests.process.entries:answering_first()")
    running.start_web()
    running.start_worker()
    running.wait_for_web()
    crew = at_work(running, app)
    kills = 0
    while kills < 20 and not was_something_lost(running, crew.journal):
        told = crew.journal.told()
        wait_until(lambda: crew.journal.told() > told, 60, "nobody gets anything done")  # noqa: B023
        time.sleep(random.uniform(0, 0.5))
        running.kill_web()
        running.start_web()
        kills += 1
    crew.finish()
    running.wait_for_outbox()
    found = judge(running, crew.journal, mailbox, app)
    record(
        2,
        "an answer before the commit is noticed",
        "the harness catches it",
        f"{len(found.lost)} lost found after {kills} random kills of web",
        bool(found.lost),
    )
    assert found.lost


def was_something_lost(running: Running, journal: Journal) -> bool:
    """Tell, after a kill, whether a deal is still a draft though somebody was told otherwise."""
    told = set(journal.submitted)
    drafts = running.ask("SELECT reference FROM registration WHERE status = 'draft'")
    return any(reference in told for (reference,) in drafts)


def test_a_worker_told_to_stop_repeats_no_mail(
    start: Callable[..., Running], mailbox: Mailbox, app: Flask
):
    mailbox.slowness = 0.3
    running = start()
    gone = "SELECT count(*) FROM delivery WHERE destination = 'mail' AND state = 'sent'"
    before = running.ask(gone)[0][0]
    for sent in range(1, 4):
        running.start_worker()
        wait_until(lambda at=sent: len(mailbox.accepted) >= at, 20, "no mail comes")
        running.stop_worker()
    assert running.ask("SELECT count(*) FROM delivery WHERE state = 'leased'") == [(0,)]
    running.start_worker()
    running.wait_for_outbox()
    ids = [mail.message_id for mail in mailbox.accepted]
    # One about which there is nothing to tell any more is dropped, not sent.
    told = running.ask(gone)[0][0] - before
    assert told >= 3
    assert (len(ids), len(set(ids))) == (told, told)


def at_work(running: Running, app: Flask) -> Crew:
    """Return two sellers of two partners and an approver, already busy."""
    crew = Crew(Journal())
    for short in ("ana", "bruno"):
        crew.add_seller(Remote(running.port, sign_in(app, short)), short)
    crew.add_approver(Remote(running.port, sign_in(app, "olga")))
    return crew


def kill_at_random(running: Running, crew: Crew, kills: int) -> dict[str, int]:
    """Kill web or worker ``kills`` times; return how often which."""
    killed = {"web": 0, "worker": 0}
    for _ in range(kills):
        running.wait_for_web()
        wait_for_a_moment(crew)
        victim = random.choice(list(killed))
        if victim == "web":
            running.kill_web()
            running.start_web()
        else:
            running.kill_worker()
            running.start_worker()
        killed[victim] += 1
    return killed


def wait_for_a_moment(crew: Crew) -> None:
    """Wait for about half a second, longer while nobody gets anything done at all.

    The moment is any, or one just after somebody pressed a button, or was told that it is done.
    """
    answered, told = crew.journal.answered, crew.journal.told()
    time.sleep(random.uniform(0, 0.5))
    awaited, longest, after = random.choice(
        (
            (lambda: crew.journal.answered > answered, 1.5, 0.4),
            (crew.is_sending, 0.5, 0.04),
            (lambda: crew.journal.told() > told, 0.5, 0.04),
        )
    )
    with suppress(TimeoutError):
        wait_until(awaited, longest, "nothing of the kind happens")
    time.sleep(random.uniform(0, after))
