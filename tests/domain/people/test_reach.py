"""Does each person see exactly the registrations and deals within their reach?"""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.database import Base, db
from portal.domain.deals.models import Deal
from portal.domain.organisations.models import Organisation
from portal.domain.people.models import Membership, PortfolioEntry
from portal.domain.registrations.models import Registration, Status
from tests.domain.world import actor_of, draft, everything, in_state, membership_of, seen_by

NORTHWIND, LAKESIDE, HARBOUR, COBALT = "Northwind", "Lakeside", "Harbour", "Cobalt"
# One person of each organisation -> the drafts and the sent registrations that they have.
OWNERS = {"ana": NORTHWIND, "noah": NORTHWIND, "lena": LAKESIDE, "diego": HARBOUR, "bruno": COBALT}
# Who sees whose sent registrations, and whose drafts.
SENT: dict[str, set[str]] = {
    "ana": {"ana"},
    "noah": {"noah"},
    "marc": {"ana", "noah"},
    "nadia": {"ana", "noah"},
    "lena": {"lena"},
    "diego": {"diego", "ana", "noah", "lena"},
    "bruno": {"bruno"},
    "carla": {"ana", "noah", "lena", "diego"},
    "omar": set(OWNERS),
    "olga": set(OWNERS),
    "axel": set(OWNERS),
    "vic": set(),
    "sam": set(),
    "fay": set(),
    "pia": set(),
    "sid": set(),
    "sofia": set(),
    "ivo": set(),
    "rosa": set(),
    "theo": set(),
}
DRAFTS: dict[str, set[str]] = {short: set() for short in SENT} | {
    "ana": {"ana"},
    "noah": {"noah"},
    "marc": {"ana", "noah"},
    "nadia": {"ana", "noah"},
    "lena": {"lena"},
    "diego": {"diego"},
    "bruno": {"bruno"},
}


def seen(app: Flask, short: str, model: type[Base]) -> set[str]:
    """Return the references of ``model`` that the persona sees."""
    with seen_by(app, short):
        return set(db.session.scalars(select(model.reference)))


def test_everybody_sees_what_is_in_their_reach_and_no_more(data_app: Flask) -> None:
    drafts: dict[str, str] = {}
    sent: dict[str, dict[str, str]] = {owner: {} for owner in OWNERS}
    deals: dict[str, str] = {}
    with everything(data_app) as session:
        for owner in OWNERS:
            drafts[owner] = draft(owner, domain=f"draft-{owner}.ca").reference
            for status in Status:
                if status == Status.DRAFT:
                    continue
                record = in_state(status, owner, domain=f"{status.replace('_', '-')}-{owner}.ca")
                sent[owner][status] = record.reference
                if status == Status.APPROVED:
                    deals[owner] = session.scalar(
                        select(Deal.reference).where(Deal.registration_id == record.id)
                    )
        session.commit()
    for short, owners in SENT.items():
        registrations = seen(data_app, short, Registration)
        for owner in OWNERS:
            for status, reference in sent[owner].items():
                assert (reference in registrations) == (owner in owners), (short, owner, status)
            in_drafts = drafts[owner] in registrations
            assert in_drafts == (owner in DRAFTS[short]), (short, owner, "draft")
        found = seen(data_app, short, Deal)
        for owner in OWNERS:
            assert (deals[owner] in found) == (owner in owners), (short, owner, "deal")


def test_a_vendor_seller_sees_the_deals_given_to_them_and_no_registration(data_app: Flask) -> None:
    with everything(data_app) as session:
        record = in_state(Status.APPROVED, "ana", domain="vic.ca")
        deal = session.scalars(select(Deal).filter_by(registration_id=record.id)).one()
        deal.vendor_owner_id = membership_of("vic").id
        session.commit()
        reference = deal.reference
    assert reference in seen(data_app, "vic", Deal)
    assert not seen(data_app, "vic", Registration)


def test_a_portfolio_widens_and_narrows_what_a_channel_manager_sees(data_app: Flask) -> None:
    before = seen(data_app, "carla", Registration)
    with everything(data_app) as session:
        cobalt = membership_of("bruno").organisation_id
        carla = membership_of("carla").id
        session.add(PortfolioEntry(membership_id=carla, organisation_id=cobalt))
        for entry in session.scalars(select(PortfolioEntry).filter_by(
            organisation_id=membership_of("ana").organisation_id)):  # fmt: skip
            session.delete(entry)
        session.commit()
        of_cobalt, of_northwind = (
            set(
                session.scalars(
                    select(Registration.reference).where(
                        Registration.organisation_id == membership_of(short).organisation_id,
                        Registration.status != Status.DRAFT,
                    )
                )
            )
            for short in ("bruno", "ana")
        )
    after = seen(data_app, "carla", Registration)
    assert of_cobalt and of_cobalt <= after
    assert of_northwind & before
    assert not of_northwind & after


def test_who_moves_to_another_company_leaves_the_records_behind(data_app: Flask) -> None:
    """A membership that changes its organisation owns rows of the old one no more."""
    with everything(data_app) as session:
        membership_of("ana").organisation_id = membership_of("bruno").organisation_id
        session.commit()
    assert seen(data_app, "ana", Registration) == set()
    assert seen(data_app, "ana", Deal) == set()


@pytest.mark.parametrize(
    ("short", "names"),
    [
        ("ana", {"Northwind Resale"}),
        ("marc", {"Northwind Resale"}),
        ("diego", {"Harbour Distribution", "Northwind Resale", "Lakeside IT"}),
        ("bruno", {"Cobalt Systems"}),
        (
            "carla",
            {
                "Meridian Robotics",
                "Harbour Distribution",
                "Northwind Resale",
                "Lakeside IT",
                "Vosges Automatisme",
            },
        ),
        ("sam", {"Meridian Robotics"}),
    ],
)
def test_organisations_in_reach(app: Flask, short: str, names: set[str]) -> None:
    with seen_by(app, short):
        assert set(db.session.scalars(select(Organisation.name))) == names


def test_a_vendor_seller_knows_the_partners_of_the_own_deals(app: Flask) -> None:
    with everything(app) as session:
        names = set(
            session.scalars(
                select(Organisation.name)
                .join(Deal, Deal.organisation_id == Organisation.id)
                .where(Deal.vendor_owner_id == membership_of("vic").id)
            )
        )
    assert names
    with seen_by(app, "vic"):
        found = set(db.session.scalars(select(Organisation.name)))
        assert found == names | {"Meridian Robotics"}


def test_people_in_reach(app: Flask) -> None:
    with everything(app):
        own = {short: actor_of(short).membership_id for short in ("ana", "marc", "bruno", "lena")}
    with seen_by(app, "ana"):
        assert set(db.session.scalars(select(Membership.id))) == {own["ana"]}
    with seen_by(app, "marc"):
        found = set(db.session.scalars(select(Membership.id)))
        assert own["ana"] in found
        assert not {own["bruno"], own["lena"]} & found
    with seen_by(app, "diego"):
        found = set(db.session.scalars(select(Membership.id)))
        assert {own["ana"], own["lena"]} <= found
        assert own["bruno"] not in found
