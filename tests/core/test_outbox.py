"""Does every event reach the outside once and in order, whatever fails on the way?"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import update

from portal.core import outbox
from portal.core.database import db
from portal.core.events import Event, record_event
from portal.core.net import system_mode
from portal.core.outbox import (
    DROPPED,
    LEASED,
    LONGEST_WAIT,
    MOST_ATTEMPTS,
    PARKED,
    SENT,
    WAITING,
    Delivery,
    Drop,
    Park,
    Retry,
)
from portal.core.sending import send_later
from portal.core.times import at, now
from tests.core import test_events  # declares test:note  # noqa: F401
from tests.domain.world import everything

LEASE = 60.0
SECOND = dt.timedelta(seconds=1)


class Outside:
    """An outside system that notes what it was sent and does what the test says."""

    def __init__(self) -> None:
        self.took: list[tuple[str, int]] = []
        self.act: Callable[[Delivery], None] = lambda delivery: None

    def send(self, delivery: Delivery) -> None:
        self.took.append((delivery.lane, delivery.id))
        self.act(delivery)


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Outside:
    """The outside system behind the destination "test"; nudges are switched off."""
    made = Outside()
    monkeypatch.setattr(outbox, "_destinations", {"test": made})
    monkeypatch.setattr(outbox, "_nudge", [])
    return made


@pytest.fixture
def waiting(data_app: Flask, outside: Outside) -> Callable[..., list[int]]:
    """Returns a function that puts deliveries into lanes and returns their numbers."""

    def put(*lanes: str) -> list[int]:
        with everything(data_app) as session:
            session.execute(update(Delivery).values(state=SENT))
            event: Event = record_event("test:note", "TE-00000009", None, code=1)
            rows: list[int] = []
            for lane in lanes:
                rows += send_later(session, event, "test", [None])
                session.execute(update(Delivery).where(Delivery.id == rows[-1]).values(lane=lane))
            session.commit()
            return rows

    return put


def deliver(app: Flask, number: int) -> bool:
    """Try one delivery as the worker does."""
    with app.app_context(), system_mode("worker"):
        return outbox.deliver(number, LEASE)


def sweep(app: Flask) -> int:
    """Sweep as the worker does."""
    with app.app_context(), system_mode("worker"):
        return outbox.sweep(LEASE)


def row_of(app: Flask, number: int) -> Delivery:
    """Return a delivery as the database has it."""
    with everything(app) as session:
        found = session.get(Delivery, number)
        assert found is not None
        return found


Waiting = Callable[..., list[int]]


def test_a_delivery_is_sent_once(data_app: Flask, waiting: Waiting, outside: Outside) -> None:
    (number,) = waiting("a")
    assert deliver(data_app, number)
    assert not deliver(data_app, number)
    assert sweep(data_app) == 0
    row = row_of(data_app, number)
    assert (row.state, row.attempts, row.reason, row.lease) == (SENT, 1, "", None)
    assert row.sent_at is not None
    assert len(outside.took) == 1


def test_of_many_workers_one_sends(data_app: Flask, waiting: Waiting, outside: Outside) -> None:
    numbers = waiting(*(f"lane {n}" for n in range(10)))
    threads = [threading.Thread(target=sweep, args=(data_app,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(number for _lane, number in outside.took) == numbers
    assert {row_of(data_app, number).state for number in numbers} == {SENT}


def test_a_failure_is_tried_again_later_and_later(
    data_app: Flask, waiting: Waiting, outside: Outside
) -> None:
    def refuse(_delivery: Delivery) -> None:
        raise Retry("the server is busy")

    outside.act = refuse
    (number,) = waiting("a")
    made_at = row_of(data_app, number).made_at
    moment, waits = made_at, []
    for _ in range(14):
        with at(moment):
            assert deliver(data_app, number)
        row = row_of(data_app, number)
        assert (row.state, row.reason) == (WAITING, "the server is busy")
        waits.append(row.due_at - moment)
        wanted = min(max((moment - made_at) / 15, 2 * SECOND), dt.timedelta(hours=1))
        assert 0.75 * wanted <= waits[-1] <= 1.25 * wanted, waits
        with at(row.due_at - SECOND):
            assert not deliver(data_app, number)
        moment = row.due_at if len(waits) % 2 else row.due_at + len(waits) * dt.timedelta(hours=1)
    assert len(set(waits)) == len(waits)  # with jitter
    outside.act = lambda delivery: None
    with at(moment):
        assert sweep(data_app) == 1
    assert row_of(data_app, number).state == SENT


def test_after_many_attempts_a_person_must_look(
    data_app: Flask, waiting: Waiting, outside: Outside
) -> None:
    def refuse(_delivery: Delivery) -> None:
        raise Retry("still busy")

    outside.act = refuse
    (number,) = waiting("a")
    with everything(data_app) as session:
        session.execute(
            update(Delivery)
            .where(Delivery.id == number)
            .values(attempts=MOST_ATTEMPTS - 1, made_at=now() - LONGEST_WAIT - SECOND)
        )
        session.commit()
    deliver(data_app, number)
    row = row_of(data_app, number)
    assert (row.state, row.reason, row.attempts) == (PARKED, "still busy", MOST_ATTEMPTS)
    assert sweep(data_app) == 0


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (Park("the address does not exist"), PARKED, "the address does not exist"),
        (Drop("the person has left"), DROPPED, "the person has left"),
        (RuntimeError("boom"), WAITING, "boom"),
        (ValueError(), WAITING, "ValueError"),
        (Park("x" * 900), PARKED, "x" * 500),
    ],
)
def test_what_the_outside_says_is_kept(
    data_app: Flask,
    waiting: Waiting,
    outside: Outside,
    error: Exception,
    state: str,
    reason: str,
) -> None:
    def fail(_delivery: Delivery) -> None:
        raise error

    outside.act = fail
    (number,) = waiting("a")
    assert deliver(data_app, number)
    row = row_of(data_app, number)
    assert (row.state, row.reason, row.lease) == (state, reason, None)


def test_what_a_failing_destination_wrote_is_not_kept(
    data_app: Flask, waiting: Waiting, outside: Outside
) -> None:
    def write_and_fail(delivery: Delivery) -> None:
        db.session.execute(update(Delivery).values(reason="half-way"))
        raise Retry("no")

    outside.act = write_and_fail
    first, second = waiting("a", "b")
    deliver(data_app, first)
    assert row_of(data_app, second).reason == ""


def test_one_lane_keeps_its_order_and_holds_up_no_other(
    data_app: Flask, waiting: Waiting, outside: Outside
) -> None:
    def first_refuses(delivery: Delivery) -> None:
        if delivery.id == first:
            raise Retry("not yet")

    outside.act = first_refuses
    first, second, third, other = waiting("a", "a", "a", "b")
    assert not deliver(data_app, second)
    assert not deliver(data_app, third)
    sweep(data_app)
    assert outside.took == [("a", first), ("b", other)]
    with at(row_of(data_app, first).due_at + SECOND):
        outside.act = lambda delivery: None
        sweep(data_app)
    assert [number for lane, number in outside.took if lane == "a"] == [first, first, second, third]


@pytest.mark.parametrize("end", [Park, Drop])
def test_what_is_parked_or_dropped_lets_the_next_go(
    data_app: Flask, waiting: Waiting, outside: Outside, end: type[Exception]
) -> None:
    first, second = waiting("a", "a")

    def stop(delivery: Delivery) -> None:
        if delivery.id == first:
            raise end("over")

    outside.act = stop
    assert sweep(data_app) == 2
    assert row_of(data_app, second).state == SENT


def test_an_expired_lease_is_taken_again_under_the_same_key(
    data_app: Flask, waiting: Waiting, outside: Outside
) -> None:
    (number,) = waiting("a")
    key = row_of(data_app, number).key
    moment = now()
    with everything(data_app), at(moment):
        assert outbox._claim(db.session(), number, LEASE)  # and then the process died
    assert row_of(data_app, number).state == LEASED
    with at(moment + 59 * SECOND):
        assert not deliver(data_app, number)
    with at(moment + 61 * SECOND):
        assert sweep(data_app) == 1
    row = row_of(data_app, number)
    assert (row.state, row.key, row.attempts) == (SENT, key, 2)
    assert len(outside.took) == 1


def test_who_comes_back_late_overwrites_nothing(
    data_app: Flask, waiting: Waiting, outside: Outside
) -> None:
    (number,) = waiting("a")
    moment = now()

    def slow(_delivery: Delivery) -> None:
        # Meanwhile the lease has run out, and another worker has sent it.
        outside.act = lambda delivery: None
        worker = threading.Thread(target=other)
        worker.start()
        worker.join(30)
        raise Park("I was too slow")

    def other() -> None:
        with at(moment + 120 * SECOND):
            assert deliver(data_app, number)

    outside.act = slow
    with at(moment):
        deliver(data_app, number)
    row = row_of(data_app, number)
    assert (row.state, row.reason) == (SENT, "")


def test_a_nudge_comes_after_the_commit_and_a_lost_one_is_found_by_the_sweep(
    data_app: Flask, waiting: Waiting, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting()
    nudged: list[int] = []

    def nudge(number: int) -> None:
        # The worker's own connection sees it already.
        nudged.append(number)
        raise ConnectionError("the queue is away")

    monkeypatch.setattr(outbox, "_nudge", [nudge])
    with everything(data_app) as session:
        event = record_event("test:note", "TE-00000009", None, code=2)
        send_later(session, event, "test", [None])
        assert nudged == []
        session.rollback()
        session.commit()
        assert nudged == []
        event = record_event("test:note", "TE-00000009", None, code=3)
        [number] = send_later(session, event, "test", [None])
        session.commit()
    assert nudged == [number]
    assert row_of(data_app, number).state == WAITING
    assert sweep(data_app) == 1
    assert row_of(data_app, number).state == SENT


def test_a_sweep_drains_many_and_ends_when_nothing_moves(
    data_app: Flask, waiting: Waiting, outside: Outside
) -> None:
    numbers = waiting(*(f"lane {n % 7}" for n in range(60)))
    assert sweep(data_app) == 60
    for lane in {f"lane {n}" for n in range(7)}:
        sent = [number for where, number in outside.took if where == lane]
        assert sent == sorted(sent)
    assert len(outside.took) == len(numbers)
    assert sweep(data_app) == 0


def test_a_delivery_of_an_unknown_destination_waits_and_says_why(
    data_app: Flask, waiting: Waiting, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    (number,) = waiting("a")
    monkeypatch.setattr(outbox, "_destinations", {})
    assert deliver(data_app, number)
    row = row_of(data_app, number)
    assert row.state == WAITING
    assert "test" in row.reason
