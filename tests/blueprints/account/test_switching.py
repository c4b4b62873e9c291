"""Does somebody with several memberships act for exactly the one that they chose?"""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.events import Event
from portal.core.identity import Identity
from portal.core.times import now
from portal.domain.organisations.models import OrganisationStatus
from portal.domain.people.models import LoginSession, Membership, Reach, Role, UserIdentity
from portal.domain.people.sessions import has_choice_of_membership
from tests.browser import BASE, Browser, fields_of
from tests.domain.world import everything, membership_of

HOME, OTHER = "Northwind Resale", "Cobalt Systems"


@pytest.fixture
def other(app: Flask) -> str:
    """Ana sells for Cobalt Systems too; returns the reference of that membership."""
    with everything(app) as session:
        ana, bruno = membership_of("ana"), membership_of("bruno")
        second = Membership(
            user=ana.user,
            organisation=bruno.organisation,
            role=Role.PARTNER_MANAGER,
            reach=Reach.ORGANISATION,
        )
        session.add(second)
        session.commit()
        return second.reference


def token_of(browser: Browser) -> str:
    """Return the sign-in token that the browser carries."""
    with browser.client.session_transaction(base_url=BASE) as session:
        return str(session["_user_id"])


def companies(browser: Browser) -> set[str]:
    """Return the customers on the person's list of deals."""
    page = browser.get("/deals")
    return {one.get_text(strip=True) for one in page.soup.select("tbody th a")}


def test_the_switch_shows_the_other_organisations_records_and_no_more(
    app: Flask, other: str
) -> None:
    ana, bruno = Browser(app).signed_in("ana"), Browser(app).signed_in("bruno")
    mine, theirs = companies(ana), companies(bruno)
    assert mine
    assert theirs
    assert not mine & theirs
    account = ana.get("/account")
    assert OTHER in account.words
    answer = ana.submit(account, f"/account/memberships/{other}", status=303)
    assert answer.location == "/"
    assert companies(ana) == theirs
    assert HOME in ana.get("/account").words  # the way back


def test_the_sign_in_before_is_over_and_lasts_no_longer_for_it(app: Flask, other: str) -> None:
    ana = Browser(app).signed_in("ana")
    long_ago = now() - dt.timedelta(hours=11)
    with everything(app) as session:
        session.scalars(select(LoginSession).filter_by(ended_at=None)).one().made_at = long_ago
        session.commit()
    page, before = ana.get("/account"), token_of(ana)
    ana.submit(page, f"/account/memberships/{other}", status=303)
    after = token_of(ana)
    assert after != before
    stolen = Browser(app)
    with stolen.client.session_transaction(base_url=BASE) as cookie:
        cookie["_user_id"] = before
    assert stolen.client.get("/", base_url=BASE).status_code == 302
    with everything(app) as session:
        rows = session.scalars(select(LoginSession).order_by(LoginSession.id)).all()[-2:]
        assert [row.ended_at is None for row in rows] == [False, True]
        assert rows[1].made_at == long_ago
        told = session.scalars(select(Event).filter_by(tag="session:switch")).all()
        here = membership_of("ana")
        there = session.scalars(select(Membership).filter_by(reference=other)).one()
        assert {event.chain for event in told} == {
            f"membership:{here.id}", f"membership:{there.id}",
        }  # fmt: skip
        assert all(event.particulars["taken"] == other for event in told)


def test_a_form_opened_for_the_one_is_not_taken_for_the_other(app: Flask, other: str) -> None:
    ana = Browser(app).signed_in("ana")
    open_form = ana.get("/account")
    ana.submit(open_form, f"/account/memberships/{other}", status=303)
    fresh = dict(fields_of(ana.get("/account").form("/account")))
    stale = dict(fields_of(open_form.form("/account"))) | {"csrf_token": fresh["csrf_token"]}
    stale["timezone"] = "Europe/Paris"
    answer = ana.post("/account", list(stale.items()))
    assert answer.status in (303, 400)
    with everything(app):
        assert membership_of("bruno").user.timezone != "Europe/Paris"
        assert membership_of("noah").user.timezone != "Europe/Paris"
    with everything(app) as session:
        told = session.scalars(select(Event.id).filter_by(tag="person:set")).all()
        assert not told


def test_nobody_takes_the_membership_of_somebody_else(app: Flask, other: str) -> None:
    marc = Browser(app).signed_in("marc")
    with everything(app) as session:
        noah = membership_of("noah").reference
        session.commit()
    keys = dict(fields_of(marc.get("/account").form("/account")))
    # A colleague in sight, somebody out of sight, and oneself.
    for reference, status in ((noah, 403), (other, 404)):
        with everything(app) as session:
            row = session.scalars(select(Membership).filter_by(reference=reference)).one()
            version = str(row.version)
        pairs = list((keys | {"version": version}).items())
        marc.post(f"/account/memberships/{reference}", pairs, status=status)
    assert "Northwind" in marc.get("/account").words


@pytest.mark.parametrize("closed", ["membership", "organisation"])
def test_what_is_closed_is_not_offered_and_not_taken(app: Flask, other: str, closed: str) -> None:
    ana = Browser(app).signed_in("ana")
    page = ana.get("/account")
    with everything(app) as session:
        row = session.scalars(select(Membership).filter_by(reference=other)).one()
        if closed == "membership":
            row.is_active = False
        else:
            row.organisation.status = OrganisationStatus.SUSPENDED
        session.commit()
    answer = ana.submit(page, f"/account/memberships/{other}")
    assert answer.status == 409
    assert f"/account/memberships/{other}" not in ana.get("/account").text
    assert HOME in ana.get("/account").words


def test_the_choice_page_leads_on_to_where_one_was_going(app: Flask, other: str) -> None:
    ana = Browser(app).signed_in("ana")
    page = ana.get("/account/memberships?next=/deals")
    assert page.soup.select_one("a.button[href='/deals']")
    answer = ana.submit(page, f"/account/memberships/{other}", status=303)
    assert answer.location == "/deals"
    for hostile in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        page = ana.get("/account/memberships", check=False)
        assert "evil" not in ana.get(f"/account/memberships?next={hostile}").text


def test_one_who_has_a_single_membership_has_nothing_to_choose(app: Flask, other: str) -> None:
    with everything(app) as session:
        for short, has_choice in (("ana", True), ("noah", False)):
            found = session.scalars(select(UserIdentity).filter_by(subject=short)).one()
            who = Identity(found.issuer, short, None, True, short)
            assert has_choice_of_membership(session, who) is has_choice
    assert "memberships/" not in Browser(app).signed_in("noah").get("/account").text
