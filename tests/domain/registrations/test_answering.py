"""Does the clock stand still while the partner answers, and is only what was asked for changed?"""

from __future__ import annotations

import pytest
from flask import Flask

from portal.core.times import at
from portal.core.workflow import Refused, WrongState
from portal.domain.registrations import operations
from portal.domain.registrations.models import (
    MatchAnswer,
    Status,
)
from tests.domain.world import (
    NEED,
    actor_of,
    everything,
    in_state,
    submitted,
    under_review,
)
from tests.local_time import local


def test_the_vendors_clock_stands_still_while_the_partner_answers(data_app: Flask) -> None:
    with everything(data_app) as session:
        ana, olga = actor_of("ana"), actor_of("olga")
        with at(local("2026-11-16 09:00")):  # Monday
            registration = submitted(domain="clock.ca")
            assert registration.next_by == local("2026-11-17 09:00")
        with at(local("2026-11-16 15:00")):
            operations.take(registration, olga)
            assert registration.next_by == local("2026-11-19 15:00")
        with at(local("2026-11-17 15:00")):  # one of three days used
            operations.ask(registration, olga, [operations.Asked("need", "Which line?")])
            assert registration.next_by == local("2026-12-01 15:00")
            assert registration.next_side == "partner"
            assert registration.vendor_seconds_left == 2 * 24 * 3600
        session.commit()
        with at(local("2026-11-26 11:00")):  # Thursday, nine days later
            operations.answer(registration, ana, {"need": "Line 2, " + "x" * 20}, {})
            assert registration.next_side == "vendor"
            assert registration.next_membership_id == olga.membership_id
            assert registration.next_by == local("2026-11-30 11:00")  # two business days
        with at(local("2026-11-27 11:00")):  # asked again with one day left
            operations.ask(registration, olga, [operations.Asked("value", "Sure?")])
            assert registration.vendor_seconds_left == 24 * 3600
        with at(local("2026-11-28 18:00")):  # answered on a Saturday
            operations.answer(registration, ana, {}, {"value": "Yes."})
            assert registration.next_by == local("2026-12-01 09:00")


def test_a_question_after_the_target_leaves_no_time(app: Flask) -> None:
    with everything(app):
        with at(local("2026-11-16 09:00")):
            registration = under_review(domain="late.ca")
        with at(local("2026-11-24 09:00")):
            operations.ask(registration, actor_of("olga"), [operations.Asked("need", "?")])
            assert registration.vendor_seconds_left == 0
        with at(local("2026-11-25 09:00")):
            operations.answer(registration, actor_of("ana"), {}, {"need": "This."})
            assert registration.next_by == local("2026-11-25 09:00")


def test_every_question_needs_a_change_or_a_reply(data_app: Flask) -> None:
    with everything(data_app) as session:
        ana, olga = actor_of("ana"), actor_of("olga")
        registration = under_review(domain="answer.ca")
        operations.ask(
            registration,
            olga,
            [operations.Asked("need", "Which line?"), operations.Asked("value", "Sure?")],
        )
        session.commit()
        for values, replies in (
            ({}, {}),
            ({}, {"need": "Line 2"}),
            ({"value_minor": 5_000_000}, {}),
            ({"value_minor": registration.value_minor}, {"need": "Line 2", "value": "  "}),
        ):
            with pytest.raises(Refused):
                operations.answer(registration, ana, values, replies)
            session.rollback()
            session.expire_all()
            assert registration.status == Status.NEEDS_INFO
        operations.answer(registration, ana, {"value_minor": 5_000_000}, {"need": "Line 2"})
        assert registration.status == Status.UNDER_REVIEW
        assert registration.open_questions == []
        assert {q.field: q.reply for q in registration.questions} == {"need": "Line 2", "value": ""}
        assert registration.reviewer_id == olga.membership_id


def test_an_answer_changes_no_field_that_was_not_asked_about(app: Flask) -> None:
    with everything(app):
        registration = under_review(domain="only.ca")
        operations.ask(registration, actor_of("olga"), [operations.Asked("need", "Which line?")])
        ana = actor_of("ana")
        with pytest.raises(Refused, match="asked about"):
            operations.answer(registration, ana, {"company": "Another"}, {"need": "Line 2"})
        assert registration.company == "Fresh Customer"


@pytest.mark.parametrize("status", list(Status))
def test_only_a_draft_is_edited_and_only_questions_are_answered(app: Flask, status: Status) -> None:
    with everything(app):
        registration, ana = in_state(status, domain="sent.ca"), actor_of("ana")
        acts = {
            Status.DRAFT: lambda: operations.save_draft(registration, ana, {"company": "Another"}),
            Status.NEEDS_INFO: lambda: operations.answer(registration, ana, {"need": "x" * 20}, {}),
        }
        for allowed, act in acts.items():
            if status == allowed:
                act()
                continue
            with pytest.raises(WrongState):
                act()
            assert registration.status == status
            assert registration.need == NEED
            assert status == Status.DRAFT or registration.company == "Fresh Customer"


def test_an_answer_looks_for_matches_again(data_app: Flask) -> None:
    with everything(data_app):
        ana, olga = actor_of("ana"), actor_of("olga")
        registration = under_review(domain="again.ca")
        operations.ask(registration, olga, [operations.Asked("need", "Which line?")])
        other = submitted("bruno", domain="again.ca")
        assert operations.matches_of(registration) == []
        operations.answer(registration, ana, {}, {"need": "Line 2"})
        (match,) = operations.matches_of(registration)
        assert match.other_reference == other.reference
        with pytest.raises(Refused, match="Answer first"):
            operations.approve(registration, olga)
        operations.answer_match(registration, olga, match, MatchAnswer.DIFFERENT)
        operations.ask(registration, olga, [operations.Asked("need", "And?")])
        operations.answer(registration, ana, {}, {"need": "Yes"})
        assert [m.answer for m in operations.matches_of(registration)] == ["different"]
