"""Does a partner read what the vendor keeps of the company, and change what is its own?"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from portal.domain.organisations import operations
from portal.domain.organisations.models import Organisation
from tests.browser import Browser
from tests.domain.world import actor_of, everything, membership_of

SignIn = Callable[[str], Browser]


def test_the_page_says_what_is_kept(sign_in: SignIn) -> None:
    page = sign_in("marc").get("/company")
    assert page.heading == "Northwind Resale"
    for words in ("Reseller", "Gold", "Canada", "Collaborative arm", "northwindresale.ca",
                  "Active", "Carla Mendes", "carla@meridian.example"):  # fmt: skip
        assert words in page.words, words
    # A manager reads it; what the company itself keeps is the administrator's.
    assert "/company/contact" not in page.text
    assert "Harbour" not in page.words


def test_an_administrator_changes_how_the_company_is_reached(app: Flask, sign_in: SignIn) -> None:
    nadia = sign_in("nadia")
    form = nadia.get("/company/contact")
    wrong = nadia.submit(form, status=422, contact_email="at home", contact_phone="12")
    assert len(wrong.errors()) == 2
    fields = {"contact_email": "office@northwindresale.ca", "contact_phone": "416 555 0134"}
    page = nadia.follow(nadia.submit(form, tier="Platinum", name="Ours", **fields))
    assert "office@northwindresale.ca" in page.words
    assert "+1 416-555-0134" in page.words
    assert "You changed how the company is reached" in page.words
    with everything(app) as session:
        kept = session.scalars(select(Organisation).filter_by(name="Northwind Resale")).one()
        assert (kept.tier, kept.contact_phone) == ("Gold", "+14165550134")
        path = f"/admin/organisations/{kept.reference}"
    assert "office@northwindresale.ca" in sign_in("carla").get(path).words


def test_an_older_form_is_refused_and_keeps_what_was_typed(app: Flask, sign_in: SignIn) -> None:
    nadia = sign_in("nadia")
    form = nadia.get("/company/contact")
    with everything(app) as session:
        place = membership_of("nadia").organisation
        operations.edit(place, actor_of("pia"), {"tier": "Platinum"})
        session.commit()
    page = nadia.submit(form, status=409, contact_email="office@northwindresale.ca")
    assert "changed meanwhile" in page.words
    again = nadia.get("/company/contact")
    assert "office@northwindresale.ca" in again.text


def test_what_is_the_vendors_own_matter_stays_there(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        place, pia = membership_of("nadia").organisation, actor_of("pia")
        operations.edit(place, pia, {"tier": "Bronze", "account_manager": membership_of("pia")})
        operations.take_step(place, pia, "suspend", "Secretly not paid")
        operations.take_step(place, pia, "resume", "Secretly paid")
        operations.move(place, pia, membership_of("bruno").organisation)
        session.commit()
    page = sign_in("nadia").get("/company")
    assert "Pia at Meridian changed the company’s data" in page.words
    assert "was Gold , now Bronze" in page.words
    for words in ("Secretly", "suspended", "moved", "Cobalt", "Carla"):
        assert words not in page.words, words


def test_sellers_have_no_such_page_and_a_partner_that_joins_has(sign_in: SignIn) -> None:
    ana = sign_in("ana")
    ana.get("/company", status=403)
    assert "/company" not in ana.get("/").text
    sign_in("marc").get("/company/contact", status=403)
    theo = sign_in("theo")
    assert theo.get("/").soup.select_one("nav.tabs a[href='/company']")
    assert "Onboarding" in theo.get("/company").words
