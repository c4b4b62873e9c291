"""Does the hash that left the database show every change of the past, and raise no false alarm?"""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal.core import outbox
from portal.core.anchors import CHAIN as ANCHORS
from portal.core.anchors import FILE, make_anchor, verify_anchors
from portal.core.audit import ChainFault, verify_chains
from portal.core.database import db
from portal.core.events import FIRST_HASH, ChainHead, Event, hash_of
from portal.core.net import system_mode
from portal.core.times import at, now
from portal.domain.notifications.models import Letter
from tests.core.test_events import CHAIN, db_name, note
from tests.domain.world import everything
from tests.figures import record

OTHER = "TE-00000009"


def nobody(_session: Session, _event: Event) -> None:
    """Tell nobody."""


def both(session: Session, folder: Path) -> list[ChainFault]:
    """Return what ``audit verify`` finds: in the chains, and between them and the anchors."""
    return verify_chains(session).faults + verify_anchors(session, folder)[1]


def events(session: Session) -> list[Event]:
    """Return the chain's events in order, to be forged."""
    query = select(Event).where(Event.chain == CHAIN).order_by(Event.place)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def chain_anew(session: Session, forged: list[Event]) -> None:
    """Give the events of a chain places, hashes and a head that fit: a forger who knows how."""
    session.flush()
    for place, event in enumerate(forged, start=1):  # out of the way of each other first
        event.place = place + 1000
    session.flush()
    previous = FIRST_HASH
    for place, event in enumerate(forged, start=1):
        event.place, event.previous_hash = place, previous
        event.hash = previous = hash_of(event)
    session.flush()
    session.execute(
        update(ChainHead).where(ChainHead.chain == CHAIN).values(place=len(forged), hash=previous)
    )


def edit(session: Session) -> None:
    """Say that something else was done."""
    forged = events(session)
    forged[1].particulars = {"code": 99}
    chain_anew(session, forged)


def take_out(session: Session) -> None:
    """Remove one from the middle."""
    forged = events(session)
    session.delete(forged.pop(2))
    chain_anew(session, forged)


def insert(session: Session) -> None:
    """Put in something that never happened."""
    forged = events(session)
    like = forged[1]
    values = {column.key: getattr(like, column.key) for column in Event.__table__.columns}
    del values["id"]
    made = Event(**{**values, "place": 999, "particulars": {"code": 77}})
    session.add(made)
    chain_anew(session, [*forged[:2], made, *forged[2:]])


def reorder(session: Session) -> None:
    """Let the second have happened after the third."""
    forged = events(session)
    chain_anew(session, [forged[0], forged[2], forged[1], *forged[3:]])


def cut(session: Session) -> None:
    """Remove the last two, and let the head point to what is left."""
    forged = events(session)
    for event in forged[3:]:
        session.delete(event)
    chain_anew(session, forged[:3])


def rewrite(session: Session) -> None:
    """Tell the whole story in another way."""
    forged = events(session)
    for event in forged:
        event.particulars, event.at = {"code": 5}, event.at - dt.timedelta(hours=1)
    chain_anew(session, forged)


def forget(session: Session) -> None:
    """Remove the chain with its head, as if there never had been one."""
    session.execute(delete(Event).where(Event.chain == CHAIN))
    session.execute(delete(ChainHead).where(ChainHead.chain == CHAIN))


ATTACKS: tuple[tuple[Callable[[Session], None], str], ...] = (
    (edit, "the chain was rewritten"),
    (take_out, "the tail was cut"),
    (insert, "the chain was rewritten"),
    (reorder, "the chain was rewritten"),
    (cut, "the tail was cut"),
    (rewrite, "the chain was rewritten"),
    (forget, "the whole chain was deleted"),
)


def test_every_attack_of_a_forger_who_knows_how_is_named(data_app: Flask, tmp_path: Path) -> None:
    """Each forged chain follows from itself, head and all; only the anchor does not fit."""
    folder, named = tmp_path / "anchors", 0
    with everything(data_app) as session:
        note(session, 5)
        note(session, 2, OTHER)
        make_anchor(session, folder, nobody)
        assert both(session, folder) == []
        for attack, what in ATTACKS:
            attack(session)
            session.flush()
            session.expire_all()
            assert not verify_chains(session).faults, f"{attack.__name__} shows without an anchor"
            faults = both(session, folder)
            assert [(one.chain, one.what.partition(" since ")[0]) for one in faults] == [
                (CHAIN, what)
            ], attack.__name__
            named += 1
            session.rollback()
        assert both(session, folder) == []
    is_good = named == len(ATTACKS)
    name = f"audit attacks named with anchors ({db_name(data_app)})"
    goal = "edit, delete, insert, reorder, cut, rewrite: 6 of 6"
    record(3, name, goal, f"{named} of {len(ATTACKS)}, a deleted chain too", is_good)


def test_what_happens_after_an_anchor_is_no_fault(data_app: Flask, tmp_path: Path) -> None:
    with everything(data_app) as session:
        for _turn in range(3):
            note(session, 2)
            note(session, 1, OTHER)
            make_anchor(session, tmp_path, nobody)
        note(session, 4)
        assert both(session, tmp_path) == []
        assert verify_anchors(session, tmp_path)[0] == 3
        # An old anchor still speaks when the newer ones know nothing of it.
        cut(session)
        session.flush()
        faults = verify_anchors(session, tmp_path)[1]
        first = (tmp_path / FILE).read_text().splitlines()[1].split(" ")[0]
        assert [(one.chain, one.place) for one in faults] == [(CHAIN, 4)]
        assert faults[0].what == f"the tail was cut since {first}"
        session.rollback()


def test_a_touched_file_is_named(data_app: Flask, tmp_path: Path) -> None:
    with everything(data_app) as session:
        note(session, 2)
        made = make_anchor(session, tmp_path, nobody)
        assert made is not None
        heads = tmp_path / made.heads
        whole = heads.read_bytes()
        heads.write_bytes(whole[:-9])
        assert "are not its own" in verify_anchors(session, tmp_path)[1][0].what
        heads.unlink()
        assert "are not its own" in verify_anchors(session, tmp_path)[1][0].what
        heads.write_bytes(whole)
        assert not verify_anchors(session, tmp_path)[1]
        (tmp_path / FILE).write_text("")
        fault = verify_anchors(session, tmp_path)[1][0]
        assert (fault.chain, fault.what) == (ANCHORS, "this anchor is missing from the file")


def test_the_file_holds_ids_and_hashes_alone(data_app: Flask, tmp_path: Path) -> None:
    import gzip

    with everything(data_app) as session:
        note(session, 1)
        made = make_anchor(session, tmp_path, nobody)
        assert made is not None
        text = gzip.decompress((tmp_path / made.heads).read_bytes()).decode()
        assert made.chains == len(text.splitlines())
        for line in text.splitlines():
            chain, place, hash_ = line.split(" ")
            assert place.isdigit() and len(hash_) == 64 and len(chain) <= 40, line


def test_one_a_day_in_utc_however_many_workers(data_app: Flask, tmp_path: Path) -> None:
    midnight = now().replace(hour=0, minute=0, second=0, microsecond=0)
    made: list[object] = []

    def work() -> None:
        with data_app.app_context(), system_mode("test"), at(midnight + dt.timedelta(hours=9)):
            made.append(make_anchor(db.session(), tmp_path, nobody, is_daily=True))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [one is not None for one in made].count(True) == 1
    with everything(data_app) as session:
        for hours, is_made in ((23.9, False), (24, True), (47, False), (49, True)):
            with at(midnight + dt.timedelta(hours=hours)):
                found = make_anchor(session, tmp_path, nobody, is_daily=True)
            assert (found is not None) is is_made, hours
        assert len((tmp_path / FILE).read_text().splitlines()) == 3


def test_the_command_line_anchors_mails_and_verifies(make_app: Callable[..., Flask]) -> None:
    app = make_app(ANCHOR_MAIL="keeper@elsewhere.example")
    with everything(app) as session:
        note(session, 5)
    line = app.test_cli_runner().invoke(args=["audit", "anchor"]).output
    hash_ = line.split(" ")[1]
    assert len(hash_) == 64
    with everything(app) as session:
        outbox.sweep(60)
        letter = session.scalars(select(Letter).where(Letter.body.contains(hash_))).one()
        assert letter.recipient == "keeper@elsewhere.example"
        assert "flask audit verify" in letter.body
    verified = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert verified.exit_code == 0
    assert "0 broken" in verified.output and "1 anchors" in verified.output
    with everything(app) as session:
        cut(session)
        session.commit()
    verified = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert verified.exit_code == 1
    assert f"{CHAIN} at 5: the tail was cut since" in verified.output


def insist(act: Callable[[], object]) -> None:
    """Do it, however often the database says that it is busy: that is no alarm."""
    while True:
        try:
            act()
            return
        except OperationalError:
            db.session.rollback()


@pytest.mark.long
def test_concurrent_events_and_anchors_raise_no_false_alarm(
    data_app: Flask, tmp_path: Path
) -> None:
    """On common and own chains, with anchors made in between; 10,000 events in the proof."""
    writers, rounds = 8, 1250 if os.environ.get("PROVE") else 15
    problems: list[BaseException] = []

    def write(number: int) -> None:
        try:
            with data_app.app_context(), system_mode("test"):
                for turn in range(rounds):
                    chain = CHAIN if turn % 4 == 0 else f"TE-0000{turn % 7}{number:03}"
                    insist(partial(note, db.session(), 1, chain))
                    if number == 0 and turn % (rounds // 5) == 0:
                        insist(partial(make_anchor, db.session(), tmp_path, nobody))
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(1200)
    assert not problems
    with everything(data_app) as session:
        count = session.scalar(
            select(func.count()).select_from(Event).where(Event.tag == "test:note")
        )
        anchors, unfitting = verify_anchors(session, tmp_path)
        faults = verify_chains(session).faults + unfitting
    assert (count, anchors) == (writers * rounds, 5)
    record(
        3,
        f"false alarms after concurrent events, with anchors ({db_name(data_app)})",
        "0 (10,000 events in make prove)",
        f"{len(faults)} after {count:,} events and {anchors} anchors",
        not faults,
    )
    assert not faults
