"""How does an event reach an outside system, once, in order, whatever process dies?"""

from __future__ import annotations

import datetime as dt
import logging
import random
import uuid
from collections.abc import Callable
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    String,
    and_,
    event,
    exists,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, SessionTransaction, aliased, mapped_column, relationship

from portal.core import hearing
from portal.core.crashpoints import crash_point
from portal.core.database import Base, Numbered, UTCDateTime, choice, db, looking
from portal.core.events import Event
from portal.core.times import now

log = logging.getLogger(__name__)

WAITING, LEASED, SENT, PARKED, DROPPED = "waiting", "leased", "sent", "parked", "dropped"
STATES = (WAITING, LEASED, SENT, PARKED, DROPPED)
_state_type, _state_check = choice("state", STATES)

SHORTEST_BACKOFF = dt.timedelta(seconds=2)
LONGEST_BACKOFF = dt.timedelta(hours=1)
# After ten minutes of waiting the next try is 40 seconds away, after a day an hour.
BACKOFF_OF_AGE = 1 / 15
# A person is asked once both are passed.
MOST_ATTEMPTS, LONGEST_WAIT = 24, dt.timedelta(days=1)


class Delivery(Numbered, Base):
    """One event on its way to one outside system."""

    __tablename__ = "delivery"
    # The idempotency key outside, and the Message-ID of a mail.
    key: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid.uuid4()))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    event: Mapped[Event] = relationship()
    destination: Mapped[str] = mapped_column(String(20))
    recipient_id: Mapped[int | None] = mapped_column(Integer)
    # Deliveries of one lane leave one after the other.
    lane: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(_state_type, default=WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    lease_until: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    lease: Mapped[str | None] = mapped_column(String(36))
    reason: Mapped[str] = mapped_column(String(500), default="")
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    sent_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    __table_args__ = (
        _state_check,
        Index("ix_delivery_due", "state", "due_at", "id"),
        Index("ix_delivery_lane", "lane", "state", "id"),
    )


class Retry(Exception):
    """The outside did not take it now; try again later."""


class Park(Exception):
    """A person must look at it; the text says why. Nobody outside knows of the ``address``."""

    def __init__(self, why: str, address: str | None = None) -> None:
        super().__init__(why)
        self.address = address


class Drop(Exception):
    """There is nothing to send any more; the text says why."""


class Destination(Protocol):
    """An outside system; plugged in by the factory."""

    def send(self, delivery: Delivery) -> str | None:
        """Build the payload from the record's present state and send it under delivery.key.

        Returns the address that took it, if any, or raises Retry, Park or Drop; else it is Retry.
        """


_destinations: dict[str, Destination] = {}


def plug_in(name: str, destination: Destination) -> None:
    """Make ``destination`` the one that takes deliveries named ``name``."""
    _destinations[name] = destination


# --- nudges: harmless to lose -------------------------------------------------------------------


Nudge = Callable[[int], None]
"""Tells a worker that the delivery with this row number waits."""
_nudge: list[Nudge] = []


def plug_in_nudge(nudge: Nudge) -> None:
    """Call ``nudge(id)`` after each commit that leaves a delivery behind."""
    _nudge[:] = [nudge]


def install_nudges(session_class: type[Session]) -> None:
    """Nudge the worker for a session's new deliveries once they are committed.

    The nudge leaves when the transaction has let go of its connection: nobody waits for a queue
    to be able to write.
    """

    def committed(session: Session) -> None:
        crash_point("committed, not nudged")
        session.info["committed nudges"] = session.info.pop("nudges", [])

    def send(session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is not None:
            return
        for delivery_id in session.info.pop("committed nudges", ()):
            for nudge in _nudge:
                try:
                    nudge(delivery_id)
                except Exception:
                    log.warning("a nudge was lost; the sweep will find delivery %s", delivery_id)

    def forget(session: Session) -> None:
        session.info.pop("nudges", None)

    event.listen(session_class, "after_commit", committed)
    event.listen(session_class, "after_transaction_end", send)
    event.listen(session_class, "after_rollback", forget)


# --- the worker's side --------------------------------------------------------------------------


def _may_be_tried(moment: dt.datetime) -> ColumnElement[bool]:
    """Return the condition: due, or left behind by a dead worker, and first in its lane."""
    earlier = aliased(Delivery)
    is_blocked = exists().where(
        earlier.lane == Delivery.lane,
        earlier.id < Delivery.id,
        earlier.state.in_((WAITING, LEASED)),
    )
    return and_(
        or_(
            and_(Delivery.state == WAITING, Delivery.due_at <= moment),
            and_(Delivery.state == LEASED, Delivery.lease_until < moment),
        ),
        ~is_blocked,
    )


def _claim(session: Session, delivery_id: int, lease_seconds: float) -> str | None:
    """Take the lease on a due delivery whose lane is free; return the lease, or None."""
    moment, lease = now(), str(uuid.uuid4())
    taken = session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, _may_be_tried(moment))
        .values(
            state=LEASED,
            lease=lease,
            lease_until=moment + dt.timedelta(seconds=lease_seconds),
            attempts=Delivery.attempts + 1,
        )
        .execution_options(synchronize_session=False)
    )
    session.commit()
    return lease if getattr(taken, "rowcount", 0) else None


def _backoff(age: dt.timedelta) -> dt.timedelta:
    """Return how long to wait now: a fifteenth of what was waited already, give or take."""
    wait: dt.timedelta = min(max(age * BACKOFF_OF_AGE, SHORTEST_BACKOFF), LONGEST_BACKOFF)
    return wait * random.uniform(0.75, 1.25)  # noqa: S311 - jitter, not a secret


def _try(delivery: Delivery) -> dict[str, Any]:
    """Send the delivery and return what is to be noted of it."""
    # After a failure these may be out of reach.
    number, attempts, age = delivery.id, delivery.attempts, now() - delivery.made_at
    to = delivery.recipient_id
    try:
        address = _destinations[delivery.destination].send(delivery)
        return {"state": SENT, "reason": "", "sent_at": now(), "learned": (to, address, True)}
    except Drop as drop:
        return {"state": DROPPED, "reason": str(drop)[:500]}
    except Park as park:
        return {"state": PARKED, "reason": str(park)[:500], "learned": (to, park.address, False)}
    except Exception as error:
        if not isinstance(error, Retry):
            log.exception("delivery %s failed", number)
        is_over = attempts >= MOST_ATTEMPTS and age > LONGEST_WAIT
        return {
            "state": PARKED if is_over else WAITING,
            "reason": (str(error) or type(error).__name__)[:500],
            "due_at": now() + _backoff(age),
        }


def deliver(delivery_id: int, lease_seconds: float) -> bool:
    """Try to send one delivery now; return whether it was ours to try. Call in system mode."""
    session = db.session()
    lease = _claim(session, delivery_id, lease_seconds)
    if lease is None:
        return False
    crash_point("leased, not sent")
    with looking(session):  # while it is put into words and sent
        outcome = _try(session.get_one(Delivery, delivery_id, populate_existing=True))
    crash_point("sent, not committed")
    learned = outcome.pop("learned", (None, None, False))
    session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.lease == lease)
        .values(lease=None, lease_until=None, **outcome)
        .execution_options(synchronize_session=False)
    )
    hearing.tell(session, *learned)
    session.commit()
    crash_point("outcome committed")
    return True


def due_ids(session: Session, limit: int = 200) -> list[int]:
    """Return deliveries that may be tried now, oldest first."""
    return list(
        session.scalars(
            select(Delivery.id).where(_may_be_tried(now())).order_by(Delivery.id).limit(limit)
        )
    )


def sweep(lease_seconds: float, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Try every due delivery until none is left that can move; return how many were tried.

    ``is_stopping`` is asked before each: a worker that was told to stop begins nothing new.
    """
    tried = 0
    while True:
        ids = due_ids(db.session())
        db.session.rollback()
        moved = sum(deliver(one, lease_seconds) for one in ids if not is_stopping())
        tried += moved
        if not moved:
            return tried
