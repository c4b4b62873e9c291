"""Does what is due happen once, at its time, whoever was late?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.events import Event, record_event
from portal.core.outbox import Delivery
from portal.core.times import DAY, at, now
from portal.core.workflow import PARTNER, Refused
from portal.domain.attachments.operations import attach
from portal.domain.checklists import operations
from portal.domain.checklists.clock import run
from portal.domain.checklists.events import E
from portal.domain.checklists.models import ItemStatus, Status
from portal.domain.organisations.models import Organisation, OrganisationStatus, Side
from portal.domain.organisations.operations import add_organisation, take_step
from portal.integrations.mail.letters import write_letter
from tests.domain.checklists.taking import (
    bring,
    checklist_of,
    finish,
    items,
    newcomer,
    paper,
    person,
)
from tests.domain.world import actor_of, everything

S = ItemStatus
A_MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def session(data_app: Flask) -> Iterator[Session]:
    with everything(data_app) as session:
        yield session


def steps_of(session: Session, organisation: Organisation) -> list[str]:
    """Return what the clock does with one partner now."""
    mine = {organisation.reference, checklist_of(session, organisation).reference}
    mine |= {one.reference for one in items(session, organisation).values()}
    return [step.what for step in run(session) if step.reference in mine]


def letters(session: Session, chain: str, tag: str) -> list[tuple[str, str]]:
    """Return to whom a mail about an event goes, and what it says."""
    query = select(Delivery).join(Event).where(Event.chain == chain, Event.tag == tag)
    found = []
    for delivery in session.scalars(query.order_by(Delivery.id)):
        letter = write_letter(delivery)
        body = letter.get_body(("plain",))
        assert body is not None
        found.append((letter["To"].addresses[0].username, " ".join(body.get_content().split())))
    return found


def test_reminders_come_before_the_day_after_it_and_then_weekly(session: Session) -> None:
    there = newcomer(session)
    person(session, there)
    checklist = checklist_of(session, there)
    session.commit()
    began, told = now(), []
    for hours in range(1, 24 * 30, 12):
        with at(began + dt.timedelta(hours=hours)):
            told += [hours // 24] * steps_of(session, there).count("reminded")
    # Of the first (day 5), the second (7) and the third (14); the fourth waits for another.
    assert told[0] == 2 and 6 in told and told == sorted(set(told)) and len(told) <= 12
    (first, *_rest) = letters(session, checklist.reference, E.REMIND)
    assert "Newcomer" in first[1] and "/checklist" in first[1]


def test_nobody_is_reminded_of_what_is_with_the_vendor(session: Session) -> None:
    there = newcomer(session, types=("referral",))
    sender = person(session, there)
    found = items(session, there)
    operations.waive(found["contact"], actor_of("pia"), "We know how to reach them.")
    bring(found["profile"], S.SUBMITTED, sender, actor_of("pia"))
    session.commit()
    assert checklist_of(session, there).remind_at is None
    with at(now() + 40 * DAY):
        assert steps_of(session, there) == []


def test_what_was_accepted_is_renewed_in_time_and_expires_once(session: Session) -> None:
    there = newcomer(session)
    sender, pia = person(session, there), actor_of("pia")
    operations.waive(items(session, there)["products"], pia, "They sell all of it.")
    operations.waive(items(session, there)["contact"], pia, "We know how to reach them.")
    finish(session, there, sender, pia)
    session.commit()
    item, checklist = items(session, there)["insurance"], checklist_of(session, there)
    assert there.status == OrganisationStatus.ACTIVE and item.expires_at is not None
    ends = item.expires_at
    with at(ends - 31 * DAY):
        assert "to be renewed" not in steps_of(session, there)
    with at(ends - 29 * DAY):
        assert steps_of(session, there).count("to be renewed") == 1
        assert "to be renewed" not in steps_of(session, there)
        # It still holds: nothing is missing yet, and the partner is asked all the same.
        assert (item.status, item.next_side) == (S.IN_PROGRESS, PARTNER)
        assert checklist.status == Status.COMPLETE and there.has_open_checklist
        with pytest.raises(Refused):  # the old file is no new one
            operations.submit(item, sender, {})
        session.rollback()
    with at(ends - 4 * DAY):
        assert "reminded" not in steps_of(session, there)
    with at(
        ends - 3 * DAY + A_MINUTE
    ):  # of that alone: what may stay undone is reminded of no more
        assert steps_of(session, there).count("reminded") == 1
        query = select(Event.particulars).where(Event.chain == checklist.reference)
        told = session.scalars(query.where(Event.tag == E.REMIND)).all()
        assert told[-1] == {"count": 1} and "reminded" not in steps_of(session, there)
    with at(ends - 20 * DAY):
        attach(item, sender, [paper()])
        operations.submit(item, sender, {})
        operations.give_back(item, pia, "It is the old one.")
        session.commit()
    with at(ends + A_MINUTE):  # renewed while returned: the reason stays to be read
        assert steps_of(session, there).count("expired") == 1
        assert "expired" not in steps_of(session, there)
        assert (item.status, item.reason) == (S.EXPIRED, "It is the old one.")
        assert checklist.status == Status.IN_PROGRESS
        assert there.status == OrganisationStatus.ACTIVE
        people = {to for to, _text in letters(session, item.reference, E.EXPIRE)}
        assert "pia" in people and len(people) > 1
        attach(item, sender, [paper()])
        operations.submit(item, sender, {})
        operations.accept(item, pia)
        assert checklist.status == Status.COMPLETE and item.expires_at is not None
        assert item.expires_at > ends + 300 * DAY


def test_what_is_with_the_vendor_does_not_expire(session: Session) -> None:
    there = newcomer(session)
    sender, pia = person(session, there), actor_of("pia")
    item = items(session, there)["insurance"]
    bring(item, S.COMPLETE, sender, pia)
    session.commit()
    assert item.expires_at is not None
    ends = item.expires_at
    with at(ends - 10 * DAY):
        assert "to be renewed" in steps_of(session, there)
        attach(item, sender, [paper()])
        operations.submit(item, sender, {})
        session.commit()
    with at(ends + DAY):
        assert "expired" not in steps_of(session, there)
        operations.accept(item, pia)
        assert item.status == S.COMPLETE and item.expires_at > ends


def test_whoever_began_before_there_was_a_checklist_gets_it(session: Session) -> None:
    there = add_organisation(
        session, "Early", Side.PARTNER, types=["referral"], status=OrganisationStatus.ONBOARDING
    )
    session.commit()
    assert there.reference in {step.reference for step in run(session) if step.what == "begun"}
    assert checklist_of(session, there).total == 2
    assert there.reference not in {step.reference for step in run(session)}


def test_where_nobody_has_joined_nobody_is_reminded(session: Session) -> None:
    there = newcomer(session)
    session.commit()
    with at(now() + 9 * DAY):
        assert steps_of(session, there) == []


def test_staff_hear_of_what_they_renew_themselves(session: Session) -> None:
    there = newcomer(session)
    sender, pia = person(session, there), actor_of("pia")
    item = items(session, there)["call"]
    item.kept = {**item.kept, "renew_months": 12, "after": []}
    item.is_blocked = False
    operations.do(item, pia)
    session.commit()
    ends = item.expires_at
    assert ends is not None
    with at(ends - 10 * DAY):
        assert "to be renewed" in steps_of(session, there)
        people = {to for to, _text in letters(session, item.reference, E.RENEW)}
        assert people and sender.email.partition("@")[0] not in people


@pytest.mark.parametrize("status", [OrganisationStatus.SUSPENDED, OrganisationStatus.ENDED])
def test_whose_partnership_rests_or_is_over_is_left_alone(
    session: Session, status: OrganisationStatus
) -> None:
    there = newcomer(session)
    item = items(session, there)["insurance"]
    bring(item, S.COMPLETE, person(session, there), actor_of("pia"))
    ends = item.expires_at
    assert ends is not None
    there.status = status
    session.commit()
    with at(ends + DAY):
        assert steps_of(session, there) == []
        there.status = OrganisationStatus.ACTIVE
        session.commit()
        assert "expired" in steps_of(session, there)


def test_one_that_is_opened_again_is_active_when_staff_say_so(session: Session) -> None:
    there, pia = newcomer(session), actor_of("pia")
    sender = person(session, there)
    for key in ("contact", "products"):
        operations.waive(items(session, there)[key], pia, "They have it.")
    finish(session, there, sender, pia)
    assert there.status == OrganisationStatus.ACTIVE
    take_step(there, pia, "end", "They gave it up.")
    take_step(there, pia, "reopen", "They are back.")
    session.commit()
    assert there.status == OrganisationStatus.ONBOARDING
    colleague = person(session, there)
    record_event("person:join", f"membership:{colleague.membership_id}", colleague)
    session.commit()
    assert there.status == OrganisationStatus.ONBOARDING
    take_step(there, pia, "activate", "Checked again.")
    assert there.status == OrganisationStatus.ACTIVE
