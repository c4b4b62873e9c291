"""Do the new reviewer of an application and the one before hear of it, and nobody else?"""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.events import Event
from portal.core.outbox import Delivery
from portal.core.workflow import Refused, WrongState
from portal.domain.applications import applying, operations, reviewers
from portal.domain.applications.events import E
from portal.domain.applications.models import Status
from portal.integrations.mail.letters import write_letter
from tests.domain.applications.test_workflow import standing
from tests.domain.world import actor_of, everything, membership_of


def test_both_hear_of_it_and_the_time_stays(data_app: Flask) -> None:
    with everything(data_app) as session, data_app.test_request_context():
        one = standing(Status.SUBMITTED)
        one.country, one.company = "FR", "Aurora"
        session.add(one)
        session.flush()
        operations.take(one, actor_of("carla"))
        due = one.next_by
        pia, carla = membership_of("pia"), membership_of("carla")
        assert [each.id for each in reviewers.next_reviewers(one, actor_of("pia"))] == [pia.id]
        reviewers.hand_over(one, actor_of("pia"), pia)
        assert (one.reviewer_id, one.next_membership_id, one.next_by) == (pia.id, pia.id, due)
        reviewers.hand_over(one, actor_of("pia"), carla)
        session.flush()
        about = Event.chain == one.reference, Event.tag == E.HAND_OVER
        mails = session.scalars(select(Delivery).join(Event).where(*about).order_by(Delivery.id))
        told = [(mail.recipient_id, str(write_letter(mail)["Subject"])) for mail in mails]
        assert told == [
            (carla.id, f"{one.reference} is with another reviewer now"),
            (carla.id, "Yours to review: Aurora"),
        ]
        session.rollback()


def test_while_the_applicant_answers_it_stays_their_turn(data_app: Flask) -> None:
    with everything(data_app) as session, data_app.test_request_context():
        one = standing(Status.SUBMITTED)
        one.country = "FR"
        session.add(one)
        session.flush()
        operations.take(one, actor_of("pia"))
        operations.ask(one, actor_of("pia"), "Which lines are these?")
        reviewers.hand_over(one, actor_of("pia"), membership_of("carla"))
        assert (one.next_side, one.next_membership_id) == ("partner", None)
        applying.answer(one, "Two of them.")
        assert one.next_membership_id == membership_of("carla").id
        session.rollback()


def test_it_goes_to_nobody_who_may_not_and_in_no_other_state(data_app: Flask) -> None:
    with everything(data_app) as session:
        one = standing(Status.UNDER_REVIEW)
        one.country = "CA"
        session.add(one)
        session.flush()
        for short in ("carla", "olga", "axel", "ana"):
            with pytest.raises(Refused, match="cannot take it any more"):
                reviewers.hand_over(one, actor_of("pia"), membership_of(short))
        for status in set(Status) - set(reviewers.TAKEN):
            one.status = status
            with pytest.raises(WrongState):
                reviewers.hand_over(one, actor_of("pia"), membership_of("pia"))
        session.rollback()
