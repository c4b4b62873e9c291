"""Does somebody whom nobody knows get asked about, and learn nothing by asking?"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.core.events import Event
from portal.core.identity import EXTENSION, Identity
from portal.core.outbox import SENT, Delivery
from portal.core.times import at, now
from portal.domain.people.access_requests import KEPT, forget_left_requests, matching_organisation
from portal.domain.people.models import AccessRequest, Membership, User
from portal.integrations.mail.letters import write_letter
from tests.browser import Browser, Page
from tests.domain.world import everything, membership_of

THANKS = "If your company is a partner, its administrator will see your request."


class Provider:
    """A provider that states whatever it is told."""

    name, label, issuer = "demo", "Demo", "https://id.example"

    def __init__(self) -> None:
        self.identity = Identity(self.issuer, "new", "kim@northwind.example", True, "Kim Vance")

    def finish(self) -> tuple[Identity, dict[str, Any]]:
        return self.identity, {}

    def states(self, **values: Any) -> None:
        """State another identity."""
        known = {"issuer": self.issuer, "subject": "new", "email": "kim@northwind.example",
                 "is_email_verified": True, "name": "Kim Vance"}  # fmt: skip
        self.identity = Identity(**{**known, **values})


@pytest.fixture
def provider(app: Flask) -> Provider:
    """The only way in."""
    made = Provider()
    app.extensions[EXTENSION] = {"demo": made}
    return made


def comes(app: Flask) -> tuple[Browser, Page]:
    """Sign in as whoever the provider states; return the page of the refusal."""
    browser = Browser(app)
    return browser, browser.get("/sign-in/demo/return", status=403)


def asks(app: Flask, company: str = "Northwind") -> Page:
    """Sign in, ask, and return the page behind it."""
    browser, page = comes(app)
    return browser.follow(browser.submit(page, "/sign-in/access", company=company, status=303))


def requests_in(app: Flask) -> list[AccessRequest]:
    """Return every request, the oldest first."""
    with everything(app) as session:
        found = session.scalars(select(AccessRequest).order_by(AccessRequest.id)).all()
        for one in found:
            assert one.organisation is None or one.organisation.name
        return list(found)


def letters_of(app: Flask, tag: str) -> list[Any]:
    """Return the mails that leave because of events with that tag."""
    with everything(app) as session:
        waiting = select(Delivery).where(Delivery.state != SENT)
        found = session.scalars(waiting.join(Event).where(Event.tag == tag)).all()
        return [write_letter(delivery) for delivery in found]


def test_who_asks_is_seen_by_the_companys_administrator(app: Flask, provider: Provider) -> None:
    browser, page = comes(app)
    assert "kim@northwind.example" in page.words
    assert "Kim Vance" in page.words
    answer = browser.follow(browser.submit(page, "/sign-in/access", company="NW", status=303))
    assert THANKS in answer.words
    (asked,) = requests_in(app)
    assert (asked.email, asked.name, asked.company) == ("kim@northwind.example", "Kim Vance", "NW")
    assert asked.organisation is not None
    assert asked.organisation.name == "Northwind Resale"
    nadia = Browser(app).signed_in("nadia")
    assert "1 person asks for access" in nadia.get("/people").words
    assert "Kim Vance" in nadia.get("/people/requests").words
    (mail,) = letters_of(app, "request:send")
    assert mail["To"].addresses[0].addr_spec == "nadia@northwind.example"
    assert f"/people/requests/{asked.reference}" in mail.get_body(("plain",)).get_content()
    # Neither a seller nor another company's administrator hears of it.
    Browser(app).signed_in("ana").get(f"/people/requests/{asked.reference}", status=404)
    Browser(app).signed_in("theo").get(f"/people/requests/{asked.reference}", status=404)
    assert "Kim" not in Browser(app).signed_in("theo").get("/people/requests").words


def test_accepting_invites_with_no_more_than_the_administrator_has(
    app: Flask, provider: Provider
) -> None:
    asks(app)
    (asked,) = requests_in(app)
    nadia = Browser(app).signed_in("nadia")
    page = nadia.get(f"/people/requests/{asked.reference}")
    assert [str(one["value"]) for one in page.soup.select("#field-reach option")] == [
        "own", "organisation",
    ]  # fmt: skip
    answer = nadia.submit(page, role="partner_seller", reach="own", status=303)
    shown = nadia.follow(answer)
    assert shown.heading == "Kim Vance"
    assert "Invited" in shown.words
    with everything(app) as session:
        (kim,) = session.scalars(
            select(Membership).join(User).where(User.email == "kim@northwind.example")
        ).all()
        assert (kim.role, kim.reach, kim.joined_at) == ("partner_seller", "own", None)
    (mail,) = letters_of(app, "invitation:send")
    assert "/join/IN-" in mail.get_body(("plain",)).get_content()
    # It is decided once.
    nadia.get(f"/people/requests/{asked.reference}", status=409)
    assert "Nobody waits" in nadia.get("/people/requests").words


def test_declining_tells_whoever_asked(app: Flask, provider: Provider) -> None:
    asks(app)
    (asked,) = requests_in(app)
    nadia = Browser(app).signed_in("nadia")
    page = nadia.get(f"/people/requests/{asked.reference}/refusal")
    nadia.submit(page, answer="You left us last year.", status=303)
    (mail,) = letters_of(app, "request:decline")
    assert mail["To"].addresses[0].addr_spec == "kim@northwind.example"
    body = mail.get_body(("plain",)).get_content()
    assert "It was declined. You left us last year." in body
    assert "Northwind" not in body.replace("northwind.example", "")
    with everything(app) as session:
        told = session.scalars(select(Event).where(Event.tag.startswith("request:"))).all()
        assert not any("left us" in repr(one.particulars) + repr(one.words) for one in told)
    # And may ask again.
    asks(app)
    assert len(requests_in(app)) == 2


def test_the_answer_tells_nothing(app: Flask, provider: Provider) -> None:
    """A known company, an unknown one, a mail provider, somebody who asked before or is here."""
    answers, locations = set(), set()
    for subject, email, company in (
        ("a", "kim@northwind.example", "Northwind Resale"),
        ("b", "kim@nobody-knows-this.ca", "Northwind Resale"),
        ("c", "kim@gmail.com", "Northwind Resale"),
        ("a", "kim@northwind.example", "Northwind Resale"),
        ("d", "x@sub.northwindresale.ca", "Zzz"),
    ):
        provider.states(subject=subject, email=email)
        browser, page = comes(app)
        seen = re.sub(r'value="[^"]*"|\b[0-9A-F]{10}\b', "", page.text).replace(email, "WHO")
        answers.add(seen)
        sent = browser.submit(page, "/sign-in/access", company=company, status=303)
        locations.add((sent.location, sent.text))
        answers.add(re.sub(r'value="[^"]*"', "", browser.follow(sent).text))
    assert len(locations) == 1
    assert len(answers) == 2
    assert [one.organisation is not None for one in requests_in(app)] == [True, False, False, True]


def test_only_a_verified_address_asks(app: Flask, provider: Provider) -> None:
    for values in ({"is_email_verified": False}, {"email": None}, {"email": "nonsense"}):
        provider.states(**values)
        _browser, page = comes(app)
        assert "Ask the administrator in your company" in page.words
        assert not page.soup.select("main form")


@pytest.mark.parametrize(
    "sealed", ["", "x", "e30.aaaa.bbbb", "x" * 5000], ids=["nothing", "odd", "forged", "long"]
)
def test_nobody_asks_for_somebody_else(app: Flask, provider: Provider, sealed: str) -> None:
    browser, page = comes(app)
    answer = browser.submit(page, "/sign-in/access", applicant=sealed, company="X", status=303)
    assert answer.location == "/sign-in"
    assert not requests_in(app)


def test_the_form_wants_a_company(app: Flask, provider: Provider) -> None:
    browser, page = comes(app)
    wrong = browser.submit(page, "/sign-in/access", company=" ", status=422)
    assert wrong.errors() == ["Say for which company you work."]
    assert not requests_in(app)


def test_a_request_is_open_for_fourteen_days(app: Flask, provider: Provider) -> None:
    asks(app)
    asks(app)
    (asked,) = requests_in(app)
    nadia = Browser(app).signed_in("nadia")
    path = f"/people/requests/{asked.reference}"
    with everything(app) as session:
        session.get_one(AccessRequest, asked.id).expires_at = now()
        session.commit()
    nadia.get(path, status=409)
    assert "Kim" not in nadia.get("/people/requests").words
    with at(now() + KEPT), everything(app) as session:
        forget_left_requests(session)
        session.commit()
    assert not requests_in(app)


def test_whom_nobody_administers_the_security_administrator_decides(
    app: Flask, provider: Provider
) -> None:
    provider.states(email="kim@gmail.com")
    asks(app, "Northwind, I think")
    (asked,) = requests_in(app)
    (mail,) = letters_of(app, "request:send")
    assert mail["To"].addresses[0].addr_spec == "sid@meridian.example"
    path = f"/people/requests/{asked.reference}"
    Browser(app).signed_in("nadia").get(path, status=404)
    sid = Browser(app).signed_in("sid")
    assert "1 person asks for access" in sid.get("/admin/people").words
    page = sid.get(path)
    wrong = sid.submit(page, role="partner_seller", reach="own", company="Zzz", status=422)
    assert wrong.errors() == ["No partner is called that. Look on the page of partners."]
    answer = sid.submit(wrong, role="partner_seller", reach="own", company="northwind resale",
                        status=303)  # fmt: skip
    assert "Kim Vance" in sid.follow(answer).heading


def test_whom_an_address_belongs_to(app: Flask) -> None:
    with everything(app) as session:
        place = membership_of("ana").organisation
        assert matching_organisation(session, "x@northwind.example") == place.id
        assert matching_organisation(session, "x@mail.northwindresale.ca") == place.id
        assert matching_organisation(session, "x@notnorthwindresale.ca") is None
        assert matching_organisation(session, "x@northwindresale.ca.evil.ca") is None
        assert matching_organisation(session, "x@gmail.com") is None
        assert matching_organisation(session, "x") is None
        # Two have it: nobody is preferred.
        other = membership_of("bruno").organisation
        other.domains = [*other.domains, "northwind.example"]
        session.flush()
        assert matching_organisation(session, "x@northwind.example") is None
        other.domains = other.domains[:-1]
        # A mail provider's domain identifies nobody, whoever writes it down as theirs.
        place.domains = [*place.domains, "gmail.com"]
        session.flush()
        assert matching_organisation(session, "x@gmail.com") is None
        session.rollback()
    assert dt.timedelta(days=14) == KEPT
