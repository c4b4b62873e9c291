"""Is an applicant reminded once, and does the application end when nobody answers?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.events import Event
from portal.core.outbox import Delivery, Drop
from portal.core.times import at, now
from portal.domain.applications import applying, operations
from portal.domain.applications.clock import run
from portal.domain.applications.models import Application, Status
from portal.domain.applications.workflow import APPLICATION
from portal.domain.programme import programme
from portal.integrations.mail.letters import write_letter
from tests.domain.applications.test_workflow import standing
from tests.domain.world import actor_of, everything

ANSWER = dt.timedelta(days=programme().answer_days)
BEFORE = dt.timedelta(days=programme().answer_remind_days)
A_MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def session(data_app: Flask) -> Iterator[Session]:
    with everything(data_app) as session:
        # What the demo's own applicants have left open is another matter.
        for one in session.scalars(select(Application).filter_by(status=Status.NEEDS_INFO)).all():
            applying.withdraw(one)
        session.commit()
        yield session


def asked(session: Session) -> Application:
    """Return an application of which Pia has just asked something."""
    one = standing(Status.UNDER_REVIEW)
    session.add(one)
    session.flush()
    APPLICATION.plan_next(one)
    operations.ask(one, actor_of("pia"), "Which bakeries do you know?")
    session.commit()
    return one


def tags(session: Session, one: Application) -> list[str]:
    query = select(Event.tag).where(Event.chain == one.reference).order_by(Event.id)
    return [tag.partition(":")[2] for tag in session.scalars(query)]


def text_of(session: Session, one: Application, tag: str) -> str:
    """Return the plain text of the applicant's mail about that event."""
    query = select(Delivery).join(Event).where(Event.chain == one.reference, Event.tag == tag)
    body = write_letter(session.scalars(query).one()).get_body(("plain",))
    assert body
    return " ".join(body.get_content().split())


def test_reminded_once_and_ended(session: Session) -> None:
    one, began = asked(session), now()
    assert not list(run(session))
    with at(began + ANSWER - BEFORE + A_MINUTE):
        assert list(run(session)) == [one.reference]
        assert not list(run(session)) and one.status == Status.NEEDS_INFO
        assert "Which bakeries do you know?" in text_of(session, one, "application:remind")
    with at(began + ANSWER + A_MINUTE):
        assert list(run(session)) == [one.reference]
        assert not list(run(session))
    assert one.status == Status.EXPIRED and one.next_side is None and one.decided_at
    assert tags(session, one) == ["ask", "remind", "expire"]
    text = text_of(session, one, "application:expire")
    assert f"/partner-application/{one.reference}." in text and "Apply anew" in text
    with pytest.raises(Drop):
        text_of(session, one, "application:remind")


def test_a_worker_that_was_down_ends_it_without_a_reminder(session: Session) -> None:
    one, began = asked(session), now()
    with at(began + 2 * ANSWER):
        assert list(run(session)) == [one.reference]
    assert tags(session, one) == ["ask", "expire"]


def test_who_answers_is_left_alone_and_a_second_question_has_its_own_time(
    session: Session,
) -> None:
    one, began = asked(session), now()
    with at(began + ANSWER - A_MINUTE):
        list(run(session))
        applying.answer(one, "Those in Ottawa.")
        operations.ask(one, actor_of("pia"), "And in Gatineau?")
        session.commit()
        assert one.reminded_at is None
    with at(began + ANSWER + A_MINUTE):
        assert not list(run(session))
    assert one.status == Status.NEEDS_INFO
    with at(began + 2 * ANSWER - BEFORE):
        assert list(run(session)) == [one.reference]
    assert tags(session, one) == ["ask", "remind", "answer", "ask", "remind"]


def test_a_worker_that_is_told_to_stop_begins_nothing(session: Session) -> None:
    one, began = asked(session), now()
    with at(began + ANSWER):
        assert not list(run(session, lambda: True))
    assert one.status == Status.NEEDS_INFO
