"""Does a deal move, plan and end as its partner says, and is the customer free afterwards?"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.access import Denied
from portal.core.changes import Change
from portal.core.events import Event
from portal.core.times import at
from portal.core.workflow import Refused, WrongState
from portal.domain.claims.models import Claim
from portal.domain.deals import operations
from portal.domain.deals.models import OPEN_STAGES, Deal, DealWord, Stage
from portal.domain.deals.workflow import DEAL, PROBABILITY, move_name
from portal.domain.registrations import operations as registrations
from portal.domain.registrations.models import MatchAnswer
from tests.domain.world import actor_of, everything, under_review
from tests.figures import record
from tests.local_time import local

PEOPLE = ("ana", "noah", "marc", "nadia", "diego", "lena", "bruno", "carla", "omar", "olga",
          "vic", "sam", "pia", "sid", "axel", "rosa", "theo")  # fmt: skip
WORKERS = {"ana", "marc", "nadia"}


def deal_of(by: str = "ana", **values: Any) -> Deal:
    """Return the deal of a registration that was just approved; call in system mode."""
    return registrations.approve(under_review(by, **values), actor_of("olga"))


def test_every_stage_with_every_move_and_every_person(data_app: Flask) -> None:
    tried = wrong = 0
    complaints = []
    with everything(data_app) as session:
        actors = {short: actor_of(short) for short in PEOPLE}
        deal = deal_of(domain="stages.ca")
        session.commit()
        for stage in Stage:
            for target in Stage:
                for short, actor in actors.items():
                    deal.stage = stage
                    if stage not in OPEN_STAGES or stage == target:
                        expected: Any = "wrong state"
                    else:
                        expected = target if short in WORKERS else "denied"
                    reason = {"reason": "price"} if target == Stage.LOST else {}
                    try:
                        DEAL.apply(deal, move_name(target), actor, **reason)
                        found: Any = deal.stage
                    except WrongState:
                        found = "wrong state"
                    except Denied:
                        found = "denied"
                    session.rollback()
                    tried += 1
                    if found != expected:
                        wrong += 1
                        complaints.append(f"{stage} to {target} {short}: {found}, not {expected}")
    kind = "SQLite" if "sqlite" in data_app.config["SQLALCHEMY_DATABASE_URI"] else "PostgreSQL"
    record(
        2,
        f"stage × move pairs of deals ({kind})",
        "all as the data says",
        f"{len(Stage) ** 2} pairs, {tried} with each person, {wrong} wrong",
        not wrong,
    )
    assert not complaints, complaints[:20]
    assert set(PROBABILITY) == set(Stage)


def test_a_lost_deal_has_a_reason_and_frees_the_customer(data_app: Flask) -> None:
    with everything(data_app) as session:
        deal = deal_of(domain="lost.ca")
        session.commit()
        held = select(Claim).where(Claim.registration_id == deal.registration_id)
        assert all(claim.released_at is None for claim in session.scalars(held))
        with pytest.raises(ValueError, match="lose needs"):
            DEAL.apply(deal, "lose", actor_of("ana"))
        operations.move(deal, actor_of("ana"), Stage.LOST, "competitor")
        session.commit()
        session.expire_all()
        assert (deal.stage, deal.loss_reason, deal.next_side) == ("lost", "competitor", None)
        assert all(claim.released_at is not None for claim in session.scalars(held))
        # Free: another partner is approved for the same customer at once.
        other = deal_of("bruno", domain="lost.ca")
        assert other.customer_key == "domain:lost.ca"


def test_a_second_deal_with_the_customer_goes_on_holding_it(data_app: Flask) -> None:
    with everything(data_app) as session:
        olga = actor_of("olga")
        first = deal_of("ana", domain="heir.ca")
        second_one = under_review("marc", domain="heir.ca")
        for match in registrations.matches_of(second_one):
            registrations.answer_match(second_one, olga, match, MatchAnswer.SAME)
        second = registrations.approve(second_one, olga)
        session.commit()
        operations.move(first, actor_of("ana"), Stage.LOST, "price")
        session.commit()
        held = select(Claim).where(
            Claim.customer_key == "domain:heir.ca", Claim.released_at.is_(None)
        )
        assert {claim.registration_id for claim in session.scalars(held)} == {
            second.registration_id
        }
        operations.move(second, actor_of("marc"), Stage.LOST, "price")
        session.commit()
        assert session.scalars(held).all() == []


def test_a_won_deal_keeps_the_customer(app: Flask) -> None:
    with everything(app) as session:
        deal = deal_of(domain="won.ca")
        operations.move(deal, actor_of("ana"), Stage.WON)
        session.flush()
        claims = session.scalars(select(Claim).filter_by(registration_id=deal.registration_id))
        assert all(claim.released_at is None for claim in claims)
        assert deal.next_side is None


def test_a_closed_deal_is_not_changed_any_more(app: Flask) -> None:
    with everything(app):
        ana = actor_of("ana")
        for number, stage in enumerate((Stage.WON, Stage.LOST)):
            deal = deal_of(domain=f"closed-{number}.ca")
            operations.move(deal, ana, stage, "price")
            for act in (
                lambda deal=deal: operations.edit(deal, ana, {"amount_minor": 5}),
                lambda deal=deal: operations.plan(deal, ana, "Call", dt.date(2027, 1, 4)),
                lambda deal=deal: operations.finish_step(deal, ana),
            ):
                with pytest.raises(Refused):
                    act()


def test_the_next_step_decides_by_when_the_partner_acts(data_app: Flask) -> None:
    with everything(data_app) as session:
        ana = actor_of("ana")
        with at(local("2026-11-16 09:00")):
            deal = deal_of(domain="steps.ca")
            # Nothing is planned: to be said before the deal looks stalled.
            assert deal.next_by == local("2026-12-07 17:00")
            operations.plan(deal, ana, "Show the demo", dt.date(2026, 11, 20))
            assert deal.next_by == local("2026-11-20 17:00")
            assert deal.next_membership_id == ana.membership_id
        session.commit()
        with at(local("2026-11-20 10:00")):
            operations.finish_step(deal, ana)
            assert (deal.next_step, deal.next_step_on) == ("", None)
            assert deal.next_by == local("2026-12-11 17:00")
            with pytest.raises(Refused, match="no next step"):
                operations.finish_step(deal, ana)
        with at(local("2026-11-24 10:00")):
            operations.move(deal, ana, Stage.QUALIFIED)
            assert deal.next_by == local("2026-12-15 17:00")
        told = session.scalars(
            select(Event.tag).where(Event.chain == deal.reference).order_by(Event.place)
        ).all()
        assert told == ["deal:create", "deal:plan", "deal:step_done", "deal:move"]


def test_partners_change_their_fields_and_no_others(app: Flask) -> None:
    with everything(app) as session:
        deal, ana = deal_of(domain="fields.ca"), actor_of("ana")
        operations.edit(
            deal, ana, {"amount_minor": 1_000, "close_on": deal.close_on, "own_reference": "Q-1"}
        )
        told = session.scalars(select(Event).filter_by(chain=deal.reference, tag="deal:edit")).one()
        assert told.particulars["fields"] == ["amount_minor", "own_reference"]
        kept = session.scalars(select(Change).filter_by(event_id=told.id).order_by(Change.id))
        assert [(row.field, row.before, row.after) for row in kept] == [
            (
                "amount",
                {"minor": 4_800_000, "currency": "CAD"},
                {"minor": 1_000, "currency": "CAD"},
            ),
            ("own_reference", "", "Q-1"),
        ]
        for name in ("stage", "protected_until", "sourced_by_id", "vendor_owner_id", "currency",
                     "company", "customer_key", "owner_id", "organisation_id"):  # fmt: skip
            with pytest.raises(KeyError):
                operations.edit(deal, ana, {name: 1})


def test_changing_nothing_tells_nothing(app: Flask) -> None:
    with everything(app) as session:
        deal = deal_of(domain="nothing.ca")
        operations.edit(deal, actor_of("ana"), {"amount_minor": deal.amount_minor})
        assert (
            session.scalar(select(Event.id).filter_by(chain=deal.reference, tag="deal:edit"))
            is None
        )


def test_a_deal_is_found_by_the_words_of_customer_and_references(app: Flask) -> None:
    with everything(app) as session:

        def found(deal: Deal) -> set[str]:
            session.flush()
            return set(session.scalars(select(DealWord.word).where(DealWord.deal_id == deal.id)))

        deal = deal_of(domain="ecole-ete.ca", company="École d’été Łódź", own_reference="NW-77")
        tail = deal.reference[3:].lower()
        assert found(deal) >= {"ecole", "lodz", "nw", "77", tail}
        operations.edit(deal, actor_of("ana"), {"own_reference": "ZZ-9"})
        assert found(deal) >= {"zz", "9", tail}
        assert not found(deal) & {"nw", "77"}
