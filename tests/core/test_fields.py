"""Does a field that partners do not read stay unread, whichever way a query asks for it?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, render_template_string
from sqlalchemy import delete, func, inspect, select, union_all, update
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import (
    Session,
    aliased,
    contains_eager,
    joinedload,
    selectinload,
    subqueryload,
)

import portal.assembly  # noqa: F401 - every kind of record declares its fields
from portal.core.database import Base, db
from portal.core.fields import Sight, field_of, hidden_from, nouns, shows, written
from portal.core.net import Hidden, acting_as, system_mode
from portal.domain.deals.models import Deal, DealAssessment
from portal.domain.deals.operations import SEARCHED
from portal.domain.notes.models import Note
from portal.domain.organisations.models import Organisation
from portal.domain.registrations.models import Registration
from tests.domain.world import actor_of, everything, seen_by, show_to_partners

D = Deal
other = aliased(Deal)
LOADS: dict[str, Callable[[Session], Deal]] = {
    "record": lambda s: s.scalars(select(D)).first(),
    "alias": lambda s: s.scalars(select(other)).first(),
    "legacy query": lambda s: s.query(D).first(),
    "beside a column": lambda s: s.execute(select(D, D.company)).first()[0],
    "joined": lambda s: s.scalars(
        select(D).join(Organisation, Organisation.id == D.organisation_id)
    ).first(),
    "by its number": lambda s: s.get(D, s.scalar(select(D.id).limit(1))),
    "locked": lambda s: s.scalars(select(D).with_for_update(of=D)).first(),
    "from a statement": lambda s: s.scalars(select(D).from_statement(select(D))).first(),
    "out of a subquery": lambda s: s.scalars(select(aliased(D, select(D).subquery()))).first(),
}
ASKS: dict[str, Any] = {
    "column": select(D.close_on),
    "aliased column": select(other.close_on),
    "labelled": select(D.close_on.label("x")),
    "in a function": select(func.max(D.close_on)),
    "in a subquery": select(select(D.close_on).subquery().c.close_on),
    "in a cte": select(select(D.close_on).cte().c.close_on),
    "in a union": union_all(select(D.company), select(D.close_on)),
    "filter": select(D.id).where(D.close_on > "2026-01-01"),
    "order": select(D).order_by(D.close_on),
    "group": select(func.count()).select_from(D).group_by(D.close_on),
    "in exists": select(D.id).where(select(other.id).where(other.close_on == "x").exists()),
    "in a join": select(D.id).join(other, other.close_on == D.close_on),
    "in an update's filter": update(D).where(D.close_on > "2026-01-01").values(own_reference="x"),
    "of an own row": select(DealAssessment.margin),
    "of an own row's filter": select(D.id)
    .join(DealAssessment)
    .where(DealAssessment.risk == "high"),
    "of notes": select(Note.text),
}


@pytest.fixture
def hiding(app: Flask) -> Flask:
    """The portal whose vendor hides the close date of deals from partners."""
    with everything(app) as session:
        show_to_partners(deal__close_on=False)
        deal = session.scalars(select(Deal).limit(1)).one()
        session.execute(delete(DealAssessment))
        session.execute(delete(Note))
        session.add(DealAssessment(deal_id=deal.id, margin=125, score=70, risk="high"))
        session.add(Note(record=deal.reference, membership_id=1, author="Omar", text="Careful"))
        session.commit()
        db.session.remove()
    return app


@pytest.mark.parametrize("way", LOADS)
def test_a_record_comes_without_what_its_reader_does_not_read(hiding: Flask, way: str) -> None:
    with seen_by(hiding, "ana"):
        deal = LOADS[way](db.session())
        assert deal.company
        assert "close_on" in inspect(deal).unloaded
        with pytest.raises(InvalidRequestError):
            _ = deal.close_on


@pytest.mark.parametrize("again", ["refresh", "expire", "rollback"])
def test_what_was_left_out_stays_out_when_the_record_is_read_again(
    hiding: Flask, again: str
) -> None:
    with seen_by(hiding, "ana"):
        deal = db.session.scalars(select(Deal)).first()
        if again == "rollback":
            db.session.rollback()
        else:
            getattr(db.session, again)(deal)
        assert deal.company
        with pytest.raises(InvalidRequestError):
            _ = deal.close_on


@pytest.mark.parametrize("way", ASKS)
def test_nobody_asks_for_or_by_what_they_do_not_read(hiding: Flask, way: str) -> None:
    with seen_by(hiding, "ana"), pytest.raises(Hidden):
        db.session.execute(ASKS[way])


R = Registration
WAYS_ALONG: dict[str, Any] = {
    "lazily": select(R),
    "joined": select(R).options(joinedload(R.organisation)),
    "contained": select(R).join(R.organisation).options(contains_eager(R.organisation)),
    "by a second statement": select(R).options(selectinload(R.organisation)),
    "by a subquery": select(R).options(subqueryload(R.organisation)),
}


@pytest.mark.parametrize("way", WAYS_ALONG)
def test_a_record_that_comes_along_with_another_is_no_fuller(app: Flask, way: str) -> None:
    with everything(app):
        show_to_partners(organisation__tier=False)
        db.session.remove()
    with seen_by(app, "ana"):
        found = db.session.scalars(WAYS_ALONG[way]).first()
        assert found.organisation.name
        for _time in range(2):
            with pytest.raises(InvalidRequestError):
                _ = found.organisation.tier
        found.organisation.name = "Renamed"
        db.session.flush()
    with seen_by(app, "omar"):
        assert db.session.scalars(WAYS_ALONG[way]).first().organisation.tier


def test_staff_read_everything_whatever_partners_see(hiding: Flask) -> None:
    with seen_by(hiding, "omar"):
        deal = db.session.scalars(select(Deal).order_by(Deal.close_on)).first()
        assert deal.close_on
        assert db.session.scalars(select(DealAssessment.margin)).all() == [125]
        assert db.session.scalars(select(Note.text)).all() == ["Careful"]


def test_what_is_the_vendors_own_is_no_row_for_partners(hiding: Flask) -> None:
    for short in ("ana", "marc", "nadia", "diego", "bruno"):
        with seen_by(hiding, short):
            assert db.session.scalars(select(DealAssessment)).all() == []
            assert db.session.scalars(select(Note)).all() == []
            assert db.session.scalar(select(func.count()).select_from(Note)) == 0


def test_a_setting_holds_at_the_next_question_of_an_actor(app: Flask) -> None:
    for shown in (False, True, False):
        with everything(app):
            show_to_partners(deal__close_on=shown)
            db.session.remove()
        with seen_by(app, "ana") as ana:
            assert shows(ana, "deal.close_on") is shown
            deal = db.session.scalars(select(Deal)).first()
            assert ("close_on" in inspect(deal).dict) is shown


def test_no_setting_shows_what_is_never_shown_or_hides_what_is_needed(app: Flask) -> None:
    codes = {field.code: field for noun in nouns() for field in noun.fields}
    wrong = written({code: field.sight == Sight.NEVER for code, field in codes.items()})
    hidden = hidden_from("partner", wrong)
    for code, field in codes.items():
        assert (code in hidden) is (field.sight != Sight.ALWAYS), code
    assert hidden_from("vendor", wrong) == frozenset()


def test_a_forgotten_template_shows_nothing_outside_tests(hiding: Flask) -> None:
    page = "[{{ deal.close_on | short_date }}][{{ deal.company }}]"
    with everything(hiding):
        ana = actor_of("ana")
        db.session.remove()
    with hiding.test_request_context(), acting_as(ana):
        deal = db.session.scalars(select(Deal)).first()
        with pytest.raises(InvalidRequestError):
            render_template_string(page, deal=deal)
        hiding.jinja_env.raises_hidden = False  # type: ignore[attr-defined]
        assert render_template_string(page, deal=deal) == f"[][{deal.company}]"


def test_what_a_record_is_found_by_is_always_read() -> None:
    columns = {
        column.key
        for noun in nouns()
        if noun.name == "deal"
        for field in noun.fields
        if field.sight == Sight.ALWAYS
        for column in field.columns
    }
    assert set(SEARCHED) <= columns


# What no page shows: keys, row numbers, and what the workflow keeps for itself.
WORKINGS = {
    "deal": "id sourced_by_id vendor_owner_id registration_id version customer_key made_at "
    "changed_at next_side next_what next_by next_membership_id is_shared has_files",
    "registration": "id reference version customer_key made_at changed_at submitted_by_id "
    "submitter_user_id reviewer_id vendor_seconds_left next_side next_what next_by "
    "next_membership_id is_shared has_files",
    "organisation": "id name_key providers needs_two_factors parent_id account_manager_id version "
    "has_access_reviews has_open_checklist holds_shares",
    "deal_assessment": "deal_id version",
    "note": "id record membership_id author at",
}


@pytest.mark.parametrize("table", WORKINGS)
def test_every_column_belongs_to_a_field_or_to_the_workings(table: str) -> None:
    """A new column is decided on: somebody says who sees it, or that it is never shown."""
    held = {
        column.key
        for noun in nouns()
        for field in noun.fields
        for column in field.columns
        if column.property.columns[0].table.key == table
    }
    workings = set(WORKINGS[table].split())
    names = set(Base.metadata.tables[table].columns.keys())
    assert names - held - workings == set()
    assert workings <= names and not workings & held


def test_an_unknown_field_is_no_field() -> None:
    with pytest.raises(KeyError):
        field_of("deal.secret")


def test_reading_past_the_actor_reads_everything(hiding: Flask) -> None:
    with seen_by(hiding, "ana"), system_mode("test"):
        assert db.session.scalars(select(Deal.close_on)).first()
