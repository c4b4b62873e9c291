"""Does each operation write all that belongs to it, and keep the clocks right?"""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from portal.core.access import Denied
from portal.core.audit import verify_chains
from portal.core.database import db
from portal.core.events import Event, digest
from portal.core.outbox import Delivery
from portal.core.times import at
from portal.core.workflow import Refused, WrongState
from portal.domain.claims.models import Claim
from portal.domain.deals import operations as deals
from portal.domain.deals.models import Deal, DealWord, Stage
from portal.domain.registrations import operations, writing
from portal.domain.registrations.content import content_of
from portal.domain.registrations.models import (
    MatchAnswer,
    Receipt,
    Registration,
    RegistrationMatch,
    Status,
)
from tests.browser import Browser
from tests.domain.world import (
    NEED,
    actor_of,
    complete,
    draft,
    everything,
    in_state,
    products,
    submitted,
    under_review,
)

TORONTO = ZoneInfo("America/Toronto")


def local(text: str) -> dt.datetime:
    """Return a moment in Toronto."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=TORONTO)


def counts(session: Any) -> dict[str, int]:
    """Return how many rows there are of everything that an approval writes."""
    tables = (Claim, Deal, DealWord, Event, Delivery)
    return {t.__name__: session.scalar(select(func.count()).select_from(t)) for t in tables}


# --- drafts --------------------------------------------------------------------------------------


def test_an_untouched_draft_is_gone_on_with(app: Flask) -> None:
    with everything(app) as session:
        ana = actor_of("ana")
        first = operations.begin_draft(ana)
        session.flush()
        assert operations.begin_draft(ana) is first
        operations.save_draft(first, ana, {"company": "Something"})
        session.flush()
        assert operations.begin_draft(ana) is not first
        assert operations.begin_draft(actor_of("noah")).owner_id != ana.membership_id


def test_only_the_partners_fields_can_be_written(app: Flask) -> None:
    with everything(app):
        registration = draft(domain="fields.ca")
        for name in ("status", "organisation_id", "owner_id", "reviewer_id", "decided_at", "id",
                     "version", "submitter_user_id", "reason_text", "customer_key"):  # fmt: skip
            with pytest.raises(KeyError):
                operations.save_draft(registration, actor_of("ana"), {name: 1})


def test_saving_what_stands_already_tells_nothing(app: Flask) -> None:
    with everything(app) as session:
        registration = draft(domain="same.ca")
        before = counts(session)["Event"]
        operations.save_draft(
            registration, actor_of("ana"), {"company": "Fresh Customer", "activities": {
                a.kind: a.on for a in registration.activities}},
        )  # fmt: skip
        session.flush()
        assert counts(session)["Event"] == before


def test_only_a_draft_is_thrown_away_and_its_history_stays(data_app: Flask) -> None:
    with everything(data_app) as session:
        registration, ana = draft(domain="away.ca"), actor_of("ana")
        reference = registration.reference
        operations.discard(registration, ana)
        session.commit()
        assert session.scalar(select(Registration).filter_by(reference=reference)) is None
        tags = session.scalars(select(Event.tag).where(Event.chain == reference)).all()
        assert tags[-1] == "registration:discard"
        with pytest.raises(Refused, match="Only a draft can be thrown away"):
            operations.discard(submitted(domain="sent.ca"), ana)
        assert not verify_chains(session).faults


# --- receipt -------------------------------------------------------------------------------------


def test_every_submission_has_a_receipt_of_its_content(data_app: Flask) -> None:
    with everything(data_app) as session:
        registration = draft(domain="receipt.ca")
        content = digest(content_of(registration))
        receipt = operations.submit(registration, actor_of("ana"))
        session.commit()
        assert receipt.reference.startswith("RC-")
        assert receipt.content_hash == content
        assert receipt.at == registration.submitted_at
        assert receipt.rule_version
        event_row = session.scalars(
            select(Event).filter_by(chain=registration.reference, tag="registration:submit")
        ).one()
        assert event_row.particulars == {"receipt": receipt.reference, "content": content}
        # Any other content has another hash.
        for values in ({"company": "Another"}, {"value_minor": 4_800_001}, {"need": "x" * 30},
                       {"products": products("PAL")},
                       {"activities": {"call": dt.date(2026, 1, 1)}}):  # fmt: skip
            writing.write_fields(registration, values)
            assert digest(content_of(registration)) != content, values
            session.rollback()
        with pytest.raises(WrongState):
            operations.submit(registration, actor_of("ana"))
        session.rollback()
        found = session.scalar(
            select(func.count(Receipt.id)).where(Receipt.registration_id == registration.id)
        )
        assert found == 1


# --- matches -------------------------------------------------------------------------------------


def evidence(registration: Registration) -> dict[str, set[str]]:
    """Return the evidence of each possible match by the other's company."""
    return {m.company: set(m.evidence) for m in operations.matches_of(registration)}


def test_a_match_comes_with_what_speaks_for_and_against_it(data_app: Flask) -> None:
    with everything(data_app):
        submitted("bruno", domain="known.com", company="Known Works Inc", country="US",
                  region="TX", city="Austin", products=products("PAL"),
                  contact_email="someone@known.com")  # fmt: skip
        submitted("lena", domain="known.com", company="Known Works", city="Ottawa",
                  contact_email="ROBIN@known.com")  # fmt: skip
        registration = submitted("ana", domain="known.com", company="Known Works")
        assert evidence(registration) == {
            "Known Works Inc": {"+domain", "-company", "-country", "-city", "-product"},
            "Known Works": {"+domain", "+company", "+country", "+city", "+product", "+contact"},
        }


def test_without_a_website_name_and_postal_code_match(app: Flask) -> None:
    with everything(app):
        farm = {"domain": None, "website": "", "has_no_website": True, "street": "1 Rang",
                "legal_name": "Ferme Beauséjour", "postal_code": "j2t5h8",
                "contact_email": "a@videotron.ca"}  # fmt: skip
        values = complete(domain="x.ca")
        for by, extra in (("bruno", {}), ("ana", {"legal_name": "FERME BEAUSEJOUR",
                                                  "postal_code": "J2T 5H8"})):  # fmt: skip
            registration = operations.begin_draft(actor_of(by))
            operations.save_draft(registration, actor_of(by), {**values, **farm, **extra})
            operations.submit(registration, actor_of(by))
        (found,) = evidence(registration).values()
        assert "+name_and_postal_code" in found


@pytest.mark.parametrize(
    ("status", "is_found"),
    [
        (Status.DRAFT, False),
        (Status.SUBMITTED, True),
        (Status.UNDER_REVIEW, True),
        (Status.NEEDS_INFO, True),
        (Status.APPROVED, True),  # by its deal
        (Status.REJECTED, False),
        (Status.WITHDRAWN, False),
    ],
)
def test_only_open_records_match(app: Flask, status: Status, is_found: bool) -> None:
    with everything(app):
        other = in_state(status, "bruno", domain="open.com")
        registration = submitted("ana", domain="open.com")
        found = operations.matches_of(registration)
        assert bool(found) == is_found
        if status == Status.APPROVED:
            assert found[0].other_reference.startswith("DL-")
            assert found[0].protected_until is not None
        elif found:
            assert found[0].other_reference == other.reference


def test_a_lost_deal_matches_no_more(app: Flask) -> None:
    with everything(app) as session:
        other = under_review("bruno", domain="lost.com")
        deal = operations.approve(other, actor_of("olga"))
        deals.move(deal, actor_of("bruno"), Stage.LOST, "price")
        session.flush()
        registration = under_review("ana", domain="lost.com")
        assert operations.matches_of(registration) == []
        operations.approve(registration, actor_of("olga"))


# --- needs info: the clock -----------------------------------------------------------------------


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


# --- the decision --------------------------------------------------------------------------------


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
