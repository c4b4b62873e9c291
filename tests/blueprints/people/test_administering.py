"""Can an administrator invite, change, close and open, and does it hold at the next request?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.database import db
from portal.core.identity import Identity
from portal.domain.people.invitations import accept_link, token_of
from portal.domain.people.models import Invitation, Membership
from tests.browser import Browser, Page
from tests.domain.world import everything, membership_of

SignIn = Callable[[str], Browser]


def reference_of(app: Flask, short: str) -> str:
    """Return the reference of a persona's membership."""
    with everything(app):
        return str(membership_of(short).reference)


def home_of(app: Flask, short: str) -> str:
    """Return the reference of a persona's organisation."""
    with everything(app):
        return str(membership_of(short).organisation.reference)


def invited(nadia: Browser, **values: str) -> Page:
    """Invite somebody as Nadia would, from her list of people."""
    page = nadia.get("/people")
    link = page.soup.select_one("main a.primary")
    assert link is not None
    form = nadia.get(str(link["href"]))
    filled = {
        "name": "Mila Roy",
        "email": "mila.roy@northwind.example",
        "role": "partner_seller",
        "reach": "own",
        **values,
    }
    return nadia.submit(form, **filled)


def test_inviting_somebody(app: Flask, sign_in: SignIn) -> None:
    nadia = sign_in("nadia")
    page = nadia.follow(invited(nadia))
    assert page.heading == "Mila Roy"
    assert "on its way to mila.roy@northwind.example" in page.words
    listed = nadia.get("/people?state=invited")
    assert [row.get_text() for row in listed.soup.select("tbody th a")] == ["Mila Roy"]
    again = invited(nadia, email="MILA.ROY@northwind.example")
    assert again.status == 422
    assert again.errors() == ["Mila Roy is here already, with this address."]
    assert again.soup.select_one("[name=name]")["value"] == "Mila Roy"  # type: ignore[index]


def test_an_address_that_only_looks_like_the_companys_is_pointed_out(sign_in: SignIn) -> None:
    nadia = sign_in("nadia")
    # The second letter is a zero.
    asked = invited(nadia, email="mila.roy@n0rthwind.example")
    (error,) = asked.errors()
    assert error.startswith(
        "Addresses of Northwind Resale end in northwind.example, northwindresale.ca."
    )
    page = nadia.follow(nadia.submit(asked, is_outside="y"))
    assert "not at northwind.example, northwindresale.ca" in page.words
    usual = nadia.follow(invited(nadia, name="Jo Roy", email="jo.roy@mail.northwind.example"))
    assert "not at" not in usual.words


def test_whose_mail_comes_back_is_marked(app: Flask, sign_in: SignIn) -> None:
    with everything(app) as session:
        person = membership_of("ana")
        person.user.mail_bounced_at = dt.datetime(2026, 11, 2, 15, tzinfo=dt.UTC)
        address = f"people/{person.reference}"
        session.commit()
    for short, path in (("nadia", f"/{address}"), ("sid", f"/admin/{address}")):
        page = sign_in(short).get(path)
        assert "Mail comes back" in page.words, short
        assert "comes back since 2 Nov" in page.words, short


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"email": "nobody"}, "Give an e-mail address such as dana@northwind.ca."),
        ({"email": ""}, "Give the person's e-mail address."),
        ({"name": ""}, "Say who it is."),
        ({"role": ""}, "Choose a role."),
        ({"role": "approver"}, "Role: choose from the list."),
        ({"reach": "family"}, "Sees: choose from the list."),
    ],
)
def test_what_cannot_be_invited(sign_in: SignIn, values: dict[str, str], error: str) -> None:
    page = invited(sign_in("nadia"), **values)
    assert page.status == 422
    assert page.errors() == [error]


def test_an_invitation_is_sent_again_and_taken_back(app: Flask, sign_in: SignIn) -> None:
    nadia = sign_in("nadia")
    page = nadia.follow(invited(nadia))
    page = nadia.follow(nadia.submit(page, "/invitation", status=303))
    assert "The former one no longer works." in page.words
    page = nadia.follow(nadia.submit(page, "/invitation/end", status=303))
    assert "The invitation no longer works." in page.words
    assert "Invitation taken back" in page.words
    page = nadia.follow(nadia.submit(page, "/invitation", status=303))
    assert "Take the invitation back" in page.words
    with everything(app) as session:
        open_ones = select(Invitation).where(Invitation.voided_at.is_(None))
        # The demo world's own applicant was invited before.
        invitation = session.scalars(open_ones.order_by(Invitation.id.desc())).first()
        assert invitation is not None
        said = Identity("https://id.example", "m1", invitation.email, True, "Mila")
        accept_link(session, token_of(invitation), said)
        session.commit()
        # A form from before somebody came in does nothing any more.
    stale = nadia.submit(page, "/invitation/end", status=409)
    assert stale.heading == "This has changed meanwhile"


def test_a_closed_access_ends_at_the_next_request(app: Flask, sign_in: SignIn) -> None:
    nadia, ana = sign_in("nadia"), sign_in("ana")
    elsewhere = Browser(app).signed_in("ana")
    ana.get("/deals")
    page = nadia.get(f"/people/{reference_of(app, 'ana')}")
    asked = nadia.get(str(page.soup.select_one("a.danger")["href"]))  # type: ignore[index]
    closed = nadia.follow(nadia.submit(asked, status=303))
    assert "The access is closed, on every device." in closed.words
    for browser in (ana, elsewhere):
        browser.get("/deals", status=302)
    opened = nadia.follow(nadia.submit(closed, "/reactivation", status=303))
    assert "The access is open again." in opened.words
    # What was signed in before stays out.
    ana.get("/deals", status=302)
    Browser(app).signed_in("ana").get("/deals")


def test_another_role_and_reach_hold_at_the_next_request(app: Flask, sign_in: SignIn) -> None:
    nadia, ana = sign_in("nadia"), sign_in("ana")
    before = len(ana.get("/deals").soup.select("tbody tr"))
    form = nadia.get(f"/people/{reference_of(app, 'ana')}/access")
    page = nadia.follow(
        nadia.submit(form, role="partner_manager", reach="organisation", status=303)
    )
    assert "The new access holds from now on." in page.words
    assert "Manager" in page.words
    assert len(ana.get("/deals").soup.select("tbody tr")) > before
    marc = sign_in("marc")
    marc.get("/people", status=403)
    form = nadia.get(f"/people/{reference_of(app, 'marc')}/access")
    nadia.submit(form, role="partner_administrator", reach="organisation", status=303)
    marc.get("/people")


def test_what_is_not_an_administrators_to_change(app: Flask, sign_in: SignIn) -> None:
    nadia = sign_in("nadia")
    own, lena = reference_of(app, "nadia"), reference_of(app, "lena")
    assert "not yours to change" in nadia.get(f"/people/{own}", status=403).words
    nadia.get(f"/people/{lena}", status=404)
    nadia.get(f"/organisations/{home_of(app, 'lena')}/invitation", status=404)
    assert own not in nadia.get("/people").text
    sign_in("marc").get(f"/people/{reference_of(app, 'ana')}", status=403)


def test_the_last_administrator_cannot_be_closed_out(app: Flask, sign_in: SignIn) -> None:
    sid = sign_in("sid")
    form = sid.get(f"/people/{reference_of(app, 'nadia')}/deactivation")
    answer = sid.submit(form, status=409)
    assert "Nobody else administers this company." in answer.words


def test_the_security_administrator_finds_everybody(app: Flask, sign_in: SignIn) -> None:
    sid = sign_in("sid")
    found = sid.get("/admin/people?q=bruno")
    link = found.soup.select_one("tbody th a")
    assert link is not None
    page = sid.get(str(link["href"]))
    assert page.heading == "Bruno Keller"
    assert "Cobalt Systems" in page.words
    asked = sid.get(str(page.soup.select_one("a.danger")["href"]))  # type: ignore[index]
    assert asked.heading == "Close the access of Bruno Keller?"
    company = sid.get(f"/admin/organisations/{home_of(app, 'bruno')}")
    form = sid.get(str(company.soup.select_one("a[href$='/invitation']")["href"]))  # type: ignore[index]
    answer = sid.submit(
        form, name="Nils", email="nils@cobalt.example", role="partner_administrator",
        reach="family", status=303,
    )  # fmt: skip
    assert "Nils" in sid.follow(answer).heading
    # Readers see where somebody stands, and no button.
    axel = sign_in("axel").get(f"/admin/people/{reference_of(app, 'bruno')}")
    assert not axel.soup.select("main form, main a.danger")


def test_an_approver_is_given_a_limit(app: Flask, sign_in: SignIn) -> None:
    sid = sign_in("sid")
    form = sid.get(f"/organisations/{home_of(app, 'sid')}/invitation")
    wrong = sid.submit(form, name="Ada", email="ada@meridian.example", role="finance", limit="5")
    assert wrong.errors() == ["Only approvers decide up to an amount. Leave it empty."]
    sid.submit(
        form, name="Ada", email="ada@meridian.example", role="approver", limit="50,000", status=303
    )
    with everything(app):
        ada = db.session.scalars(select(Membership).order_by(Membership.id.desc())).first()
        assert ada is not None
        assert (ada.role, ada.approval_limit) == ("approver", 50_000)


def test_whoever_waits_to_be_active_already_has_people(sign_in: SignIn) -> None:
    theo = sign_in("theo")
    page = theo.get("/people")
    assert "Théo Gagnon" in page.words
    assert "People" in theo.get("/").soup.select_one("nav.tabs").get_text()  # type: ignore[union-attr]


def test_with_htmx_the_form_comes_back_as_a_fragment(app: Flask, sign_in: SignIn) -> None:
    nadia = sign_in("nadia")
    form = nadia.get(f"/organisations/{home_of(app, 'nadia')}/invitation")
    answer = nadia.submit(form, name="", htmx=True, status=422)
    assert "<html" not in answer.text
    assert answer.soup.select_one("#questions .errors") is not None
