"""Does a changed template reach whoever is halfway, once, and leave alone what is done?"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core.audit import verify_chains
from portal.core.events import Event
from portal.core.times import DAY, at
from portal.domain.checklist_templates import operations as templates
from portal.domain.checklist_templates.content import Item, Kind, Owner, Question
from portal.domain.checklist_templates.models import ChecklistTemplate
from portal.domain.checklists import operations
from portal.domain.checklists.clock import run
from portal.domain.checklists.events import E
from portal.domain.checklists.models import Checklist, ChecklistItem, ItemStatus, Status
from portal.domain.organisations.models import Organisation, OrganisationStatus
from tests.domain.checklists.taking import bring, checklist_of, finish, items, newcomer, person
from tests.domain.world import actor_of, everything
from tests.figures import record

S = ItemStatus
NEW = Item("greet", Kind.STAFF, "Greet them", Owner.STAFF)


@pytest.fixture
def session(data_app: Flask) -> Iterator[Session]:
    with everything(data_app) as session:
        yield session


def template_of(session: Session, organisation: Organisation) -> ChecklistTemplate:
    """Return what a partner's one checklist follows."""
    return checklist_of(session, organisation).template


def write(template: ChecklistTemplate, key: str, **changes: object) -> None:
    """Let one item of a template ask something else."""
    item = templates.item_of(template, key)
    templates.keep_item(template, actor_of("pia"), replace(item, **changes))  # type: ignore[arg-type]


def carried(session: Session, organisation: Organisation) -> list[str]:
    """Put the template in use as it stands, let the clock go; return what it did to the partner."""
    templates.publish(template_of(session, organisation), actor_of("pia"))
    session.commit()
    mine = checklist_of(session, organisation).reference
    return [step.what for step in run(session) if step.reference == mine]


@pytest.mark.parametrize("state", S)
def test_whatever_state_it_is_in_it_stays_and_asks_otherwise(session: Session, state: S) -> None:
    there = newcomer(session)
    bring(items(session, there)["insurance"], state, person(session, there), actor_of("pia"))
    session.commit()
    before = items(session, there)["insurance"]
    kept = (before.status, before.due_at, before.answers, before.completed_at, before.expires_at,
            before.sent_by, before.reason)  # fmt: skip
    write(
        template_of(session, there), "insurance",
        title="Another paper", due_days=99, renew_months=0, is_mandatory=False,
        owner=Owner.ADMINISTRATOR,
    )  # fmt: skip
    assert carried(session, there) == ["carried"]
    item = items(session, there)["insurance"]
    assert kept == (item.status, item.due_at, item.answers, item.completed_at, item.expires_at,
                    item.sent_by, item.reason)  # fmt: skip
    assert (item.title_in("en"), item.owner, item.is_mandatory) == (
        "Another paper", Owner.ADMINISTRATOR, False,
    )  # fmt: skip
    assert checklist_of(session, there).total == 5  # of seven, two are optional now
    assert not verify_chains(session).faults


@pytest.mark.parametrize("state", S)
def test_what_is_no_longer_asked_for_is_dropped_and_what_is_done_stays(
    session: Session, state: S
) -> None:
    there = newcomer(session)
    bring(items(session, there)["profile"], state, person(session, there), actor_of("pia"))
    session.commit()
    templates.remove_item(template_of(session, there), actor_of("pia"), "profile")
    assert carried(session, there) == ["carried"]
    item = items(session, there)["profile"]
    assert item.status == (S.COMPLETE if state == S.COMPLETE else S.WAIVED)
    assert not item.is_mandatory and item.next_side is None and item.expires_at is None
    if state not in (S.COMPLETE, S.WAIVED):
        assert item.said_reason == "The checklist does not ask for it any more."
        assert not item.reason  # which would be in the clock's language, whoever reads it
    assert checklist_of(session, there).total == 5
    assert not items(session, there)["safety"].is_blocked  # which waited for it


def test_what_is_no_longer_asked_for_is_not_renewed(session: Session) -> None:
    there = newcomer(session)
    item = items(session, there)["insurance"]
    bring(item, S.COMPLETE, person(session, there), actor_of("pia"))
    session.commit()
    ends = item.expires_at
    assert ends is not None
    templates.remove_item(template_of(session, there), actor_of("pia"), "insurance")
    assert carried(session, there) == ["carried"]
    with at(ends + DAY):
        assert item.reference not in {one.reference for one in run(session)}
        assert (item.status, item.next_side) == (S.COMPLETE, None)


def test_what_is_new_is_asked_in_its_place(session: Session) -> None:
    there, pia = newcomer(session), actor_of("pia")
    session.commit()
    template = template_of(session, there)
    templates.keep_item(template, pia, NEW)
    for _place in range(6):
        templates.move_item(template, pia, "greet", -1)
    assert carried(session, there) == ["carried"]
    found = items(session, there)
    assert list(found)[:3] == ["contact", "greet", "profile"]
    assert (found["greet"].status, found["greet"].is_blocked) == (S.NOT_STARTED, False)
    checklist = checklist_of(session, there)
    assert (checklist.total, checklist.edition) == (7, 2)
    assert list(run(session)) == []  # nothing is carried twice


def test_what_comes_before_and_what_is_asked_change_too(session: Session) -> None:
    there, pia = newcomer(session), actor_of("pia")
    sender = person(session, there)
    operations.submit(
        items(session, there)["profile"], sender, {"customers": "Bakeries", "team": "Two"}
    )
    session.commit()
    template = template_of(session, there)
    write(template, "insurance", after=("colleague",))
    profile = templates.item_of(template, "profile")
    write(template, "profile", questions=(*profile.questions[:1], Question("new", "Since when?")))
    write(template, "safety", after=())
    assert carried(session, there) == ["carried"]
    found = items(session, there)
    assert found["insurance"].is_blocked and not found["safety"].is_blocked
    assert found["profile"].status == S.SUBMITTED
    # What was sent is read as it was asked then.
    assert found["profile"].answers_in("en") == [
        ("Who are your typical customers?", "Bakeries"), ("Who sells and who installs?", "Two"),
    ]  # fmt: skip
    operations.give_back(found["profile"], pia, "Say since when.")
    operations.submit(found["profile"], sender, {"customers": "Bakeries", "new": "2019"})
    assert found["profile"].answers_in("en")[1] == ("Since when?", "2019")


def test_a_complete_one_is_only_asked_for_what_is_new(session: Session) -> None:
    there, pia = newcomer(session), actor_of("pia")
    sender = person(session, there)
    for key in ("contact", "products"):
        operations.waive(items(session, there)[key], pia, "They have it.")
    finish(session, there, sender, pia)
    session.commit()
    assert there.status == OrganisationStatus.ACTIVE
    done = {key: one.completed_at for key, one in items(session, there).items()}
    template = template_of(session, there)
    write(template, "insurance", title="Another paper")
    assert carried(session, there) == ["carried"]
    assert checklist_of(session, there).status == Status.COMPLETE
    templates.keep_item(template, pia, NEW)
    assert carried(session, there) == ["carried"]
    checklist = checklist_of(session, there)
    assert (checklist.status, checklist.done, checklist.total) == (Status.IN_PROGRESS, 6, 7)
    assert {key: items(session, there)[key].completed_at for key in done} == done
    assert there.status == OrganisationStatus.ACTIVE  # once active, it stays so
    operations.do(items(session, there)["greet"], pia)
    assert checklist_of(session, there).status == Status.COMPLETE


def test_when_the_last_one_is_dropped_the_partner_goes_live(session: Session) -> None:
    there, pia = newcomer(session, types=("referral",)), actor_of("pia")
    operations.waive(items(session, there)["contact"], pia, "We know how to reach them.")
    session.commit()
    assert there.status == OrganisationStatus.ONBOARDING
    templates.remove_item(template_of(session, there), pia, "profile")
    assert carried(session, there) == ["carried"]
    session.refresh(there)
    assert there.status == OrganisationStatus.ACTIVE


def test_one_that_is_out_of_use_is_gone_on_with_as_it_stands(session: Session) -> None:
    there, pia = newcomer(session), actor_of("pia")
    session.commit()
    template = template_of(session, there)
    templates.keep_item(template, pia, NEW)
    templates.retire(template, pia)
    session.commit()
    assert checklist_of(session, there).reference not in {one.reference for one in run(session)}
    assert "greet" not in items(session, there)
    operations.waive(items(session, there)["contact"], pia, "We know how to reach them.")
    assert newcomer(session, "Later").id  # and nobody new gets it
    query = select(func.count(Checklist.id)).join(Organisation).where(Organisation.name == "Later")
    assert session.scalar(query) == 0


def test_two_workers_at_once_carry_it_once(data_app: Flask) -> None:
    rounds, wrong = 3, []
    for number in range(rounds):
        with everything(data_app) as session:
            there = newcomer(session, f"Newcomer {number}")
            template, pia = template_of(session, there), actor_of("pia")
            templates.keep_item(template, pia, replace(NEW, key=f"greet-{number}"))
            templates.publish(template, pia)
            session.commit()
            reference, name = checklist_of(session, there).reference, there.name
        barrier, steps = threading.Barrier(2), []

        def work(barrier: threading.Barrier = barrier, steps: list[str] = steps) -> None:
            with everything(data_app) as session:
                barrier.wait(20)
                steps.extend(f"{one.what} {one.reference}" for one in run(session))

        workers = [threading.Thread(target=work) for _two in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
        with everything(data_app) as session:
            told = select(func.count(Event.id)).where(
                Event.chain == reference, Event.tag == E.CARRY
            )
            asked = select(func.count(ChecklistItem.id)).join(Checklist).join(
                Organisation, Organisation.id == Checklist.organisation_id
            ).where(Organisation.name == name, ChecklistItem.key == f"greet-{number}")  # fmt: skip
            found = (
                steps.count(f"carried {reference}"),
                session.scalar(told),
                session.scalar(asked),
            )
            if found != (1, 1, 1):
                wrong.append(found)
            assert not verify_chains(session).faults
    kind = data_app.config["SQLALCHEMY_DATABASE_URI"].partition(":")[0].partition("+")[0]
    record(
        4, f"two workers carry one edition ({kind})", "once", f"{rounds - len(wrong)} of {rounds}",
        not wrong,
    )  # fmt: skip
    assert not wrong
