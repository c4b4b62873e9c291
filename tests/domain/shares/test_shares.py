"""Does a share let in whom it names, as far and as long as it says, and nobody else?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.access import Denied, can, visible
from portal.core.database import db
from portal.core.events import Event
from portal.core.net import acting_as, is_visible
from portal.core.outbox import Delivery
from portal.core.times import at, today
from portal.core.workflow import Refused, WrongState
from portal.domain.deals import operations as deals
from portal.domain.deals.models import Deal, Stage
from portal.domain.explaining.answers import why
from portal.domain.explaining.readers import everybody_who_can_see
from portal.domain.explaining.subjects import find_record
from portal.domain.organisations.models import Organisation, OrganisationStatus
from portal.domain.people.actor import MemberActor, actor_of_membership
from portal.domain.people.models import Membership
from portal.domain.permissions import Permission as P
from portal.domain.programme import programme
from portal.domain.registrations import operations as registrations
from portal.domain.registrations.models import Registration, Status
from portal.domain.shares.models import Level, Share
from portal.domain.shares.operations import MOST, objection, revoke, share
from portal.domain.shares.telling import sharing_of
from portal.domain.timeline.sentences import timeline
from tests.domain.world import actor_of, draft, everything, in_state, membership_of, submitted


def deal_of(by: str) -> Deal:
    """Return a fresh deal of ``by``; call in system mode."""
    record = in_state(Status.APPROVED, by, domain=f"of-{by}.ca")
    return db.session.scalars(select(Deal).filter_by(registration_id=record.id)).one()


def again(actor: MemberActor) -> MemberActor:
    """Return the actor as the next request loads it; call in system mode."""
    db.session.flush()
    found = actor_of_membership(actor.membership_id)
    assert found is not None
    return found


def place_of(short: str) -> Organisation:
    """Return the organisation of a persona; call in system mode."""
    return membership_of(short).organisation


@contextmanager
def days_later(days: int) -> Iterator[None]:
    """Let it be noon in the vendor's zone, so many days from today."""
    day = today(programme().zone) + dt.timedelta(days=days)
    with at(dt.datetime.combine(day, dt.time(12), programme().zone)):
        yield


def in_days(days: int) -> dt.date:
    """Return the day so many days from today in the vendor's zone."""
    return today(programme().zone) + dt.timedelta(days=days)


def test_a_person_sees_what_is_shared_with_them_and_nothing_else(data_app: Flask) -> None:
    with everything(data_app) as session:
        deal, other = deal_of("diego"), deal_of("marc")
        was = {one.id for one in session.scalars(visible(Deal, actor_of("lena")))}
        assert deal.id not in was
        share(deal, actor_of("diego"), membership_of("lena"), Level.VIEW, None)
        lena = again(actor_of("lena"))
        found = {one.id for one in session.scalars(visible(Deal, lena))}
        assert found == was | {deal.id}
        assert other.id not in found
        # Neither her colleagues nor others of the sharer's line see it by that.
        assert not is_visible(again(actor_of("ana")), deal)
        assert not is_visible(again(actor_of("bruno")), deal)
        assert not can(lena, P.DEAL_EDIT, deal)
        numbers = deal.id
        db.session.commit()
        db.session.remove()
    with data_app.app_context(), acting_as(lena):
        seen = db.session.get(Deal, numbers)
        assert seen is not None
        assert [one.code for one in seen.products] == ["ARM", "FLEET"]


def test_an_organisation_shares_in_all_its_people_whose_role_includes_it(data_app: Flask) -> None:
    with everything(data_app):
        deal = deal_of("diego")
        share(deal, actor_of("diego"), place_of("ana"), Level.EDIT, None)
        for short in ("ana", "noah", "marc", "nadia"):
            actor = again(actor_of(short))
            assert is_visible(actor, deal) and can(actor, P.DEAL_EDIT, deal), short
            assert not can(actor, P.DEAL_CLOSE, deal), short
            assert not can(actor, P.SHARE_MAKE, deal), short
        assert not is_visible(again(actor_of("lena")), deal)


def test_editing_a_deal_is_not_closing_it(data_app: Flask) -> None:
    with everything(data_app):
        deal = deal_of("diego")
        share(deal, actor_of("diego"), membership_of("lena"), Level.EDIT, None)
        lena = again(actor_of("lena"))
        deals.move(deal, lena, Stage.QUALIFIED)
        deals.plan(deal, lena, "Call them", in_days(3))
        for stage, reason in ((Stage.WON, ""), (Stage.LOST, "price")):
            with pytest.raises(Denied):
                deals.move(deal, lena, stage, reason)
        assert deal.stage == Stage.QUALIFIED


def test_editing_a_registration_is_answering(data_app: Flask) -> None:
    with everything(data_app) as session:
        record = in_state(Status.NEEDS_INFO, "diego", domain="asked.ca")
        share(record, actor_of("diego"), membership_of("lena"), Level.EDIT, None)
        lena = again(actor_of("lena"))
        for permission in (P.REGISTRATION_WITHDRAW, P.REGISTRATION_EDIT, P.REGISTRATION_SUBMIT):
            assert not can(lena, permission, record), permission
        number, wanted = record.id, [product.code for product in record.products]
        session.commit()
        db.session.remove()
    with data_app.app_context(), acting_as(lena):
        record = db.session.get_one(Registration, number)
        registrations.answer(record, lena, {}, {"need": "The second line."})
        assert record.status == Status.UNDER_REVIEW
        assert [product.code for product in record.products] == wanted
        db.session.rollback()


def test_a_share_for_reading_answers_nothing(data_app: Flask) -> None:
    with everything(data_app):
        record = in_state(Status.NEEDS_INFO, "diego", domain="asked.ca")
        share(record, actor_of("diego"), membership_of("lena"), Level.VIEW, None)
        lena = again(actor_of("lena"))
        assert is_visible(lena, record)
        with pytest.raises(Denied):
            registrations.answer(record, lena, {}, {"need": "The second line."})


def test_it_ends_with_its_last_day_in_the_vendors_zone(data_app: Flask) -> None:
    with everything(data_app):
        deal, until = deal_of("diego"), in_days(2)
        share(deal, actor_of("diego"), membership_of("lena"), Level.EDIT, until)
        lena = again(actor_of("lena"))
        last = dt.datetime.combine(until, dt.time(23, 59), programme().zone)
        with at(last):
            assert is_visible(lena, deal) and can(lena, P.DEAL_EDIT, deal)
        with at(last + dt.timedelta(minutes=1)):
            assert not is_visible(lena, deal)
            assert not can(lena, P.DEAL_EDIT, deal)


def test_revoking_ends_it_at_once_and_sharing_again_opens_it(data_app: Flask) -> None:
    with everything(data_app):
        deal, diego = deal_of("diego"), actor_of("diego")
        made = share(deal, diego, membership_of("lena"), Level.EDIT, None)
        lena = again(actor_of("lena"))
        revoke(made, diego)
        db.session.flush()
        assert not is_visible(lena, deal) and not can(lena, P.DEAL_EDIT, deal)
        with pytest.raises(WrongState):
            revoke(made, diego)
        repeated = share(deal, diego, membership_of("lena"), Level.VIEW, None)
        db.session.flush()
        assert repeated.id == made.id and is_visible(lena, deal)
        assert not can(lena, P.DEAL_EDIT, deal)


def test_who_has_no_access_any_more_has_none_by_a_share(data_app: Flask) -> None:
    with everything(data_app) as session:
        deal = deal_of("diego")
        share(deal, actor_of("diego"), membership_of("lena"), Level.VIEW, None)
        lena = membership_of("lena")
        lena.organisation.status = OrganisationStatus.SUSPENDED
        session.flush()
        assert actor_of_membership(lena.id) is None
        lena.organisation.status = OrganisationStatus.ACTIVE
        lena.is_active = False
        session.flush()
        assert actor_of_membership(lena.id) is None


def test_what_happens_to_the_owners_company_ends_no_share(data_app: Flask) -> None:
    with everything(data_app) as session:
        deal = deal_of("diego")
        share(deal, actor_of("diego"), membership_of("lena"), Level.VIEW, None)
        place_of("diego").status = OrganisationStatus.SUSPENDED
        session.flush()
        assert is_visible(again(actor_of("lena")), deal)


def test_the_same_twice_changes_level_and_end(data_app: Flask) -> None:
    with everything(data_app) as session:
        deal, diego, lena = deal_of("diego"), actor_of("diego"), membership_of("lena")
        version, moment, person = deal.version, deal.changed_at, lena.version
        share(deal, diego, lena, Level.VIEW, in_days(5))
        share(deal, diego, lena, Level.EDIT, in_days(9))
        share(deal, diego, lena, Level.EDIT, in_days(9))
        (made,) = session.scalars(select(Share).filter_by(deal_id=deal.id)).all()
        assert (made.level, made.until) == (Level.EDIT, in_days(9))
        tags = list(
            session.scalars(select(Event.tag).filter_by(chain=deal.reference).order_by(Event.place))
        )
        assert tags[-2:] == ["share:make", "share:change"]
        # She hears of both, so that she knows what she may do, and until when.
        mails = select(Delivery).join(Delivery.event).where(Event.chain == deal.reference)
        heard = session.scalars(mails.order_by(Delivery.id)).all()[-2:]
        assert [(one.event.tag, one.recipient_id) for one in heard] == [
            ("share:make", lena.id),
            ("share:change", lena.id),
        ]
        # It is no change of the deal: no older form is refused, no list is put in another order.
        session.refresh(deal)
        assert (deal.version, deal.changed_at, deal.is_shared) == (version, moment, True)
        session.refresh(lena)
        assert (lena.version, lena.holds_shares) == (person, True)


def test_with_whom_nobody_shares(data_app: Flask) -> None:
    with everything(data_app) as session:
        deal, diego = deal_of("diego"), actor_of("diego")
        record = submitted("diego", domain="sent.ca")
        refused = {
            "himself": membership_of("diego"),
            "switched off": membership_of("dora"),
            "no deals there": membership_of("sofia"),
            "no role for it": membership_of("fay"),
            "sees it anyway": membership_of("omar"),
            "a company without deals": place_of("sofia"),
            "the vendor": place_of("carla"),
        }
        for what, holder in refused.items():
            assert objection(deal, diego, holder, Level.VIEW), what
            with pytest.raises(Refused):
                share(deal, diego, holder, Level.VIEW, None)
        place_of("lena").status = OrganisationStatus.ENDED
        session.flush()
        for holder in (membership_of("lena"), place_of("lena")):
            assert objection(deal, diego, holder, Level.VIEW)
        # The vendor's seller reads deals, changes none, and reads no registrations.
        assert not objection(deal, diego, membership_of("vic"), Level.VIEW)
        assert objection(deal, diego, membership_of("vic"), Level.EDIT)
        assert objection(record, diego, membership_of("vic"), Level.VIEW)
        with pytest.raises(Refused):
            share(deal, diego, membership_of("ana"), Level.VIEW, in_days(-1))
        with pytest.raises(WrongState):
            share(draft("diego"), diego, membership_of("ana"), Level.VIEW, None)
        assert not session.scalars(
            select(Share).filter_by(made_by_id=diego.membership_id, deal_id=deal.id)
        ).all()


def test_who_may_share(data_app: Flask) -> None:
    with everything(data_app):
        deal = deal_of("ana")
        may = {"ana", "marc", "nadia", "carla"}
        for short in (
            "ana",
            "noah",
            "marc",
            "nadia",
            "diego",
            "carla",
            "omar",
            "vic",
            "pia",
            "sid",
        ):
            assert can(actor_of(short), P.SHARE_MAKE, deal) is (short in may), short
        # Who looks after other partners reads by a share, and shares nothing on.
        foreign = deal_of("bruno")
        share(foreign, actor_of("bruno"), membership_of("carla"), Level.VIEW, None)
        carla = again(actor_of("carla"))
        assert is_visible(carla, foreign)
        assert not can(carla, P.SHARE_MAKE, foreign)
        assert can(carla, P.SHARE_MAKE, deal)


def test_a_record_is_shared_with_so_many_at_most(data_app: Flask) -> None:
    with everything(data_app) as session:
        deal, diego, lena = deal_of("diego"), actor_of("diego"), membership_of("lena")
        share(deal, diego, lena, Level.VIEW, None)
        first = session.scalars(select(Share).filter_by(deal_id=deal.id)).one()
        others = session.scalars(
            select(Membership).where(Membership.id.not_in((lena.id, diego.membership_id)))
        )
        copied = {
            name: getattr(first, name)
            for name in (
                "holder_name", "holder_place", "holder_side", "made_by_id", "maker_name",
                "maker_place", "maker_side", "level",
            )
        }  # fmt: skip
        place = place_of("lena")
        for other in list(others)[: MOST - 1]:
            session.add(Share(deal_id=deal.id, membership_id=other.id, **copied))
        missing = MOST - session.query(Share).filter_by(deal_id=deal.id).count()
        assert missing <= 0, "there are too few people in the demo world for this test"
        with pytest.raises(Refused):
            share(deal, diego, place, Level.VIEW, None)
        # What is shared already can be changed, and a place becomes free when a share ends.
        share(deal, diego, lena, Level.EDIT, None)
        revoke(first, diego)
        share(deal, diego, place, Level.VIEW, None)


def test_only_those_concerned_learn_with_whom(data_app: Flask) -> None:
    with everything(data_app) as session:
        deal = deal_of("ana")
        share(deal, actor_of("marc"), membership_of("noah"), Level.VIEW, in_days(4))
        lena = membership_of("lena")
        made = share(deal, actor_of("carla"), lena, Level.EDIT, None)
        session.flush()
        people = {
            short: again(actor_of(short))
            for short in ("ana", "noah", "marc", "lena", "diego", "carla", "omar", "axel", "pia")
        }
        reference = deal.reference
        session.commit()
        number = made.id
        db.session.remove()
    told = {}
    for short, actor in people.items():
        with data_app.test_request_context(), acting_as(actor):
            found = db.session.scalars(select(Deal).filter_by(reference=reference)).first()
            lines = sharing_of(found, actor, "Meridian").lines if found else []
            history = " ".join(one.detail for one in timeline(reference, actor, "Meridian"))
            told[short] = [line.holder for line in lines]
            names = {name for name in ("Noah", "Lena") if name in history}
            concerned = {"ana", "marc", "carla"}
            mine = {"noah": {"Noah"}, "lena": {"Lena"}}.get(short, set())
            assert names == ({"Noah", "Lena"} if short in concerned else mine), short
            sentences = [one.sentence for one in timeline(reference, actor, "Meridian")]
            # The outbox tells its readers that somebody is told of it.
            is_told = found is not None or short == "pia"
            assert any("shared it" in one for one in sentences) is is_told, short
            db.session.remove()
    both = ["Noah Bergeron (Northwind Resale)", "Lena Fournier (Lakeside IT)"]
    assert told["ana"] == told["marc"] == told["carla"] == both
    assert told["noah"] == both[:1] and told["lena"] == both[1:]
    assert not any(told[short] for short in ("diego", "omar", "axel", "pia"))
    with everything(data_app) as session:
        event = session.scalars(
            select(Event).filter_by(tag="share:make", chain=reference).order_by(Event.id)
        ).all()[-1]
        assert event.particulars == {
            "share": session.get_one(Share, number).reference, "level": "edit", "until": None,
        }  # fmt: skip


def test_mail_goes_to_whom_it_was_shared_with(data_app: Flask) -> None:
    with everything(data_app) as session:
        deal = deal_of("diego")
        before = session.scalar(select(Delivery.id).order_by(Delivery.id.desc()).limit(1)) or 0
        share(deal, actor_of("diego"), membership_of("lena"), Level.VIEW, None)
        share(deal, actor_of("diego"), place_of("ana"), Level.VIEW, None)
        found = session.scalars(select(Delivery.recipient_id).where(Delivery.id > before))
        wanted = [membership_of(short).id for short in ("lena", "marc", "nadia")]
        assert sorted(map(int, found)) == sorted(wanted)


def test_the_reason_says_by_whom_and_until_when(data_app: Flask) -> None:
    with everything(data_app), data_app.test_request_context():
        deal = deal_of("diego")
        share(deal, actor_of("diego"), membership_of("lena"), Level.VIEW, in_days(4))
        share(deal, actor_of("diego"), place_of("ana"), Level.VIEW, None)
        answer = why(again(actor_of("lena")), None, deal)
        assert answer.terms == ["share"]
        assert "Diego Salazar (Harbour Distribution) shared it with them, until" in answer.sentence
        sought = find_record(deal.reference)
        assert sought is not None
        found = {one.name: one for one in everybody_who_can_see(sought)}
        assert found["Lena Fournier"].words == [answer.sentence]
        assert found["Noah Bergeron"].words == [
            "Diego Salazar (Harbour Distribution) shared it with them."
        ]
        assert found["Diego Salazar"].terms[0] != "share"
        with days_later(6):
            assert not why(again(actor_of("lena")), None, deal).is_visible
            names = {one.name for one in everybody_who_can_see(sought)}
            assert "Lena Fournier" not in names and "Noah Bergeron" in names


def test_nobody_is_asked_for_shares_who_holds_none(data_app: Flask) -> None:
    """The flag alone brings the term into a scope; what it leaves out no query pays for."""
    with everything(data_app):
        deal = deal_of("diego")
        for short in ("ana", "marc", "carla", "omar"):
            query = str(visible(Deal, actor_of(short)))
            assert "share" not in query.replace("is_shared", ""), short
        share(deal, actor_of("diego"), membership_of("lena"), Level.VIEW, None)
        assert "FROM share" in str(visible(Deal, again(actor_of("lena"))))
