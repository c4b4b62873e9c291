"""Does work go to a colleague whole, once, and only to somebody who can take it?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.audit import verify_chains
from portal.core.database import Base, db
from portal.core.events import Event
from portal.core.outbox import Delivery, Drop
from portal.core.workflow import Refused, WrongState
from portal.domain.deals import owners as deal_owners
from portal.domain.deals.models import OPEN_STAGES, Deal, Stage
from portal.domain.deals.operations import move, plan
from portal.domain.organisations.models import Organisation
from portal.domain.people.models import Membership, PortfolioEntry
from portal.domain.reassigning.loads import loads_of
from portal.domain.reassigning.operations import hand_over
from portal.domain.registrations import owners
from portal.domain.registrations.models import Registration, Status
from portal.domain.timeline.sentences import timeline
from portal.integrations.mail.letters import write_letter
from tests.browser import Browser
from tests.domain.world import actor_of, draft, everything, in_state, membership_of, seen_by

SignIn = Callable[[str], Browser]


def deal_of(session: Session, by: str = "ana", domain: str = "reassigned.ca") -> Deal:
    """Return a fresh open deal of ``by``; call in system mode."""
    record = in_state(Status.APPROVED, by, domain=domain)
    return session.scalars(select(Deal).filter_by(registration_id=record.id)).one()


def last_event(session: Session, chain: str) -> Event:
    """Return the newest event of a chain."""
    query = select(Event).where(Event.chain == chain).order_by(Event.place.desc()).limit(1)
    return session.scalars(query).one()


def told(session: Session, event: Event) -> dict[str, str]:
    """Return by recipient what each mail about ``event`` says, or that none is written."""
    found = {}
    for delivery in session.scalars(select(Delivery).where(Delivery.event_id == event.id)):
        person = session.get_one(Membership, delivery.recipient_id)
        try:
            letter = write_letter(delivery)
            body = letter.get_body(("plain",))
            assert body is not None
            words = f"{letter['Subject']} {body.get_content()}"
        except Drop as reason:
            words = f"dropped: {reason}"
        found[person.user.email.partition("@")[0]] = " ".join(words.split())
    return found


def test_a_manager_hands_a_deal_to_a_colleague(data_app: Flask) -> None:
    with everything(data_app) as session:
        deal = deal_of(session)
        plan(deal, actor_of("ana"), "Call them", deal.close_on)
        due, reference = deal.next_by, deal.reference
        deal_owners.reassign(deal, actor_of("marc"), membership_of("noah"))
        noah, ana = membership_of("noah"), membership_of("ana")
        assert (deal.owner_id, deal.next_membership_id) == (noah.id, noah.id)
        assert (deal.next_by, deal.next_step) == (due, "Call them")
        event = last_event(session, reference)
        assert event.tag == "deal:reassign"
        assert (event.particulars["left"], event.particulars["taken"]) == (
            ana.reference,
            noah.reference,
        )
        session.commit()
        mails = told(session, event)
        assert set(mails) == {"noah", "ana"}
        assert "Fresh Customer" in mails["noah"] and f"/deals/{reference}" in mails["noah"]
        # Who had it knows no more than that it is gone.
        assert reference in mails["ana"] and "a colleague of yours" in mails["ana"]
        assert "Fresh Customer" not in mails["ana"] and "/deals/" not in mails["ana"]
        assert not verify_chains(session).faults
    for short, sees in (("noah", True), ("ana", False), ("marc", True)):
        with seen_by(data_app, short):
            found = db.session.scalar(select(Deal.id).where(Deal.reference == reference))
            assert (found is not None) is sees, short


def test_the_history_says_from_whom_to_whom(app: Flask) -> None:
    with everything(app) as session:
        deal = deal_of(session)
        deal_owners.reassign(deal, actor_of("marc"), membership_of("noah"))
        session.commit()
        reference = deal.reference
    seen = {"marc": ("Ana Duarte", "Noah Bergeron"), "noah": ("a colleague", "Noah Bergeron"),
            "carla": ("Ana Duarte", "Noah Bergeron")}  # fmt: skip
    for short, names in seen.items():
        with seen_by(app, short) as actor, app.test_request_context():
            entry = timeline(reference, actor, "Meridian")[0]
            (change,) = entry.changes
            assert (change.label, change.before, change.after) == ("Owner", *names), short


def test_who_takes_a_record_over_hears_nothing_of_it(app: Flask) -> None:
    with everything(app) as session:
        deal = deal_of(session)
        deal_owners.reassign(deal, actor_of("marc"), membership_of("marc"))
        session.commit()
        assert set(told(session, last_event(session, deal.reference))) == {"ana"}


@pytest.mark.parametrize("short", ["dora", "lena", "carla", "ana"])
def test_only_another_active_colleague_takes_it(data_app: Flask, short: str) -> None:
    with everything(data_app) as session:
        deal, sent = deal_of(session), in_state(Status.SUBMITTED, domain="other.ca")
        for act in (
            lambda: deal_owners.reassign(deal, actor_of("marc"), membership_of(short)),
            lambda: owners.reassign(sent, actor_of("marc"), membership_of(short)),
            lambda: hand_over(membership_of("ana"), actor_of("marc"), membership_of(short)),
        ):
            with pytest.raises(Refused):
                act()
        assert {deal.owner_id, sent.owner_id} == {membership_of("ana").id}


@pytest.mark.parametrize("status", list(Status))
def test_what_is_decided_stays_where_it_is(app: Flask, status: Status) -> None:
    with everything(app) as session:
        record = in_state(status, domain="stays.ca")
        before = record.next_by
        taker = membership_of("noah")
        if status not in owners.OPEN:
            with pytest.raises(WrongState):
                owners.reassign(record, actor_of("marc"), taker)
            return
        owners.reassign(record, actor_of("marc"), taker)
        session.flush()
        assert (record.owner_id, record.next_by) == (taker.id, before)
        is_partners = status in (Status.DRAFT, Status.NEEDS_INFO)
        assert (record.next_membership_id == taker.id) is is_partners


def test_a_closed_deal_stays_where_it_is(app: Flask) -> None:
    with everything(app) as session:
        deal = deal_of(session)
        move(deal, actor_of("ana"), Stage.WON)
        with pytest.raises(Refused):
            deal_owners.reassign(deal, actor_of("marc"), membership_of("noah"))
        with pytest.raises(Refused):
            deal_owners.assign(deal, actor_of("carla"), membership_of("vic"))


def test_what_happens_to_a_draft_stays_with_its_company(app: Flask) -> None:
    with everything(app) as session:
        record = draft(domain="draft-handed.ca")
        owners.reassign(record, actor_of("marc"), membership_of("noah"))
        session.commit()
        reference = record.reference
        from portal.domain.registrations.operations import submit

        submit(record, actor_of("noah"))
        session.commit()
    with seen_by(app, "carla"):
        tags = set(db.session.scalars(select(Event.tag).where(Event.chain == reference)))
        assert "registration:submit" in tags
        assert "registration:reassign_draft" not in tags
    with seen_by(app, "marc"):
        tags = set(db.session.scalars(select(Event.tag).where(Event.chain == reference)))
        assert "registration:reassign_draft" in tags


def open_of(session: Session, model: type[Base], short: str) -> set[str]:
    """Return the references of what a persona owns that is open."""
    is_open = Deal.stage.in_(OPEN_STAGES) if model is Deal else Registration.status.in_(owners.OPEN)
    owner = membership_of(short).id
    return set(session.scalars(select(model.reference).where(model.owner_id == owner, is_open)))


def test_all_that_somebody_has_open_goes_at_once(data_app: Flask) -> None:
    with everything(data_app) as session:
        deal_of(session)
        draft(domain="draft-handed.ca")
        session.commit()
        moving = open_of(session, Deal, "ana"), open_of(session, Registration, "ana")
        had = open_of(session, Deal, "noah"), open_of(session, Registration, "noah")
        ana, noah = membership_of("ana"), membership_of("noah")
        noah.user.language = "en"
        ana.is_active = False  # also of somebody who is gone already
        nadia = actor_of("nadia")
        load = loads_of(nadia, [ana.id])[ana.id]
        assert (load.deals, load.registrations) == tuple(map(len, moving))
        assert hand_over(ana, nadia, noah) == load
        session.commit()
        assert (open_of(session, Deal, "ana"), open_of(session, Registration, "ana")) == (
            set(),
            set(),
        )
        assert open_of(session, Deal, "noah") == had[0] | moving[0]
        assert open_of(session, Registration, "noah") == had[1] | moving[1]
        for reference in moving[0] | moving[1]:
            event = last_event(session, reference)
            assert event.tag.partition(":")[2] in ("reassign", "reassign_draft"), reference
            assert not told(session, event)
        events = [last_event(session, f"membership:{one.id}") for one in (ana, noah)]
        assert [event.tag for event in events] == ["person:hand_over", "person:take_over"]
        assert told(session, events[0])["ana"].startswith("dropped")
        mail = told(session, events[1])["noah"]
        assert f"Deals: {load.deals}." in mail
        assert f"Registrations and drafts: {load.registrations}." in mail
        assert not verify_chains(session).faults
        with pytest.raises(Refused, match="Nothing is open"):
            hand_over(ana, nadia, noah)


def test_a_review_goes_to_another_reviewer_who_may(data_app: Flask) -> None:
    with everything(data_app) as session:
        record = in_state(Status.UNDER_REVIEW, domain="handed-review.ca", reviewer="olga")
        due = record.next_by
        olga = actor_of("olga")
        offered = {one.user.email.partition("@")[0] for one in owners.next_reviewers(record, olga)}
        assert offered == {"omar", "carla"}
        owners.hand_over(record, olga, membership_of("omar"))
        omar = membership_of("omar").id
        assert (record.reviewer_id, record.next_membership_id, record.next_by) == (omar, omar, due)
        session.commit()
        event = last_event(session, record.reference)
        assert (event.tag, event.partner_sees) == ("registration:hand_over", False)
        assert set(told(session, event)) == {"omar"}
        owners.hand_over(record, olga, membership_of("carla"))
        session.commit()
        assert set(told(session, last_event(session, record.reference))) == {"omar", "carla"}


def test_no_review_goes_to_who_sent_it_or_does_not_see_it(app: Flask) -> None:
    with everything(app) as session:
        record = in_state(Status.UNDER_REVIEW, "bruno", domain="not-hers.ca", reviewer="olga")
        olga = actor_of("olga")
        assert not session.scalars(select(PortfolioEntry).join(
            Organisation, Organisation.id == PortfolioEntry.organisation_id
        ).where(Organisation.id == record.organisation_id)).all()  # fmt: skip
        with pytest.raises(Refused):
            owners.hand_over(record, olga, membership_of("carla"))
        record.submitter_user_id = membership_of("omar").user_id
        with pytest.raises(Refused):
            owners.hand_over(record, olga, membership_of("omar"))


@pytest.mark.parametrize(
    "status", [one for one in Status if one not in (Status.UNDER_REVIEW, Status.NEEDS_INFO)]
)
def test_what_nobody_reviews_is_not_handed_over(app: Flask, status: Status) -> None:
    with everything(app):
        record = in_state(status, domain="nobodys.ca")
        with pytest.raises(WrongState):
            owners.hand_over(record, actor_of("olga"), membership_of("omar"))


def test_a_deal_gets_a_vendor_seller_who_sees_it_from_then_on(data_app: Flask) -> None:
    def does_vic_see_it() -> bool:
        with seen_by(data_app, "vic"):
            return db.session.scalar(select(Deal.id).where(Deal.reference == reference)) is not None

    with everything(data_app) as session:
        deal = deal_of(session)
        reference = deal.reference
        session.commit()
    assert not does_vic_see_it()
    for seller, recipients in (("vic", {"vic"}), (None, {"vic"})):
        with everything(data_app) as session:
            deal = session.scalars(select(Deal).filter_by(reference=reference)).one()
            deal_owners.assign(deal, actor_of("carla"), membership_of(seller) if seller else None)
            session.commit()
            event = last_event(session, reference)
            assert (event.tag, event.partner_sees) == ("deal:assign", False)
            mails = told(session, event)
            assert set(mails) == recipients
            assert ("Fresh Customer" in mails["vic"]) is bool(seller)
        assert does_vic_see_it() is bool(seller)


def test_an_older_form_hands_nothing_over(data_app: Flask) -> None:
    with everything(data_app) as session:
        reference = deal_of(session).reference
        noah = membership_of("noah").reference
        session.commit()
    marc, nadia = (Browser(data_app).signed_in(short) for short in ("marc", "nadia"))
    path = f"/deals/{reference}/owner"
    pages = [one.get(path) for one in (marc, nadia)]
    assert marc.submit(pages[0], path, colleague=noah).status == 303
    answer = nadia.submit(pages[1], path, colleague=noah)
    assert answer.status == 409
    assert "This has changed meanwhile" in answer.words
