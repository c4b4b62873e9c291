"""Does a company come from the form to its first sign-in, and learn nothing by trying?"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.events import Event
from portal.core.outbox import Delivery
from portal.core.times import at, now
from portal.domain.applications.applying import (
    KEPT,
    MOST_UNCONFIRMED,
    forget_unconfirmed,
    token_of,
)
from portal.domain.applications.models import Application, ApplicationMatch, Status
from portal.domain.organisations.models import Organisation
from portal.domain.people.models import AccessRequest, Invitation, Membership
from portal.integrations.mail.letters import write_letter
from tests.browser import Browser, Page
from tests.domain.world import everything

PATH = "/partner-application"
FIELDS: dict[str, Any] = {
    "company": "Aurora Automation",
    "website": "https://www.aurora-automation.ca/about",
    "country": "CA",
    "region": "Ontario",
    "city": "Ottawa",
    "types": "reseller",
    "products": "ARM",
    "business": "We bring robots into bakeries all over Ontario.",
    "people": "14",
    "contact_name": "Uma Reyes",
    "contact_email": "uma@aurora-automation.ca",
    "language": "en",
    "speaks": "y",
}


def applies(app: Flask, seconds: int = 60, **values: Any) -> Page:
    """Open the form, fill it in for that many seconds, and send it."""
    browser = Browser(app)
    page = browser.get(PATH)
    with at(now() + dt.timedelta(seconds=seconds)):
        return browser.submit(page, PATH, **{"status": 303, **FIELDS, **values})


def the_application(app: Flask) -> Application:
    """Return the newest application."""
    with everything(app) as session:
        return session.scalars(select(Application).order_by(Application.id.desc())).first()  # type: ignore[return-value]


def of_uma(session: Session) -> list[Application]:
    """Return the applications of the address that the tests fill in, oldest first."""
    query = select(Application).where(Application.contact_email == FIELDS["contact_email"])
    return list(session.scalars(query.order_by(Application.id)))


def confirmed(app: Flask, **values: Any) -> str:
    """Apply, confirm behind the link, and return the link's address."""
    applies(app, **values)
    with app.app_context():
        path = f"{PATH}/{token_of(the_application(app))}"
    browser = Browser(app)
    browser.submit(browser.get(path), path, status=303)
    return path


def test_the_whole_way(app: Flask) -> None:
    path = confirmed(app)
    one = the_application(app)
    assert (one.status, one.domain, one.region) == (Status.SUBMITTED, "aurora-automation.ca", "ON")
    pia = Browser(app).signed_in("pia")
    here = f"/admin/applications/{one.reference}"
    assert "Aurora Automation" in pia.get("/admin/applications").words
    pia.submit(pia.get(here), f"{here}/take", status=303)
    pia.submit(pia.get(f"{here}/question"), f"{here}/question", status=303,
               question="Which bakeries do you know?")  # fmt: skip
    browser = Browser(app)
    page = browser.get(path)
    assert "Which bakeries do you know?" in page.words
    browser.client.post(path, base_url="http://127.0.0.1:8000", data={
        "csrf_token": page.soup.find("input", {"name": "csrf_token"})["value"],
        "step": "answer", "reply": "Those in Ottawa."})  # fmt: skip
    assert "Those in Ottawa." in pia.get(here).words
    pia.submit(pia.get(f"{here}/approval"), f"{here}/approval", status=303)
    with everything(app) as session:
        made = session.scalars(
            select(Organisation).where(Organisation.name == "Aurora Automation")
        ).one()
        assert (made.status, made.types, made.countries, made.domains) == (
            "onboarding", ["reseller"], ["CA"], ["aurora-automation.ca"],
        )  # fmt: skip
        first = session.scalars(
            select(Membership).where(Membership.organisation_id == made.id)
        ).one()
        assert first.role == "partner_administrator"
        invited = session.scalars(
            select(Invitation).where(Invitation.membership_id == first.id)
        ).one()
        assert invited.email == "uma@aurora-automation.ca"
    assert "Welcome" in browser.get(path).words
    again = pia.client.post(f"{here}/approval", base_url="http://127.0.0.1:8000")
    assert again.status_code in (400, 409)


def test_a_visit_confirms_nothing_and_nobody_reads_it_before(app: Flask) -> None:
    applies(app)
    with app.app_context():
        path = f"{PATH}/{token_of(the_application(app))}"
    Browser(app).get(path)
    one = the_application(app)
    assert one.status == Status.UNVERIFIED
    pia = Browser(app).signed_in("pia")
    assert "Aurora" not in pia.get("/admin/applications").text
    pia.get(f"/admin/applications/{one.reference}", status=404)


def test_the_answer_is_the_same_whatever_is_known(app: Flask) -> None:
    answers = {
        (page.status, page.response.headers["Location"], page.text)
        for page in (
            applies(app),
            applies(app, website="northwind.example.ca", company="Northwind Resale"),
            applies(app, contact_email="ana@northwind.example"),
            applies(app, fax="5550134"),
        )
    }
    assert len(answers) == 1


def test_a_machine_is_let_in_nowhere(app: Flask) -> None:
    applies(app, fax="5550134")
    with everything(app) as session:
        assert not of_uma(session)
    page = applies(app, seconds=0, status=422)
    assert "once more" in page.words
    assert "Aurora Automation" in page.text


def test_nobody_uses_up_the_address_of_somebody_who_applies_after_them(app: Flask) -> None:
    """The newest stay, and what is confirmed is touched by no stranger."""
    kept = confirmed(app)
    for number in range(MOST_UNCONFIRMED + 2):
        applies(app, company=f"Stranger {number}")
    applies(app, company="Aurora Once More")
    with everything(app) as session:
        assert [one.company for one in of_uma(session)] == [
            "Aurora Automation", "Stranger 3", "Stranger 4", "Aurora Once More",
        ]  # fmt: skip
    assert "Submitted" in Browser(app).get(kept).words
    with app.app_context():
        path = f"{PATH}/{token_of(the_application(app))}"
    browser = Browser(app)
    browser.submit(browser.get(path), path, status=303)
    assert the_application(app).status == Status.SUBMITTED


def test_what_nobody_confirms_is_deleted(app: Flask) -> None:
    applies(app)
    with app.app_context():
        path = f"{PATH}/{token_of(the_application(app))}"
    with at(now() + KEPT - dt.timedelta(minutes=5)):
        applies(app, contact_email="other@aurora-automation.ca")
    with at(now() + KEPT + dt.timedelta(minutes=1)):
        Browser(app).get(path, status=404)
        with everything(app) as session:
            forget_unconfirmed()
            assert not of_uma(session)
            kept = select(Application.status).filter_by(contact_email="other@aurora-automation.ca")
            assert session.scalars(kept).all() == [Status.UNVERIFIED]


def test_a_company_that_is_a_partner_asks_its_administrators(app: Flask) -> None:
    path = confirmed(app, company="Northwind Resale")
    one = the_application(app)
    with everything(app) as session:
        query = select(ApplicationMatch).where(ApplicationMatch.application_id == one.id)
        match = session.scalars(query).one()
        assert match.other_name == "Northwind Resale"
    pia = Browser(app).signed_in("pia")
    here = f"/admin/applications/{one.reference}"
    pia.submit(pia.get(here), f"{here}/take", status=303)
    pia.get(f"{here}/approval", status=409)
    pia.submit(pia.get(here), f"{here}/match", status=303)
    pia.submit(pia.get(here), f"{here}/access", status=303)
    with everything(app) as session:
        asked = session.scalars(select(AccessRequest)).one()
        assert asked.email == "uma@aurora-automation.ca"
        assert asked.organisation.name == "Northwind Resale"
    assert "a partner already" in Browser(app).get(path).words


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("website", "gmail.com"), ("website", "facebook.com/aurora"), ("website", "nonsense"),
        ("people", "-3"), ("people", "many"), ("country", "XX"), ("region", "Bavaria"),
        ("contact_email", "uma"), ("business", "robots"), ("company", ""), ("speaks", None),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_kept(app: Flask, field: str, value: Any) -> None:
    page = applies(app, **{field: value, "status": 422})
    assert page.soup.find(id="errors")
    assert "bring robots" in page.text or field == "business"


def test_the_mails_are_in_the_applicants_language(app: Flask) -> None:
    applies(app, language="fr")
    with everything(app) as session, app.test_request_context():
        tags = select(Event).where(Event.tag == "application:apply").order_by(Event.id.desc())
        event = session.scalars(tags).first()
        assert event
        delivery = session.scalars(select(Delivery).where(Delivery.event_id == event.id)).one()
        letter = write_letter(delivery)
        assert letter["To"].addresses[0].addr_spec == "uma@aurora-automation.ca"
        text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert re.search(r"/partner-application/AP-\w{8}\.", text)
        assert not re.search("Aurora|uma", str(event.particulars) + event.chain + event.actor_name)
