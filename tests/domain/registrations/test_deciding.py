"""Does a decision write all that belongs to it, or nothing?"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from portal.core.access import Denied
from portal.core.audit import verify_chains
from portal.core.database import db
from portal.core.events import Event
from portal.core.outbox import Delivery
from portal.core.times import at
from portal.core.workflow import Refused, WrongState
from portal.domain.claims.models import Claim
from portal.domain.deals.models import DealWord
from portal.domain.registrations import operations
from portal.domain.registrations.models import (
    MatchAnswer,
    Registration,
    RegistrationMatch,
    Status,
)
from tests.browser import Browser
from tests.domain.world import (
    actor_of,
    counts,
    everything,
    submitted,
    under_review,
)
from tests.local_time import local


def test_an_approval_writes_everything_at_once(data_app: Flask) -> None:
    with everything(data_app) as session:
        moment = local("2026-11-16 09:00")
        with at(moment):
            registration = under_review(domain="approval.ca", own_reference="NW-77")
            before = counts(session)
            deal = operations.approve(registration, actor_of("olga"))
        session.commit()
        session.expire_all()
        until = moment + dt.timedelta(days=90)
        assert registration.status == Status.APPROVED
        assert registration.decided_at == moment
        claims = session.scalars(select(Claim).filter_by(registration_id=registration.id)).all()
        assert {c.product_id for c in claims} == {p.id for p in registration.products}
        for claim in claims:
            assert (claim.customer_key, claim.country) == ("domain:approval.ca", "CA")
            assert claim.organisation_id == registration.organisation_id
            assert claim.protected_until == until
        assert (deal.stage, deal.amount_minor, deal.currency) == ("prospect", 4_800_000, "CAD")
        assert deal.sourced_by_id == deal.organisation_id == registration.organisation_id
        assert deal.owner_id == registration.owner_id
        assert deal.protected_until == until
        assert {p.code for p in deal.products} == {"ARM", "FLEET"}
        assert (deal.next_side, deal.next_what) == ("partner", "step")
        grown = {name: count - before[name] for name, count in counts(session).items()}
        assert grown["Claim"] == 2
        assert grown["Deal"] == 1
        assert grown["Event"] == 2  # the approval, and the deal's first
        assert grown["Delivery"] == 1  # to the owner
        assert grown["DealWord"] >= 4


def test_when_the_last_insert_fails_nothing_of_the_approval_is_left(data_app: Flask) -> None:
    with everything(data_app) as session:
        registration = under_review(domain="broken.ca")
        session.commit()
        reference, before = registration.reference, counts(session)
    browser = Browser(data_app).signed_in("olga")
    path = f"/admin/registrations/{reference}"
    page = browser.get(path)
    with everything(data_app) as session:
        before = counts(session)

    with data_app.app_context():
        engine = db.engine
    for broken in (Delivery, DealWord, Claim, Event):
        start = f"INSERT INTO {broken.__tablename__} "

        def full(_c: Any, _cursor: Any, statement: str, *_: Any, start: str = start) -> None:
            if start in statement:
                raise RuntimeError("the disk is full")

        event.listen(engine, "before_cursor_execute", full)
        try:
            answer = browser.submit(page, f"{path}/approval")
        finally:
            event.remove(engine, "before_cursor_execute", full)
        assert answer.status == 500
        assert "Something went wrong on our side" in answer.words
        with everything(data_app) as session:
            assert counts(session) == before, broken
            found = session.scalar(select(Registration.status).filter_by(reference=reference))
            assert found == Status.UNDER_REVIEW
    # The same form works once the disk has room again.
    answer = browser.submit(page, f"{path}/approval")
    assert answer.status == 303
    with everything(data_app) as session:
        assert counts(session)["Deal"] == before["Deal"] + 1
        assert not verify_chains(session).faults


def test_a_rejection_carries_its_reason_and_frees_nothing(data_app: Flask) -> None:
    with everything(data_app) as session:
        registration = under_review(domain="rejected.ca")
        claims = counts(session)["Claim"]
        operations.reject(registration, actor_of("olga"), "no_project", "Come back in spring.")
        session.commit()
        assert (registration.reason_code, registration.reason_text) == (
            "no_project",
            "Come back in spring.",
        )
        assert registration.decided_at is not None
        told = session.scalars(
            select(Event).filter_by(chain=registration.reference, tag="registration:reject")
        ).one()
        assert told.particulars == {"reason": "no_project"}
        assert told.words == {"text": "Come back in spring."}
        assert counts(session)["Claim"] == claims


def test_a_customer_claimed_meanwhile_is_refused_with_a_date_and_no_name(data_app: Flask) -> None:
    with everything(data_app) as session:
        first = under_review("bruno", domain="raced.com")
        second = under_review("ana", domain="raced.com")
        # As if both had been sent at the same moment: neither knows of the other.
        session.execute(
            RegistrationMatch.__table__.delete().where(
                RegistrationMatch.registration_id == second.id
            )
        )
        operations.approve(first, actor_of("olga"))
        session.commit()
        with pytest.raises(Refused) as error:
            operations.approve(second, actor_of("olga"))
        session.rollback()
        sentence = str(error.value.sentence)
        assert "protected until" in sentence
        assert "Cobalt" not in sentence
        assert first.reference not in sentence
        assert second.status == Status.UNDER_REVIEW


def test_an_ended_protection_makes_room(app: Flask) -> None:
    with everything(app) as session:
        with at(local("2026-01-05 09:00")):
            first = under_review("bruno", domain="ended.com")
            operations.approve(first, actor_of("olga"))
            session.flush()
        with at(local("2026-06-01 09:00")):
            second = under_review("ana", domain="ended.com")
            for match in operations.matches_of(second):
                operations.answer_match(second, actor_of("olga"), match, MatchAnswer.DIFFERENT)
            operations.approve(second, actor_of("olga"))
        active = session.scalars(
            select(Claim).where(Claim.released_at.is_(None), Claim.customer_key.like("%ended.com%"))
        ).all()
        assert {c.registration_id for c in active} >= {second.id}


def test_a_failed_take_leaves_no_reviewer(app: Flask) -> None:
    with everything(app):
        registration = submitted(domain="take.ca")
        with pytest.raises(Denied):
            operations.take(registration, actor_of("axel"))
        assert registration.reviewer_id is None
        operations.take(registration, actor_of("omar"))
        with pytest.raises(WrongState):
            operations.take(registration, actor_of("olga"))
        assert registration.reviewer_id == actor_of("omar").membership_id


def test_mails_go_to_who_must_act_and_never_to_who_did_it(app: Flask) -> None:
    with everything(app) as session:

        def heard(registration: Registration, tag: str) -> set[int]:
            return set(
                session.scalars(
                    select(Delivery.recipient_id)
                    .join(Event, Event.id == Delivery.event_id)
                    .where(Event.chain == registration.reference, Event.tag == tag)
                )
            )

        person = {n: actor_of(n).membership_id for n in ("ana", "marc", "carla", "omar", "olga")}
        registration = under_review("ana", "carla", domain="mail.ca")
        assert heard(registration, "registration:submit") == {person["carla"]}
        operations.ask(registration, actor_of("carla"), [operations.Asked("need", "?")])
        assert heard(registration, "registration:ask") == {person["ana"]}
        operations.answer(registration, actor_of("marc"), {}, {"need": "This."})
        assert heard(registration, "registration:answer") == {person["carla"]}
        operations.approve(registration, actor_of("olga"))
        assert heard(registration, "registration:approve") == {person["ana"]}
        # Nobody's portfolio holds Cobalt: the approvers hear of it.
        foreign = submitted("bruno", domain="mail-cobalt.com")
        assert heard(foreign, "registration:submit") == {person["omar"], person["olga"]}
        taken_back = submitted("ana", domain="mail-back.ca")
        operations.withdraw(taken_back, actor_of("ana"), "No money.")
        assert heard(taken_back, "registration:withdraw") == {person["carla"]}
