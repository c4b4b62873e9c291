"""Does everything leave soon, in order, when the outside comes back after a while?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import count

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.core import database, outbox
from portal.core.database import db
from portal.core.events import Event
from portal.core.net import system_mode
from portal.core.outbox import PARKED, SENT, WAITING, Delivery, Retry
from portal.core.sending import send_later
from portal.core.times import at, now

LEASE = 60.0
SWEEP = dt.timedelta(seconds=60)


class Outside:
    """A system that is away until ``back``, and keeps what it takes."""

    def __init__(self, back: dt.datetime) -> None:
        self.back = back
        self.taken: list[int] = []
        self.tries = 0

    def send(self, delivery: Delivery) -> None:
        self.tries += 1
        if now() < self.back:
            raise Retry("away")
        self.taken.append(delivery.id)


@pytest.fixture
def _worker(data_app: Flask) -> Iterator[None]:
    """The worker's surroundings, with nothing waiting yet."""
    with data_app.app_context(), system_mode("test"):
        db.session.execute(update(Delivery).values(state=SENT))
        db.session.commit()
        yield
        outbox._destinations.pop("test", None)


pytestmark = pytest.mark.usefixtures("_worker")
_recipients = count(1)


def put(number: int, lane: str | None = None) -> list[int]:
    """Leave ``number`` deliveries in the outbox, each in a lane of its own or all in ``lane``."""
    event = db.session.scalars(select(Event).limit(1)).one()
    recipients = [next(_recipients) for _ in range(number)]
    ids = send_later(db.session(), event, "test", recipients)
    if lane:
        db.session.execute(update(Delivery).where(Delivery.id.in_(ids)).values(lane=lane))
    db.session.commit()
    return ids


def state_of(delivery_id: int) -> str:
    state = db.session.scalar(select(Delivery.state).where(Delivery.id == delivery_id))
    db.session.rollback()
    return str(state)


def test_ten_minutes_away_is_over_in_two() -> None:
    start = now()
    outside = Outside(back=start + dt.timedelta(minutes=10))
    outbox.plug_in("test", outside)
    with at(start):
        alone, in_order = put(20), put(3, lane="one record")
    moment = start
    while moment < outside.back + dt.timedelta(minutes=2):
        with at(moment):
            outbox.sweep(LEASE)
        moment += SWEEP
    assert sorted(outside.taken) == sorted(alone + in_order)
    assert [one for one in outside.taken if one in in_order] == in_order
    assert outside.tries <= 11 * len(alone + in_order)


def test_what_stands_behind_the_first_keeps_no_other_lane_waiting() -> None:
    start = now()
    outbox.plug_in("test", Outside(back=start + dt.timedelta(hours=1)))
    with at(start):
        first = put(1, lane="one record")[0]
        outbox.deliver(first, LEASE)  # away: the next try is later
        behind = put(3, lane="one record")
        others = put(2)
        assert outbox.due_ids(db.session(), limit=2) == others
        outside = Outside(back=start)
        outbox.plug_in("test", outside)
        outbox.sweep(LEASE)
    assert outside.taken == others
    with at(start + dt.timedelta(minutes=1)):
        outbox.sweep(LEASE)
    assert outside.taken == [*others, first, *behind]


def test_a_person_is_asked_after_a_day() -> None:
    start = now()
    outside = Outside(back=start + dt.timedelta(days=9))
    outbox.plug_in("test", outside)
    with at(start):
        one = put(1)[0]
    moment = start
    while state_of(one) == WAITING and moment < outside.back:
        with at(moment):
            outbox.sweep(LEASE)
        moment += 10 * SWEEP
    assert state_of(one) == PARKED
    assert dt.timedelta(days=1) < moment - start < dt.timedelta(days=1, hours=2)


def test_a_letter_is_put_into_words_while_others_write() -> None:
    modes = []

    class Curious:
        def send(self, _delivery: Delivery) -> None:
            modes.append(database.transaction_mode.get())

    outbox.plug_in("test", Curious())
    outbox.deliver(put(1)[0], LEASE)
    assert (modes, database.transaction_mode.get()) == (["read"], "write")
