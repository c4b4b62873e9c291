"""Can staff add, change, move and suspend a partner, and does it hold from the next request on?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.domain.deals.models import Deal
from portal.domain.organisations.models import Organisation, OrganisationStatus, Side
from portal.domain.organisations.operations import add_organisation, codes_of
from tests.browser import Browser
from tests.domain.world import everything, membership_of
from tests.figures import record

SignIn = Callable[[str], Browser]
PARTNERS = "/admin/organisations"
FRESH: dict[str, Any] = {
    "name": "Évergreen Systems",
    "types": "reseller",
    "tier": "Silver",
    "countries": "canada, États-Unis, DE",
    "domains": "https://www.evergreen.ca/about, evergreen.example",
    "products": ["ARM", "FLEET"],
    "contact_email": "Office@evergreen.ca",
    "contact_phone": "416 555 0134",
}


def reference_of(app: Flask, name: str) -> str:
    with everything(app) as session:
        found = session.scalar(select(Organisation.reference).where(Organisation.name == name))
        assert found, name
        return str(found)


def test_a_new_partner_is_kept_as_it_was_given(app: Flask, sign_in: SignIn) -> None:
    pia = sign_in("pia")
    page = pia.follow(pia.submit(pia.get(f"{PARTNERS}/new"), above="harbour distribution", **FRESH))
    assert page.heading == "Évergreen Systems"
    for words in ("Invited", "Canada, United States, Germany", "Collaborative arm, Fleet software",
                  "evergreen.ca, evergreen.example", "Harbour Distribution",
                  "You added the partner"):  # fmt: skip
        assert words in page.words, words
    assert page.soup.select_one("a[href='tel:+14165550134']")
    with everything(app) as session:
        made = session.scalars(select(Organisation).filter_by(name="Évergreen Systems")).one()
        assert made.status == OrganisationStatus.INVITED
        assert made.invited_at is not None
        assert codes_of(made) == ["ARM", "FLEET"]


@pytest.mark.parametrize("name", ["Northwind Resale", "NORTHWIND   résale", "Northwind-Resale."])
def test_a_name_is_given_once(sign_in: SignIn, name: str) -> None:
    pia = sign_in("pia")
    page = pia.submit(pia.get(f"{PARTNERS}/new"), status=422, **FRESH | {"name": name})
    (error,) = page.errors()
    assert error.startswith("There is Northwind Resale (OR-")
    assert page.soup.select_one(f"[name=name][value='{' '.join(name.split())}']")


def test_what_cannot_be_is_said_beside_its_field(sign_in: SignIn) -> None:
    pia = sign_in("pia")
    wrong = {
        "name": "…!", "types": [], "countries": "Canada, Atlantis", "domains": "nowhere",
        "contact_email": "at home", "contact_phone": "12", "above": "Nobody Inc",
    }  # fmt: skip
    page = pia.submit(pia.get(f"{PARTNERS}/new"), status=422, **FRESH | wrong)
    assert len(page.errors()) == 7
    assert "Atlantis" in page.words
    assert "Nobody Inc" in page.errors()[-1]


def test_a_country_is_known_by_the_codes_that_people_use(app: Flask, sign_in: SignIn) -> None:
    pia = sign_in("pia")
    pia.follow(pia.submit(pia.get(f"{PARTNERS}/new"), **FRESH | {"countries": "USA, uk, can"}))
    with everything(app) as session:
        made = session.scalars(select(Organisation).filter_by(name="Évergreen Systems")).one()
        assert made.countries == ["US", "GB", "CA"]


def test_a_tier_is_one_of_the_programmes_and_the_names_of_partners_are_offered(
    sign_in: SignIn,
) -> None:
    pia = sign_in("pia")
    form = pia.get(f"{PARTNERS}/new")
    offered = [one["value"] for one in form.soup.select("datalist#partners option")]
    assert {"Harbour Distribution", "Northwind Resale"} <= set(offered)
    assert form.soup.select_one("#field-above[list=partners]")
    page = pia.submit(form, status=422, **FRESH | {"tier": "Golld"})
    assert page.errors() == ["Tier: choose from the list."]


def test_a_new_partner_says_who_invites_its_people(sign_in: SignIn) -> None:
    pia = sign_in("pia")
    page = pia.follow(pia.submit(pia.get(f"{PARTNERS}/new"), **FRESH))
    assert "Security administrators invite its first people: Sidney Marsh." in page.words
    sid = sign_in("sid").get(page.path.partition("?")[0])
    assert "Invite somebody" in sid.words and "Security administrators invite" not in sid.words


def test_a_change_says_from_what_to_what(app: Flask, sign_in: SignIn) -> None:
    pia = sign_in("pia")
    path = f"{PARTNERS}/{reference_of(app, 'Cobalt Systems')}"
    with everything(app):
        carla = membership_of("carla").reference
    form = pia.get(f"{path}/edit")
    page = pia.follow(pia.submit(form, tier="Gold", account_manager=carla, products=["ARM"]))
    words = page.words.replace(" ,", ",")
    assert "was Silver, now Gold" in words
    assert "Account manager: was Pia Castellanos, now Carla Mendes" in words
    assert "now Collaborative arm" in words
    again = pia.submit(form, status=409, tier="Platinum", submission_key=pia.get(
        f"{path}/edit").form().select_one("[name=submission_key]")["value"])  # fmt: skip
    assert "changed meanwhile" in again.words


def test_nothing_changed_is_no_event(app: Flask, sign_in: SignIn) -> None:
    pia = sign_in("pia")
    path = f"{PARTNERS}/{reference_of(app, 'Cobalt Systems')}"
    page = pia.follow(pia.submit(pia.get(f"{path}/edit")))
    assert "What happened" not in page.words


def test_a_suspended_partner_is_shut_out_everywhere_and_keeps_everything(
    app: Flask, sign_in: SignIn
) -> None:
    pia = sign_in("pia")
    sessions = [sign_in(short) for short in ("ana", "ana", "marc", "nadia")]
    for browser in sessions:
        browser.get("/deals")
    path = f"{PARTNERS}/{reference_of(app, 'Northwind Resale')}"
    with everything(app) as session:
        deals = len(session.scalars(select(Deal.id)).all())
    form = pia.get(f"{path}/status")
    assert "activate" not in form.text
    page = pia.follow(pia.submit(form, step="suspend", reason="They have not paid since May."))
    assert "You suspended the partner" in page.words
    assert "They have not paid since May." in page.words
    assert "None of them has access while the partner is like this." in page.words
    badges = {badge.get_text() for badge in page.soup.select(".rows .badge")}
    assert badges == {"No access"}
    outside = [browser.get("/deals", status=302, check=False) for browser in sessions]
    assert all("/sign-in" in answer.location for answer in outside)
    with everything(app) as session:
        assert len(session.scalars(select(Deal.id)).all()) == deals
    page = pia.submit(pia.get(f"{path}/status"), step="resume", reason="They have paid.")
    sign_in("ana").get("/deals")
    ended = sum(answer.status == 302 for answer in outside)
    record(
        3,
        "a suspended organisation, on every open session",
        "no access at the next request, records kept",
        f"{ended} of {len(sessions)} sessions refused, {deals} of {deals} deals kept",
        ended == len(sessions),
    )


def test_the_whole_way_through_the_programme(app: Flask, sign_in: SignIn) -> None:
    pia = sign_in("pia")
    pia.submit(pia.get(f"{PARTNERS}/new"), status=303, **FRESH)
    path = f"{PARTNERS}/{reference_of(app, 'Évergreen Systems')}"
    way = ("onboard", "activate", "suspend", "end", "reopen", "activate", "end")
    for step in way:
        answer = pia.submit(pia.get(f"{path}/status"), step=step, reason="So it was agreed.")
        assert answer.status == 303, step
    page = pia.get(path)
    for status in ("Invited", "Onboarding", "Active", "Suspended", "Ended"):
        assert status in page.words
    pia.submit(pia.get(f"{path}/status"), status=422, step="suspend", reason="It is over.")


def test_a_status_form_that_is_older_is_refused(app: Flask, sign_in: SignIn) -> None:
    pia, path = sign_in("pia"), f"{PARTNERS}/{reference_of(app, 'Cobalt Systems')}"
    forms = [pia.get(f"{path}/status") for _ in range(2)]
    pia.submit(forms[0], status=303, step="suspend", reason="They did not pay.")
    pia.submit(forms[1], status=409, step="end", reason="They left us.")


def test_a_move_says_whose_reach_changes_and_does_it(app: Flask, sign_in: SignIn) -> None:
    pia, diego = sign_in("pia"), sign_in("diego")
    cobalt, harbour, northwind = (
        reference_of(app, name)
        for name in ("Cobalt Systems", "Harbour Distribution", "Northwind Resale")
    )
    bruno = sign_in("bruno").get("/deals")
    theirs = bruno.soup.select_one("table.rows a")["href"]
    diego.get(str(theirs), status=404)
    path = f"{PARTNERS}/{cobalt}/move"
    found = pia.get(f"{path}?q=harbour")
    choice = str(found.soup.select_one(f"a[href$='parent={harbour}']")["href"])
    page = pia.get(choice)
    assert "Cobalt Systems below Harbour Distribution" in page.words
    assert "one person will see one company more" in page.words
    pia.submit(page, path, status=303)
    diego.get(str(theirs))
    page = pia.get(f"{path}?parent=top")
    assert "one person will see one company fewer" in page.words
    pia.submit(page, path, status=303)
    diego.get(str(theirs), status=404)
    page = pia.get(f"{PARTNERS}/{northwind}/move?parent={cobalt}")
    assert "one person will see one company fewer." in page.words
    page = pia.get(f"{PARTNERS}/{harbour}/move?parent={northwind}")
    assert "so it cannot stand above it" in page.words
    record(3, "a move in the hierarchy, on an open session", "in force at the next request",
           "gained and lost at the next request", True)  # fmt: skip


def test_a_move_to_nowhere_or_to_the_vendor_is_refused(app: Flask, sign_in: SignIn) -> None:
    pia = sign_in("pia")
    with everything(app):
        vendor = membership_of("pia").organisation.reference
    path = f"{PARTNERS}/{reference_of(app, 'Cobalt Systems')}/move"
    for parent in (vendor, "OR-00000000", "top secret", ""):
        page = pia.submit(pia.get(f"{path}?parent=top"), path, status=422, parent=parent)
        assert page.errors() == ["Choose a partner to stand above it, or the top."], parent


def test_the_vendors_own_organisation_is_nobodys_to_move(app: Flask, sign_in: SignIn) -> None:
    with everything(app):
        vendor = membership_of("pia").organisation.reference
    pia = sign_in("pia")
    for step in ("edit", "move", "status"):
        page = pia.get(f"{PARTNERS}/{vendor}/{step}", status=403)
        assert "the vendor’s own organisation stays as it is" in page.words
    assert f"{vendor}/edit" not in pia.get(f"{PARTNERS}/{vendor}").text


def test_others_read_and_change_nothing(app: Flask, sign_in: SignIn) -> None:
    northwind = reference_of(app, "Northwind Resale")
    for short in ("carla", "sid", "axel", "omar"):
        page = sign_in(short).get(f"{PARTNERS}/{northwind}")
        assert "/edit" not in page.text and "/status" not in page.text
        for step in ("edit", "move", "status"):
            sign_in(short).get(f"{PARTNERS}/{northwind}/{step}", status=403)
        sign_in(short).get(f"{PARTNERS}/new", status=403)
    sign_in("carla").get(f"{PARTNERS}/{reference_of(app, 'Cobalt Systems')}", status=404)


def test_the_list_goes_on_by_name_and_narrows_by_status(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        for number in range(95):
            add_organisation(session, f"Partner {number:03}", Side.PARTNER)
        session.commit()
    pia, path, seen = sign_in("pia"), PARTNERS, []
    while path:
        page = pia.get(path)
        seen += [row.get_text() for row in page.soup.select("tbody th a")]
        following = page.soup.select_one("a[rel=next]")
        path = str(following["href"]) if following else ""
    assert len(seen) == len(set(seen)) == 95 + 9
    assert seen == sorted(seen, key=str.lower)
    names = [
        row.get_text() for row in pia.get(f"{PARTNERS}?status=onboarding").soup.select("tbody th a")
    ]
    assert names == ["Maple Onboard", "Vosges Automatisme"]
    maple = reference_of(app, "Maple Onboard")
    assert "Maple Onboard" in pia.get(f"{PARTNERS}?q={maple.lower()}").words
    assert "No partner of yours matches" in pia.get(f"{PARTNERS}?q=maple&status=ended").words
