"""Does the history hold what happened, and does it say so when somebody touched it?"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.core.audit import verify_chains
from portal.core.database import db
from portal.core.events import (
    CHANGES,
    FIRST_HASH,
    ChainHead,
    Event,
    EventKind,
    canonical_time,
    declare,
    digest,
    hash_of,
    kind_of,
    record_event,
)
from portal.core.net import system_mode
from tests.domain.world import everything
from tests.figures import record

declare(
    EventKind("test:note", "%(who)s noted %(code)s", frozenset({"code"}), frozenset({"text"})),
)
CHAIN = "TE-00000001"


def note(session: Session, count: int, chain: str = CHAIN) -> list[Event]:
    """Append ``count`` events to a chain and return them."""
    made = [
        record_event("test:note", chain, None, code=place, words={"text": f"word {place}"},
                     session=session)
        for place in range(count)
    ]  # fmt: skip
    session.commit()
    return made


def test_events_follow_each_other_and_carry_what_was_declared(data_app: Flask) -> None:
    with everything(data_app) as session:
        first, second, third = note(session, 3)
        assert [event.place for event in (first, second, third)] == [1, 2, 3]
        assert first.previous_hash == FIRST_HASH
        assert second.previous_hash == first.hash
        assert third.previous_hash == second.hash
        head = session.get(ChainHead, CHAIN)
        assert (head.place, head.hash) == (3, third.hash)
        assert third.actor_side == "system"
        assert third.particulars == {"code": 2}
        session.expire_all()
        kept = session.scalars(select(Event).where(Event.chain == CHAIN).order_by(Event.place))
        assert [hash_of(event) for event in kept] == [first.hash, second.hash, third.hash]
        assert not verify_chains(session).faults


def test_undeclared_tags_and_keys_are_refused(data_app: Flask) -> None:
    with everything(data_app) as session:
        with pytest.raises(ValueError, match="is not declared"):
            record_event("test:unheard_of", CHAIN, None)
        for particulars, words in (
            ({}, {}),
            ({"code": 1, "email": "a@b.example"}, {}),
            ({"code": 1}, {"name": "Ana"}),
        ):
            with pytest.raises(ValueError, match="carries"):
                record_event("test:note", CHAIN, None, words=words, **particulars)
        assert session.scalar(select(Event.id).where(Event.chain == CHAIN)) is None


def test_a_tag_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        declare(EventKind("test:note", "again"))
    assert kind_of("test:note") is not None
    assert kind_of("test:retired") is None


def test_a_time_is_hashed_in_one_form() -> None:
    moment = dt.datetime(2026, 11, 22, 17, 0, 0, 5, tzinfo=dt.UTC)
    elsewhere = moment.astimezone(dt.timezone(dt.timedelta(hours=-5)))
    assert canonical_time(moment) == "2026-11-22T17:00:00.000005Z" == canonical_time(elsewhere)
    assert digest({"b": 1, "a": [1, 2]}) == digest({"a": [1, 2], "b": 1})
    assert digest({"a": 1}) != digest({"a": "1"})


def test_erasing_a_name_or_free_text_leaves_the_chain_whole(data_app: Flask) -> None:
    with everything(data_app) as session:
        note(session, 3)
        session.execute(update(Event).where(Event.chain == CHAIN).values(words={}, actor_name=""))
        session.commit()
        assert not verify_chains(session).faults


def test_what_is_hashed_holds_no_free_text(data_app: Flask) -> None:
    with everything(data_app) as session:
        for event in session.scalars(select(Event)):
            kind = kind_of(event.tag)
            assert kind is not None, event.tag
            assert set(event.particulars) - {CHANGES} == kind.keys, event.tag
            assert set(event.words) <= kind.words, event.tag
            for value in _leaves(event.particulars):
                assert "@" not in str(value) and " " not in str(value), (event.tag, value)


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in _leaves(inner)]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in _leaves(inner)]
    return [value]


def _forge(session: Session, which: int, **values: Any) -> None:
    session.execute(
        update(Event).where(Event.chain == CHAIN, Event.place == which).values(**values)
    )


def change_particulars(session: Session) -> None:
    """Say that something else was done."""
    _forge(session, 2, particulars={"code": 99})


def change_actor_and_hash(session: Session) -> None:
    """Say that somebody else did it, and make the event's own hash fit."""
    event = session.scalars(select(Event).where(Event.chain == CHAIN, Event.place == 2)).one()
    event.membership_id = 4711
    event.hash = hash_of(event)
    session.flush()


def change_words(session: Session) -> None:
    """Put other words into somebody's mouth."""
    _forge(session, 3, words={"text": "I never said that"})


def take_out(session: Session) -> None:
    """Remove one from the middle."""
    session.execute(delete(Event).where(Event.chain == CHAIN, Event.place == 3))


def cut_tail(session: Session) -> None:
    """Remove the last one."""
    session.execute(delete(Event).where(Event.chain == CHAIN, Event.place == 5))


def swap(session: Session) -> None:
    """Let two events change places in time."""
    _forge(session, 2, place=99)
    _forge(session, 3, place=2)
    _forge(session, 99, place=3)


def take_all_out(session: Session) -> None:
    """Remove the whole history."""
    session.execute(delete(Event).where(Event.chain == CHAIN))


def move_time(session: Session) -> None:
    """Date an event back by a microsecond."""
    event = session.scalars(select(Event).where(Event.chain == CHAIN, Event.place == 4)).one()
    _forge(session, 4, at=event.at - dt.timedelta(microseconds=1))


def append_loose(session: Session) -> None:
    """Add an event after the last without the head."""
    last = session.scalars(select(Event).where(Event.chain == CHAIN, Event.place == 5)).one()
    event = Event(
        tag="test:note", chain=CHAIN, place=6, at=last.at, actor_side="system", actor_name="",
        particulars={"code": 6}, words={}, words_digest=digest({}), partner_sees=True,
        request_id="-", previous_hash=last.hash, hash="",
    )  # fmt: skip
    event.hash = hash_of(event)
    session.add(event)
    session.flush()


ATTACKS: tuple[tuple[Callable[[Session], None], int, str], ...] = (
    (change_particulars, 2, "its content was changed"),
    (change_actor_and_hash, 3, "it does not follow from the one before"),
    (change_words, 3, "its words were changed"),
    (take_out, 4, "an event is missing"),
    (cut_tail, 4, "the tail is cut"),
    (swap, 2, "it does not follow from the one before"),
    (take_all_out, 1, "every event is missing"),
    (move_time, 4, "its content was changed"),
    (append_loose, 6, "the tail is cut"),
)


def test_every_attack_on_the_history_is_named(data_app: Flask) -> None:
    named = 0
    with everything(data_app) as session:
        note(session, 5)
        assert not verify_chains(session).faults
        for attack, place, what in ATTACKS:
            attack(session)
            session.expire_all()
            faults = verify_chains(session).faults
            assert len(faults) == 1, (attack.__name__, faults)
            assert (faults[0].chain, faults[0].place) == (CHAIN, place), attack.__name__
            assert faults[0].what == what, attack.__name__
            named += 1
            session.rollback()
        assert not verify_chains(session).faults
    record(
        2,
        f"audit attacks named ({db_name(data_app)})",
        "6 of 6",
        f"{named} of {len(ATTACKS)}",
        named == len(ATTACKS),
    )


def db_name(app: Flask) -> str:
    """Return how the application's database is called."""
    with app.app_context():
        return "SQLite" if db.engine.dialect.name == "sqlite" else "PostgreSQL"


def test_eight_writers_at_once_raise_no_false_alarm(data_app: Flask) -> None:
    writers, rounds = 8, 12
    problems: list[BaseException] = []

    def write(number: int) -> None:
        try:
            with data_app.app_context(), system_mode("test"):
                for turn in range(rounds):
                    # All write to one chain, and each in turn to a chain of its own.
                    note(db.session(), 1, CHAIN if turn % 2 else f"TE-0000002{number}")
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not problems
    with everything(data_app) as session:
        verdict = verify_chains(session)
        places = session.scalars(
            select(Event.place).where(Event.chain == CHAIN).order_by(Event.place)
        ).all()
    assert places == list(range(1, writers * rounds // 2 + 1))
    record(
        2,
        f"false alarms of the audit after {writers} concurrent writers ({db_name(data_app)})",
        "0",
        f"{len(verdict.faults)} in {verdict.events} events of {verdict.chains} chains",
        not verdict.faults,
    )
    assert not verdict.faults
