"""Is everybody's access looked at once a month, by the right people, and signed for good?"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.core.access import Denied
from portal.core.audit import verify_chains
from portal.core.database import db
from portal.core.events import Event
from portal.core.net import acting_as, system_mode
from portal.core.outbox import Delivery
from portal.core.times import at, now
from portal.core.workflow import Refused, WrongState
from portal.domain.access_reviews import clock
from portal.domain.access_reviews.events import E
from portal.domain.access_reviews.models import (
    AccessReview,
    AccessReviewItem,
    Decision,
    Reason,
    Status,
)
from portal.domain.access_reviews.operations import answer, decide, sign_off, take_over, undo
from portal.domain.access_reviews.record import is_as_signed
from portal.domain.organisations.models import Organisation, OrganisationStatus
from portal.domain.people import administration
from portal.domain.people.actor import MemberActor
from portal.domain.people.administration import Access, invite
from portal.domain.people.models import Membership, Reach, Role, Standing
from portal.domain.people.operations import add_membership
from portal.integrations.mail.letters import kept_letter
from tests.domain.world import actor_of, everything, membership_of

TORONTO = ZoneInfo("America/Toronto")
DAY = dt.timedelta(days=1)
KEEP, REDUCE, DEACTIVATE = Decision.KEEP, Decision.REDUCE, Decision.DEACTIVATE


def review_of(short: str) -> AccessReview:
    """Return the review of a persona's organisation that began in the demo world."""
    place = membership_of(short).organisation_id
    query = select(AccessReview).where(AccessReview.organisation_id == place)
    return db.session.scalars(query.order_by(AccessReview.id)).first()  # type: ignore[return-value]


def item_of(short: str) -> AccessReviewItem:
    """Return what a persona's review says of them."""
    query = select(AccessReviewItem).where(
        AccessReviewItem.review_id == review_of(short).id,
        AccessReviewItem.membership_id == membership_of(short).id,
    )
    return db.session.scalars(query).one()


def tick(session: Any, later: dt.timedelta = dt.timedelta()) -> list[tuple[str, str]]:
    """Let the clock strike, that much later than now; return what it did and where."""
    with at(now() + later):
        return [(step.what, step.organisation) for step in clock.run(session)]


def of_northwind(steps: list[tuple[str, str]]) -> list[str]:
    """Return what the clock did at Northwind, but for beginning the next month's review."""
    here = [what for what, organisation in steps if organisation == "Northwind Resale"]
    return [what for what in here if what != "opened"]


def tags(review: AccessReview) -> list[str]:
    """Return what happened to a review, in order."""
    query = select(Event.tag).where(Event.chain == review.reference).order_by(Event.place)
    return list(db.session.scalars(query))


def test_everybody_stands_in_it_with_the_reasons_that_there_are(data_app: Flask) -> None:
    with everything(data_app):
        review = review_of("nadia")
        found = {one.membership.user.name.split()[0]: one.reasons for one in review.items}
        assert found == {
            "Ana": [Reason.BOUNCED],
            "Noah": [Reason.INACTIVE],
            "Marc": [Reason.WIDE],
            "Nadia": [Reason.WIDE],
        }  # Dora has no access to look at
        assert (review.status, review.to_look_at) == (Status.OPEN, 4)
        assert review.next_by == review.opened_at + 14 * DAY


def test_each_reason_from_the_day_on_that_it_holds(data_app: Flask) -> None:
    """Sixty days to the minute; who was invited lately is not called for; who has left is."""
    with everything(data_app) as session:
        place = membership_of("rosa").organisation
        people = {}
        for name in ("Old", "New"):
            people[name] = add_membership(
                session, place, name=name, email=f"{name}@x.example", role=Role.PARTNER_SELLER
            )
        people["Old"].added_at = now() - 8 * DAY
        rosa = membership_of("rosa")
        first = dt.date(2031, 1, 1)
        seen = item_of("rosa").seen_at
        assert seen is not None
        found: dict[str, list[str]] = {}
        for later, name in ((60 * DAY, "before"), (60 * DAY + dt.timedelta(minutes=1), "after")):
            with at(seen + later):
                review = clock.open_review(session, place, first)
                first += 31 * DAY
                found[name] = {one.membership: one.reasons for one in review.items}[rosa]
        assert found == {"before": [], "after": ["inactive"]}
        review = clock.open_review(session, place, first)
        assert {one.membership.user.name: one.reasons for one in review.items} == {
            "Rosa Delgado": [], "Old": ["never"], "New": [],
        }  # fmt: skip
        rosa.user.is_active = False
        review = clock.open_review(session, place, first + 31 * DAY)
        assert [one.reasons for one in review.items if one.membership is rosa] == [["left"]]
        session.rollback()


def test_a_month_begins_in_the_vendors_zone(data_app: Flask) -> None:
    """Half past eleven in Toronto is the next month's first day in London already."""
    with everything(data_app) as session:
        for moment, month in (
            (dt.datetime(2027, 1, 31, 23, 30, tzinfo=TORONTO), dt.date(2027, 1, 1)),
            (dt.datetime(2027, 2, 1, 0, 30, tzinfo=TORONTO), dt.date(2027, 2, 1)),
        ):
            with at(moment):
                opened = [one for one in clock.run(session) if one.what == "opened"]
            months = select(AccessReview.month).where(
                AccessReview.reference.in_([one.reference for one in opened])
            )
            assert set(session.scalars(months)) == {month}
            assert len(opened) == 8  # every active organisation, the vendor's own too


def test_what_a_worker_missed_is_done_once_later(data_app: Flask) -> None:
    with everything(data_app) as session:
        maple = session.scalars(select(Organisation).filter_by(name="Maple Onboard")).one()
        with at(dt.datetime(2027, 3, 20, 12, tzinfo=TORONTO)):
            maple_became = dt.datetime(2027, 3, 10, tzinfo=TORONTO)
            maple.active_at = maple_became
            maple.__dict__["status"] = OrganisationStatus.ACTIVE
            session.execute(
                Organisation.__table__.update()
                .where(Organisation.id == maple.id)
                .values(status="active", active_at=maple_became)
            )
            session.commit()
            opened = [one.organisation for one in clock.run(session) if one.what == "opened"]
            assert len(opened) == 8
            assert "Maple Onboard" not in opened  # its first month is the next one
            assert not list(clock.run(session))
        with at(dt.datetime(2027, 4, 1, 0, 5, tzinfo=TORONTO)):
            opened = [one.organisation for one in clock.run(session) if one.what == "opened"]
            assert "Maple Onboard" in opened


def test_two_workers_open_and_end_everything_once(data_app: Flask) -> None:
    moment = now() + 40 * DAY
    barrier, steps, failed = threading.Barrier(2), [], []

    def work() -> None:
        try:
            with data_app.app_context(), system_mode("test"), at(moment):
                barrier.wait(10)
                steps.extend(clock.run(db.session()))
        except Exception as problem:
            failed.append(problem)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed
    done = [(one.what, one.organisation) for one in steps]
    assert len(done) == len(set(done))
    assert sum(what == "opened" for what, _ in done) == 8
    with everything(data_app) as session:
        twice = select(AccessReview.organisation_id).group_by(
            AccessReview.organisation_id, AccessReview.month
        ).having(func.count() > 1)  # fmt: skip
        assert not session.scalars(twice).all()
        assert not verify_chains(session).faults


def test_who_is_asked_reminded_and_told(data_app: Flask) -> None:
    with everything(data_app) as session:
        review = review_of("nadia")
        nadia, sid = membership_of("nadia").id, membership_of("sid").id

        def told(tag: str) -> set[int | None]:
            rows = select(Delivery.recipient_id).join(Event, Event.id == Delivery.event_id)
            chain = Event.chain == review.reference
            return set(session.scalars(rows.where(Event.tag == tag, chain)))

        assert told(E.OPEN) == {nadia}
        assert of_northwind(tick(session)) == []
        assert of_northwind(tick(session, 4 * DAY)) == ["reminded"]
        assert of_northwind(tick(session, 5 * DAY)) == []
        assert told(E.REMIND) == {nadia}
        answered = actor_of("nadia")
        for short in ("ana", "noah", "marc"):
            decide(item_of(short), answered, KEEP)
        answer(review, answered)
        assert told(E.ANSWER) == {sid}
        bruno = review_of("bruno")
        assert tags(bruno)[:2] == [E.OPEN, E.HAND_OVER]  # Cobalt has no administrator
        rosa = review_of("rosa")
        assert tags(rosa) == [E.OPEN, E.REST]  # nobody to look at, nobody asked
        assert rosa.status == Status.SIGNED_OFF and is_as_signed(rosa)


@pytest.mark.parametrize(
    ("language", "subject", "reads"),
    [
        ("en", "Who at Northwind Resale still needs access?", "People to look at this time: 4."),
        (
            "fr",
            "Qui a encore besoin d’un accès chez Northwind Resale?",
            "vérifiées en 14\u00a0jours",
        ),
    ],
)
def test_the_mail_that_asks(data_app: Flask, language: str, subject: str, reads: str) -> None:
    with everything(data_app) as session:
        membership_of("nadia").user.language = language
        session.flush()
        asked = select(Delivery).join(Event).where(
            Event.chain == review_of("nadia").reference, Event.tag == E.OPEN
        )  # fmt: skip
        letter = kept_letter(session.scalars(asked).one())
        assert letter is not None and letter["Subject"] == subject
        text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert reads in " ".join(text.replace("\u00a0", "@").split()).replace("@", "\u00a0")
        assert "/people/review" in text
        review = review_of("nadia")
        take_over(review, actor_of("sid"))
        for item in review.items:
            if item.is_open:
                decide(item, actor_of("sid"), KEEP)
        sign_off(review, actor_of("sid"))
        assert kept_letter(session.scalars(asked).one()) is None  # there is nothing to ask any more
        session.rollback()


def test_who_is_not_looked_at_in_time_sees_only_their_own_records(data_app: Flask) -> None:
    with everything(data_app) as session:
        decide(item_of("ana"), actor_of("nadia"), KEEP)
        session.commit()
        assert of_northwind(tick(session, 12 * DAY)) == ["reduced", "handed over"]
        review = review_of("nadia")
        marc, noah, nadia = (membership_of(short) for short in ("marc", "noah", "nadia"))
        assert (marc.reach, nadia.reach) == (Reach.OWN, Reach.OWN)
        # Never closed, and the role stays: also the last administrator's.
        assert marc.is_active and nadia.role == Role.PARTNER_ADMINISTRATOR
        assert item_of("marc").decision == Decision.REDUCED_BY_CLOCK
        # Who had nothing to reduce stays as not looked at.
        assert noah.is_active and item_of("noah").decision is None
        assert review.status == Status.WITH_SECURITY
        event = session.scalars(
            select(Event).where(Event.chain == f"membership:{marc.id}").order_by(Event.id.desc())
        ).first()
        assert (event.tag, event.membership_id, event.actor_side) == (
            "person:change", None, "system",
        )  # fmt: skip
        assert of_northwind(tick(session, 13 * DAY)) == []
        # The vendor's own people are on no list to be reduced.
        assert membership_of("sam").reach == Reach.ORGANISATION
        assert item_of("sam").decision is None
        sid = actor_of("sid")
        with pytest.raises(Refused):
            sign_off(review, sid)
        session.rollback()
        undo(item_of("marc"), sid)
        assert membership_of("marc").reach == Reach.ORGANISATION
        decide(item_of("marc"), sid, KEEP)
        decide(item_of("noah"), sid, DEACTIVATE)
        sign_off(review_of("nadia"), sid)
        session.commit()
        assert not verify_chains(session).faults


def test_first_the_company_then_security(data_app: Flask) -> None:
    with everything(data_app) as session:
        nadia, sid = actor_of("nadia"), actor_of("sid")
        with pytest.raises(WrongState):
            decide(item_of("ana"), sid, KEEP)
        with pytest.raises(WrongState):
            sign_off(review_of("nadia"), sid)
        session.rollback()
        with pytest.raises(Refused):  # as a whole or not at all
            answer(review_of("nadia"), nadia)
        session.rollback()
        take_over(review_of("nadia"), sid)
        with pytest.raises(WrongState):
            decide(item_of("ana"), nadia, KEEP)
        decide(item_of("ana"), sid, KEEP)
        with pytest.raises(Denied):
            decide(item_of("noah"), actor_of("marc"), KEEP)
        session.rollback()


def test_a_decision_is_in_force_at_once_and_can_be_taken_back(data_app: Flask) -> None:
    with everything(data_app) as session:
        nadia = actor_of("nadia")
        person = invite(
            membership_of("nadia").organisation,
            nadia,
            "Late Comer",
            "late@x.example",
            Access(Role.PARTNER_SELLER, Reach.OWN),
        )
        person.added_at = now() - 30 * DAY
        session.flush()
        review = review_of("nadia")
        item = AccessReviewItem(
            review=review, membership=person, role=person.role, reach=person.reach,
            reasons=["never"], has_reasons=True,
        )  # fmt: skip
        session.add(item)
        session.flush()
        decide(item, nadia, DEACTIVATE)
        assert person.standing == Standing.UNINVITED
        undo(item, nadia)
        assert person.standing == Standing.INVITED
        decide(item_of("marc"), nadia, REDUCE)
        assert membership_of("marc").reach == Reach.OWN
        undo(item_of("marc"), nadia)
        assert membership_of("marc").reach == Reach.ORGANISATION
        decide(item_of("ana"), nadia, DEACTIVATE)
        assert membership_of("ana").standing == Standing.DEACTIVATED
        undo(item_of("ana"), nadia)
        assert membership_of("ana").standing == Standing.ACTIVE
        with pytest.raises(Refused):
            decide(item_of("noah"), nadia, REDUCE)
        with pytest.raises(WrongState):
            undo(item_of("noah"), nadia)
        # What somebody else has decided since stays.
        decide(item_of("marc"), nadia, REDUCE)
        manager = Access(Role.PARTNER_MANAGER, Reach.ORGANISATION)
        administration.change_access(membership_of("marc"), nadia, manager)
        undo(item_of("marc"), nadia)
        assert membership_of("marc").reach == Reach.ORGANISATION
        decide(item_of("ana"), nadia, DEACTIVATE)
        administration.reactivate(membership_of("ana"), nadia)
        undo(item_of("ana"), nadia)
        assert membership_of("ana").standing == Standing.ACTIVE
        # Also where it looks as the review left it: it was opened again, and closed for good.
        decide(item_of("ana"), nadia, DEACTIVATE)
        administration.reactivate(membership_of("ana"), nadia)
        administration.deactivate(membership_of("ana"), nadia)
        undo(item_of("ana"), nadia)
        assert membership_of("ana").standing == Standing.DEACTIVATED
        session.commit()
        assert not verify_chains(session).faults


def test_nobody_looks_at_themselves_while_there_is_somebody_else(data_app: Flask) -> None:
    with everything(data_app) as session:
        nadia, sid = actor_of("nadia"), actor_of("sid")
        with pytest.raises(Denied):
            decide(item_of("nadia"), nadia, KEEP)
        mine = item_of("sid")
        mine.reasons, mine.has_reasons = ["inactive"], True
        session.flush()
        for decision in (DEACTIVATE, REDUCE):
            with pytest.raises(Refused):
                decide(mine, sid, decision)
        sam = membership_of("sam")
        sam.role = Role.SECURITY_ADMINISTRATOR
        session.flush()
        with pytest.raises(Refused):
            decide(mine, sid, KEEP)
        sam.is_active = False
        session.flush()
        decide(mine, sid, KEEP)  # nobody else could
        assert mine.decided_by_id == sid.membership_id
        session.rollback()


def test_the_last_administrator_stays(data_app: Flask) -> None:
    with everything(data_app) as session:
        sid = actor_of("sid")
        take_over(review_of("nadia"), sid)
        session.commit()
        with pytest.raises(Refused):
            decide(item_of("nadia"), sid, DEACTIVATE)
        session.rollback()
        assert item_of("nadia").decision is None
        assert membership_of("nadia").standing == Standing.ACTIVE
        decide(item_of("nadia"), sid, REDUCE)
        assert membership_of("nadia").role == Role.PARTNER_ADMINISTRATOR


def in_the_name_of(app: Flask, actor: MemberActor, reference: str, do: Callable[..., None]) -> str:
    """Do something with a person of a review under the net, as a request would."""
    with app.app_context(), acting_as(actor):
        query = select(AccessReviewItem).where(AccessReviewItem.reference == reference)
        item = db.session.scalars(query.with_for_update(of=AccessReviewItem)).one()
        try:
            do(item, actor)
            db.session.commit()
        except (Denied, Refused, WrongState) as problem:
            db.session.rollback()
            return type(problem).__name__
        finally:
            db.session.remove()
    return "done"


def test_of_two_administrators_who_decide_on_one_person_the_first_counts(data_app: Flask) -> None:
    with everything(data_app) as session:
        marc = membership_of("marc")
        marc.role = Role.PARTNER_ADMINISTRATOR
        session.commit()
        actors = [actor_of("nadia"), actor_of("marc")]
        reference = item_of("noah").reference
        db.session.remove()
    barrier, outcomes = threading.Barrier(2), []

    def work(actor: MemberActor, decision: Decision) -> None:
        barrier.wait(10)
        outcomes.append(
            in_the_name_of(
                data_app, actor, reference, lambda item, who: decide(item, who, decision)
            )
        )

    pairs = zip(actors, (KEEP, DEACTIVATE), strict=True)
    threads = [threading.Thread(target=work, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["WrongState", "done"]
    with everything(data_app) as session:
        item = item_of("noah")
        assert item.membership.is_active is (item.decision == KEEP)
        assert tags(item.review).count(E.DECIDE) == 1
        assert not verify_chains(session).faults


def test_who_was_closed_meanwhile_needs_no_decision_and_who_came_later_is_named(
    data_app: Flask,
) -> None:
    with everything(data_app) as session:
        nadia, sid = actor_of("nadia"), actor_of("sid")
        administration.deactivate(membership_of("noah"), nadia)
        with pytest.raises(WrongState):
            decide(item_of("noah"), nadia, KEEP)
        place = membership_of("nadia").organisation
        add_membership(session, place, name="New", email="new@x.example", role=Role.PARTNER_SELLER)
        for short in ("ana", "marc"):
            decide(item_of(short), nadia, KEEP)
        answer(review_of("nadia"), nadia)
        decide(item_of("nadia"), sid, KEEP)
        review = review_of("nadia")
        sign_off(review, sid)
        session.commit()
        assert review.content is not None
        names = {
            one.reference: one.user.name.split()[0]
            for one in session.scalars(select(Membership).filter_by(organisation_id=place.id))
        }
        found = {
            names[one["person"]]: (one["outcome"], one["later"]) for one in review.content["people"]
        }
        assert found == {
            "Ana": ("keep", False),
            "Noah": ("closed", False),
            "Marc": ("keep", False),
            "Nadia": ("keep", False),
            "New": ("no_reason", True),
        }


def test_what_was_signed_cannot_be_changed(data_app: Flask) -> None:
    with everything(data_app) as session:
        review, sid = review_of("bruno"), actor_of("sid")
        assert review.status == Status.SIGNED_OFF
        event = session.scalars(
            select(Event).where(Event.chain == review.reference, Event.tag == E.SIGN_OFF)
        ).one()
        assert event.particulars["digest"] == review.digest and is_as_signed(review)
        item, was = item_of("bruno"), dict(review.content or {})
        for do in (
            lambda: decide(item, sid, DEACTIVATE),
            lambda: undo(item, sid),
            lambda: take_over(review, sid),
            lambda: sign_off(review, sid),
        ):
            with pytest.raises(WrongState):
                do()
            session.rollback()
            assert review_of("bruno").content == was
        assert of_northwind(tick(session, 16 * DAY)) == ["reduced", "handed over"]
        assert review_of("bruno").content == was
        people = [dict(was["people"][0], outcome="deactivate"), *was["people"][1:]]
        review_of("bruno").content = {**was, "people": people}
        session.flush()
        assert not is_as_signed(review_of("bruno"))
        session.rollback()


def test_home_is_told_where_reviews_wait_and_where_none_do(data_app: Flask) -> None:
    with everything(data_app) as session:
        assert actor_of("nadia").has_access_reviews
        assert actor_of("sid").has_access_reviews
        assert not actor_of("lena").has_access_reviews
        take_over(review_of("nadia"), actor_of("sid"))
        session.expire_all()
        assert not actor_of("nadia").has_access_reviews
        sid = actor_of("sid")
        waiting = select(AccessReview).where(AccessReview.status == Status.WITH_SECURITY)
        for review in session.scalars(waiting).all():
            for item in review.items:
                if item.is_open:
                    decide(item, sid, KEEP)
            sign_off(review, sid)
        session.expire_all()
        assert not actor_of("sid").has_access_reviews
        session.rollback()
