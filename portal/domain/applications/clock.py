"""When is an applicant reminded of a question, and when has nobody answered it in time?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.core.actors import Portal
from portal.core.database import looking
from portal.core.events import record_event
from portal.core.once import one_by_one
from portal.core.times import now
from portal.domain.applications.events import E
from portal.domain.applications.models import Application, Status
from portal.domain.applications.workflow import APPLICATION, EXPIRE
from portal.domain.programme import programme

CLOCK = Portal("application clock", EXPIRE)


def run(session: Session, is_stopping: Callable[[], bool] = lambda: False) -> Iterator[str]:
    """Do everything that is due, each in a transaction of its own. In system mode.

    Yields the references of the applications that were reminded of or ended.
    """
    for reference in one_by_one(session, _due(session), is_stopping):
        if reference:
            yield reference


def _due(session: Session) -> list[Callable[[], str]]:
    with looking(session):
        return [partial(_advance, session, number) for number in session.scalars(_waiting())]


def _waiting() -> Any:
    """Return the SELECT of the applications whose applicant is to be reminded, or late."""
    return (
        select(Application.id)
        .where(
            Application.status == Status.NEEDS_INFO,
            or_(
                Application.next_by <= now(),
                Application.reminded_at.is_(None) & (Application.next_by <= now() + _ahead()),
            ),
        )
        .order_by(Application.id)
    )


def _ahead() -> dt.timedelta:
    return dt.timedelta(days=programme().answer_remind_days)


def _advance(session: Session, number: int) -> str:
    """Remind, or end it; nothing where another worker or an answer came first."""
    held = select(Application).where(Application.id == number).with_for_update()
    one = session.scalars(held.execution_options(populate_existing=True)).one()
    if one.status != Status.NEEDS_INFO or one.next_by is None:
        return ""
    if one.next_by <= now():
        one.decided_at = now()
        APPLICATION.apply(one, "expire", CLOCK)
    elif one.reminded_at is None and one.next_by <= now() + _ahead():
        one.reminded_at = now()
        record_event(E.REMIND, one, CLOCK, to_state=one.status, session=session)
    else:
        return ""
    return one.reference
