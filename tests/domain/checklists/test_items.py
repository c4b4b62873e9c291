"""Does each item go its way alone, and does the checklist say how far the partner has come?"""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.access import Denied
from portal.core.audit import verify_chains
from portal.core.events import Event
from portal.core.times import DAY, add_months, at, now
from portal.core.workflow import PARTNER, VENDOR, Refused, WrongState
from portal.domain.attachments.models import Attachment
from portal.domain.attachments.operations import MOST, attach
from portal.domain.attachments.operations import remove as take_away
from portal.domain.checklist_templates import operations as templates
from portal.domain.checklists import operations
from portal.domain.checklists.beginning import begin_all
from portal.domain.checklists.clock import run
from portal.domain.checklists.models import NEVER, ItemStatus, Status
from portal.domain.checklists.workflow import ITEM, KEEP, KEEPER
from portal.domain.organisations.models import OrganisationStatus
from portal.domain.organisations.operations import edit, keep_contact
from portal.domain.people.administration import deactivate
from portal.domain.people.models import Membership, Role
from portal.domain.permissions import Permission as P
from tests.domain.checklists.taking import (
    answers_to,
    bring,
    checklist_of,
    finish,
    items,
    newcomer,
    paper,
    person,
    send,
)
from tests.domain.world import actor_of, everything
from tests.figures import record

S = ItemStatus
REASON = "The second page is missing."
REACHED = {"contact_email": "a@b.example", "contact_phone": "+14165550134"}
PARTICULARS = {
    "submit": {"digest": "0" * 64},
    **{name: {"words": {"reason": REASON}} for name in ("return", "waive")},
}


def test_every_step_from_every_state(data_app: Flask) -> None:
    """Of an item that the partner does; what staff do themselves is refused in a sentence."""
    steps = list(ITEM.transitions.values())
    right = 0
    for state, step in itertools.product(S, steps):
        with everything(data_app) as session:
            there = newcomer(session)
            sender, pia = person(session, there), actor_of("pia")
            item = items(session, there)["insurance"]
            bring(item, state, sender, pia)
            if step.name == "expire":
                item.expires_at = now() - DAY
            actor = {P.CHECKLIST_WORK: sender, KEEP: KEEPER}.get(step.permission, pia)
            try:
                ITEM.apply(item, step.name, actor, **PARTICULARS.get(step.name, {}))
                has_moved = item.status == step.target
            except WrongState:
                has_moved = False
            except Refused:
                has_moved = step.name == "do"
            right += has_moved == (state in step.sources)
            session.rollback()
    count = len(S) * len(steps)
    kind = data_app.config["SQLALCHEMY_DATABASE_URI"].partition(":")[0].partition("+")[0]
    record(
        4, f"states × transitions of an item of a checklist ({kind})",
        "all as the table says", f"{right} of {count}", right == count,
    )  # fmt: skip
    assert right == count


def test_a_checklist_follows_its_items_and_ends_with_the_partner_active(data_app: Flask) -> None:
    with everything(data_app) as session:
        there = newcomer(session)
        checklist, found = checklist_of(session, there), items(session, there)
        sender, pia = person(session, there), actor_of("pia")
        assert (checklist.status, checklist.done, checklist.total) == (Status.NOT_STARTED, 0, 6)
        assert there.has_open_checklist and checklist.due_at.date() == (now() + 30 * DAY).date()
        assert found["safety"].is_blocked and found["safety"].next_side is None
        with pytest.raises(Refused):
            operations.submit(found["safety"], sender, {})
        # Ours comes first: somebody of the vendor has to say what it may sell.
        assert (checklist.turn, checklist.step_id) == (VENDOR, found["products"].id)
        edit(there, pia, {"products": ["ARM"]})
        assert found["products"].status == S.COMPLETE
        assert (checklist.turn, checklist.status) == (PARTNER, Status.IN_PROGRESS)
        send(found["profile"], sender)
        assert (checklist.turn, checklist.step_id) == (VENDOR, found["profile"].id)
        operations.accept(found["profile"], pia)
        assert not found["safety"].is_blocked and found["safety"].next_side == PARTNER
        keep_contact(there, sender, REACHED)
        assert found["contact"].status == S.COMPLETE
        send(found["insurance"], sender)
        operations.give_back(found["insurance"], pia, REASON)
        assert found["insurance"].reason == REASON and found["insurance"].next_side == PARTNER
        finish(session, there, sender, pia)
        assert (checklist.status, checklist.done) == (Status.COMPLETE, 6)
        assert there.status == OrganisationStatus.ACTIVE and there.active_at is not None
        assert (checklist.turn, checklist.waiting_since) == ("", NEVER)
        # A colleague may still be brought in: home asks for that.
        assert there.has_open_checklist and found["colleague"].next_side == PARTNER
        assert not verify_chains(session).faults
        tags = select(Event.tag).where(Event.chain == there.reference)
        assert list(session.scalars(tags)).count("organisation:activate") == 1


def test_what_was_sent_stays_and_a_new_file_comes_beside_it(data_app: Flask) -> None:
    with everything(data_app) as session:
        there = newcomer(session)
        sender, pia = person(session, there), actor_of("pia")
        item = items(session, there)["insurance"]
        with pytest.raises(Refused):
            operations.submit(item, sender, {})
        attach(item, sender, [paper()])
        assert item.status == S.IN_PROGRESS
        operations.submit(item, sender, {})
        with pytest.raises(WrongState):
            attach(item, sender, [paper()])
        operations.give_back(item, pia, REASON)
        sent = session.scalars(select(Attachment).where(Attachment.record == item.reference)).one()
        with pytest.raises(Refused):
            take_away(sent, sender)
        attach(item, sender, [paper()])
        operations.submit(item, sender, {})
        operations.accept(item, pia)
        assert item.completed_at is not None
        assert item.reason == "" and item.expires_at == add_months(item.completed_at, 12)


def test_questions_are_all_answered_and_kept_as_they_were_asked(data_app: Flask) -> None:
    with everything(data_app) as session:
        there = newcomer(session)
        sender = person(session, there)
        item = items(session, there)["profile"]
        with pytest.raises(Refused):
            operations.submit(item, sender, {"customers": "Bakeries"})
        operations.submit(item, sender, answers_to(item))
        assert item.answers_in("fr")[0][0] == "Qui sont vos clients types?"
        assert item.answers_in("en")[1][1].startswith("Answer to Who sells")


def test_who_does_what(data_app: Flask) -> None:
    with everything(data_app) as session:
        there = newcomer(session)
        pia, axel = actor_of("pia"), actor_of("axel")
        seller = person(session, there, Role.PARTNER_SELLER)
        manager = person(session, there, Role.PARTNER_MANAGER)
        found = items(session, there)
        with pytest.raises(Denied):  # managers and administrators answer for the company
            operations.submit(found["profile"], seller, answers_to(found["profile"]))
        operations.submit(found["profile"], manager, answers_to(found["profile"]))
        for somebody in (seller, manager, axel):
            with pytest.raises(Denied):
                operations.accept(found["profile"], somebody)
        operations.accept(found["profile"], pia)
        with pytest.raises(Denied):
            operations.waive(found["insurance"], manager, REASON)
        operations.waive(found["insurance"], pia, REASON)
        with pytest.raises(Refused):  # what the partner does is not ticked off for them
            operations.do(found["safety"], pia)
        with pytest.raises(Denied):
            operations.submit(found["call"], manager, {})
        operations.do(found["call"], pia)
        operations.ask_again(found["insurance"], pia)
        assert found["insurance"].status == S.NOT_STARTED and found["call"].is_done


def test_facts_are_derived_in_both_directions_and_never_ticked(data_app: Flask) -> None:
    with everything(data_app) as session:
        there = newcomer(session)
        first, pia = person(session, there), actor_of("pia")
        found = items(session, there)
        with pytest.raises(Refused):
            operations.submit(found["contact"], first, {})
        with pytest.raises(Refused):
            operations.do(found["products"], pia)
        keep_contact(there, first, REACHED)
        assert found["contact"].status == S.COMPLETE
        keep_contact(there, first, {"contact_phone": ""})
        assert found["contact"].status == S.NOT_STARTED
        second = person(session, there)
        keep_contact(there, first, REACHED)  # whatever happens, all facts are looked at
        assert found["colleague"].status == S.COMPLETE
        deactivate(session.get_one(Membership, second.membership_id), first)
        assert found["colleague"].status == S.NOT_STARTED


def test_each_type_has_its_checklist(data_app: Flask) -> None:
    with everything(data_app) as session:
        both = newcomer(session, types=("reseller", "referral", "services"))
        names = {one.checklist.name for one in items(session, both).values()}
        assert "New referral partners" in names and len(names) == 2  # of services it is a draft
        none = newcomer(session, "Nobody's", types=("technology",))
        assert not items(session, none) and none.status == OrganisationStatus.ONBOARDING


def test_a_second_type_gets_its_own_checklist_later(data_app: Flask) -> None:
    with everything(data_app) as session:
        there = newcomer(session, types=("reseller",))
        pia = actor_of("pia")
        edit(there, pia, {"types": ["reseller", "referral"]})
        assert len({one.checklist_id for one in items(session, there).values()}) == 2
        own = templates.create(
            pia, {"name": "Gold", "name_fr": "", "partner_type": "reseller", "tier": "Gold"}
        )
        item = templates.keep_item(own, pia, items(session, there)["profile"].item)
        assert item.key == "profile"
        templates.publish(own, pia)
        there.tier = "Gold"
        begin_all(session, there)  # of each type one, whatever its tier has become
        assert len({one.checklist_id for one in items(session, there).values()}) == 2


def test_files_that_were_sent_take_no_place_from_new_ones(data_app: Flask) -> None:
    """What was sent cannot be taken away: nobody could ever send another."""
    with everything(data_app) as session:
        there = newcomer(session)
        sender, pia = person(session, there), actor_of("pia")
        item = items(session, there)["insurance"]
        sent = [paper() for _number in range(MOST)]
        assert attach(item, sender, sent) == []
        assert len(attach(item, sender, [paper()])) == 1
        operations.submit(item, sender, {})
        operations.give_back(item, pia, REASON)
        session.commit()
        assert attach(item, sender, [paper()]) == []
        operations.submit(item, sender, {})
        operations.accept(item, pia)
        session.commit()
        with at(now() + 350 * DAY):
            assert item.reference in {step.reference for step in run(session)}
            # The same certificate may still be the right one.
            assert attach(item, sender, [replace(paper(), digest=sent[0].digest)]) == []
            operations.submit(item, sender, {})
            assert item.status == S.SUBMITTED


def test_what_is_asked_for_after_all_has_its_days_again(data_app: Flask) -> None:
    with everything(data_app) as session:
        there, pia = newcomer(session), actor_of("pia")
        item = items(session, there)["insurance"]
        operations.waive(item, pia, REASON)
        session.commit()
        with at(now() + 100 * DAY):
            operations.ask_again(item, pia)
            assert item.next_by == item.due_at > now() + (item.item.due_days - 1) * DAY
