"""Does the portal let people in and out as they expect, and nobody else?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal import create_app
from portal.core.database import db
from portal.core.identity import identity_providers
from portal.core.transactions import record_aside
from portal.domain.organisations.models import OrganisationStatus, Side
from portal.domain.organisations.operations import add_organisation
from portal.domain.people.invitations import make_link
from portal.domain.people.models import Role
from portal.domain.people.operations import add_membership, bind_identity
from portal.integrations.oidc import transport
from tests.core.test_redirects import HOSTILE
from tests.figures import record
from tests.integrations.hostile_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    Bend,
    HostileProvider,
    Raw,
)
from tests.integrations.test_oidc import ATTACKS, hostile, stating

__all__ = ["hostile"]  # the fixture

PORTAL = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def app(hostile: HostileProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SECRET_KEY", "k" * 40)
        environment.setenv("QUAYSIDE_DEMO", "1")
        environment.setenv("VAR_DIR", str(tmp_path_factory.mktemp("var")))
        environment.delenv("DATABASE_URL", raising=False)
        app = make_app(hostile)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(autouse=True)
def honest(hostile: HostileProvider, app: Flask) -> None:
    hostile.bend = Bend()
    forget(app)


def make_app(hostile: HostileProvider) -> Flask:
    app = create_app(
        {
            "PORTAL_URL": PORTAL,
            "OIDC_PROVIDERS": [
                {
                    "name": "bent",
                    "label": "Bent",
                    "issuer": hostile.issuer,
                    "client_id": CLIENT_ID,
                    "client_secret": CLIENT_SECRET,
                }
            ],
            "RATELIMIT_ENABLED": False,
        }
    )
    with app.app_context():
        db.create_all()
        with record_aside("a world for this test") as session:
            northwind = add_organisation(
                session, "Northwind Resale", Side.PARTNER, types=["reseller"]
            )
            closed = add_organisation(session, "Closed Resale", Side.PARTNER, types=["reseller"])
            closed.status = OrganisationStatus.SUSPENDED
            places = {"ana": northwind, "dora": northwind, "rosa": closed}
            for short, is_active in (("ana", True), ("dora", False), ("rosa", True)):
                membership = add_membership(
                    session,
                    places[short],
                    name=short.title(),
                    email=f"{short}@northwind.example",
                    role=Role.PARTNER_SELLER,
                    is_active=is_active,
                )
                bind_identity(session, membership, hostile.issuer, short)
    return app


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    return new_visitor(app)


class Visitor(FlaskClient):
    """A browser at the portal's address."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return super().open(*args, **{"base_url": PORTAL, **kwargs})


def new_visitor(app: Flask) -> FlaskClient:
    return Visitor(app, app.response_class)


def come_back(answer: TestResponse) -> str:
    """Follow the redirect to the provider; return the path it leads back to."""
    back = requests.get(answer.headers["Location"], allow_redirects=False, timeout=20)
    return back.headers["Location"].removeprefix(PORTAL)


def sign_in(visitor: FlaskClient, start: str = "/sign-in/bent") -> TestResponse:
    answer = visitor.get(start)
    return visitor.get(come_back(answer)) if answer.status_code == 302 else answer


def is_in(visitor: FlaskClient) -> bool:
    return visitor.get("/sign-in").status_code == 302


def h1(answer: TestResponse) -> str:
    found = BeautifulSoup(answer.text, "html.parser").h1
    assert found is not None
    return found.text


def csrf_token(visitor: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', visitor.get("/").text)
    assert found is not None
    return found[1]


def sign_out(visitor: FlaskClient) -> TestResponse:
    return visitor.post("/sign-out", data={"csrf_token": csrf_token(visitor)})


def as_person(hostile: HostileProvider, subject: str) -> None:
    hostile.bend = stating(sub=subject)
    # Name and address come with the ID token, so that the userinfo endpoint is not asked.
    claims = hostile.bend.claims
    hostile.bend.claims = lambda c: claims(c) | {"name": subject, "email": f"{subject}@x.example"}


def test_a_visitor_is_led_to_sign_in_and_back(visitor: FlaskClient, hostile: Any) -> None:
    as_person(hostile, "ana")
    led = visitor.get("/deals?stage=won")
    assert led.headers["Location"] == "/sign-in?next=%2Fdeals%3Fstage%3Dwon"
    page = BeautifulSoup(visitor.get(led.headers["Location"]).text, "html.parser")
    link = page.find("a", string=re.compile("Bent"))
    assert link is not None
    assert sign_in(visitor, str(link["href"])).headers["Location"] == "/deals?stage=won"
    assert is_in(visitor)
    assert visitor.get("/sign-in").headers["Location"] == "/"


def test_sign_in_without_a_wish_leads_home(visitor: FlaskClient, hostile: Any) -> None:
    as_person(hostile, "ana")
    assert sign_in(visitor).headers["Location"] == "/"


@pytest.mark.parametrize("path", ["/sign-out", "/no-such-page", "/sign-in/bent/../../x"])
def test_a_wish_that_no_page_answers_leads_home(
    visitor: FlaskClient, hostile: Any, path: str
) -> None:
    as_person(hostile, "ana")
    assert sign_in(visitor, f"/sign-in/bent?next={path}").headers["Location"] == "/"


def test_no_wish_leads_off_the_portal(visitor: FlaskClient, hostile: Any) -> None:
    as_person(hostile, "ana")
    for payload in (text for text in HOSTILE if isinstance(text, str)):
        started = visitor.get("/sign-in/bent", query_string={"next": payload})
        assert visitor.get(come_back(started)).headers["Location"] == "/"
        assert visitor.get("/sign-in", query_string={"next": payload}).headers["Location"] == "/"


def test_nobody_we_know_is_told_whom_to_ask(visitor: FlaskClient, hostile: Any) -> None:
    as_person(hostile, "stranger")
    answer = sign_in(visitor)
    assert answer.status_code == 403
    assert h1(answer) == "We do not know you here yet"
    assert "administrator in your company" in answer.text
    assert "stranger@x.example" in answer.text
    assert not is_in(visitor)


def test_the_same_address_at_the_provider_is_not_the_same_person(
    visitor: FlaskClient, hostile: Any
) -> None:
    hostile.bend = stating(
        sub="another", name="Ana", email="ana@northwind.example", email_verified=True
    )
    assert sign_in(visitor).status_code == 403
    assert not is_in(visitor)


def test_a_closed_access_says_so(visitor: FlaskClient, hostile: Any) -> None:
    as_person(hostile, "dora")
    answer = sign_in(visitor)
    assert answer.status_code == 403
    assert h1(answer) == "Your access is closed"
    assert not is_in(visitor)


def test_a_closed_company_is_not_sent_to_its_administrator(
    visitor: FlaskClient, hostile: Any
) -> None:
    as_person(hostile, "rosa")
    answer = sign_in(visitor)
    assert answer.status_code == 403
    assert h1(answer) == "Your company has no access at present"
    assert "administrator in your company" not in answer.text
    assert not is_in(visitor)


def test_a_copied_cookie_is_dead_after_sign_out(
    app: Flask, visitor: FlaskClient, hostile: Any
) -> None:
    as_person(hostile, "ana")
    sign_in(visitor)
    copied = visitor.get_cookie("sid", domain="127.0.0.1") or visitor.get_cookie("sid")
    assert copied is not None
    thief = new_visitor(app)
    thief.set_cookie("sid", copied.value, domain=copied.domain)
    assert is_in(thief)
    sign_out(visitor)
    assert not is_in(thief)
    assert not is_in(visitor)


def test_signing_in_again_ends_the_earlier_session(
    app: Flask, visitor: FlaskClient, hostile: Any
) -> None:
    as_person(hostile, "ana")
    sign_in(visitor)
    copied = visitor.get_cookie("sid", domain="127.0.0.1") or visitor.get_cookie("sid")
    assert copied is not None
    thief = new_visitor(app)
    thief.set_cookie("sid", copied.value, domain=copied.domain)
    sign_in(visitor)
    assert is_in(visitor)
    assert not is_in(thief)


def test_nothing_of_the_visitors_session_survives(visitor: FlaskClient, hostile: Any) -> None:
    as_person(hostile, "ana")
    with visitor.session_transaction(base_url=PORTAL) as kept:
        kept |= {"csrf_token": "known to somebody else", "planted": "x"}
    sign_in(visitor)
    with visitor.session_transaction(base_url=PORTAL) as kept:
        assert "planted" not in kept
        assert kept.get("csrf_token") != "known to somebody else"
        assert set(kept) <= {"_user_id", "csrf_token"}


def test_sign_out_passes_the_provider(visitor: FlaskClient, hostile: HostileProvider) -> None:
    as_person(hostile, "ana")
    sign_in(visitor)
    answer = sign_out(visitor)
    assert answer.status_code == 303
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    target = urlsplit(answer.headers["Location"])
    asked = {name: values[0] for name, values in parse_qs(target.query).items()}
    assert answer.headers["Location"].startswith(f"{hostile.issuer}/end-session?")
    assert asked["post_logout_redirect_uri"] == f"{PORTAL}/signed-out"
    page = visitor.get(f"/signed-out?state={asked['state']}")
    assert "You are out here and at Bent." in page.text
    assert "out here and at" not in visitor.get("/signed-out?state=guessed").text


def test_sign_out_works_while_the_provider_is_down(visitor: FlaskClient, app: Flask,
                                                   hostile: HostileProvider) -> None:  # fmt: skip
    as_person(hostile, "ana")
    sign_in(visitor)
    forget(app)
    hostile.bend = Bend(discovery=lambda _: Raw(500))
    assert sign_out(visitor).headers["Location"] == "/signed-out"
    assert not is_in(visitor)


def test_nobody_else_can_sign_a_person_out(visitor: FlaskClient, hostile: Any) -> None:
    as_person(hostile, "ana")
    sign_in(visitor)
    visitor.post("/sign-out")
    visitor.post("/sign-out", data={"csrf_token": "guessed"})
    assert visitor.get("/sign-out").status_code >= 400
    assert is_in(visitor)


def test_a_provider_that_is_down_gets_a_page(
    visitor: FlaskClient, app: Flask, hostile: HostileProvider
) -> None:
    forget(app)
    hostile.bend = Bend(discovery=lambda _: Raw(500))
    answer = visitor.get("/sign-in/bent")
    assert answer.status_code == 400
    assert h1(answer) == "Bent did not answer as it should"
    assert visitor.get("/sign-in/none").status_code == 404


def test_an_old_attempt_is_offered_again(visitor: FlaskClient) -> None:
    answer = visitor.get("/sign-in/bent/return?code=c&state=old")
    assert answer.status_code == 400
    assert h1(answer) == "Let us try that again"
    assert 'href="/sign-in"' in answer.text


# One-time links


@pytest.fixture
def link(app: Flask) -> str:
    with app.app_context(), record_aside("a link for this test") as session:
        harbour = add_organisation(session, "Harbour", Side.PARTNER, types=["distributor"])
        membership = add_membership(
            session,
            harbour,
            name="new@harbour.example",
            email="new@harbour.example",
            role=Role.PARTNER_ADMINISTRATOR,
        )
        return make_link(session, membership)


def through(visitor: FlaskClient, link: str) -> TestResponse:
    """Open the link's page and press its button."""
    page = BeautifulSoup(visitor.get(f"/join/{link}").text, "html.parser")
    button = page.select_one('main a[href*="/sign-in/bent"]')
    assert button is not None
    return sign_in(visitor, str(button["href"]))


def test_a_link_says_who_invites_and_lets_in_once(
    app: Flask, visitor: FlaskClient, hostile: Any, link: str
) -> None:
    page = visitor.get(f"/join/{link}")
    assert h1(page) == "Harbour invites you"
    assert "new@harbour.example" in page.text
    as_person(hostile, "newcomer")
    started = visitor.get(f"/sign-in/bent?link={link}")
    assert link not in started.headers["Location"]
    assert through(visitor, link).headers["Location"] == "/"
    assert is_in(visitor)

    gone = new_visitor(app).get(f"/join/{link}")
    assert gone.status_code == 404
    assert h1(gone) == "This link was used already"
    again = new_visitor(app)
    assert sign_in(again).headers["Location"] == "/"
    assert is_in(again)


def test_a_used_link_lets_nobody_else_in(
    app: Flask, visitor: FlaskClient, hostile: Any, link: str
) -> None:
    as_person(hostile, "second newcomer")
    assert through(visitor, link).headers["Location"] == "/"
    as_person(hostile, "late")
    other = new_visitor(app)
    answer = sign_in(other, f"/sign-in/bent?link={link}")
    assert answer.status_code == 403
    assert h1(answer) == "This link was used already"
    assert not is_in(other)


def test_a_link_is_not_spent_on_somebody_who_has_access(
    app: Flask, visitor: FlaskClient, hostile: Any, link: str
) -> None:
    as_person(hostile, "ana")
    answer = through(visitor, link)
    assert answer.status_code == 403
    assert h1(answer) == "You already have access"
    as_person(hostile, "third newcomer")
    other = new_visitor(app)
    through(other, link)
    assert is_in(other)


@pytest.mark.parametrize("token", ["guessed", "%00", "é", "a b", "..%2f.."])
def test_a_guessed_link_is_nothing(visitor: FlaskClient, token: str) -> None:
    assert visitor.get(f"/join/{token}").status_code in {302, 404}


# The hostile provider again, this time at the portal's own door


def forget(app: Flask) -> None:
    with app.app_context():
        provider: Any = identity_providers()["bent"]
        provider.client.forget()


def test_no_bent_answer_opens_the_portal(
    app: Flask, hostile: HostileProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "READ_SECONDS", 0.5)
    monkeypatch.setattr(transport, "WHOLE_SECONDS", 0.5)
    bent = [attack for attack in ATTACKS if attack.bend != Bend()]
    signed_in, broken = [], []
    for attack in bent:
        forget(app)
        hostile.bend = attack.bend
        visitor = new_visitor(app)
        answer = sign_in(visitor)
        if answer.status_code != 400:
            broken.append((attack.name, answer.status_code))
        hostile.bend = Bend()
        if is_in(visitor):
            signed_in.append(attack.name)
    record(
        2,
        "hostile identity provider at the portal",
        "at least 20 attacks, 0 signed in, 0 answers of 5xx",
        f"{len(bent)} attacks, {len(signed_in)} signed in, {len(broken)} other answers than 400",
        ok=len(bent) >= 20 and not signed_in and not broken,
    )
    assert not signed_in
    assert not broken


def test_whoever_is_invited_in_french_goes_on_in_french(
    visitor: FlaskClient, hostile: Any, link: str
) -> None:
    visitor.environ_base["HTTP_ACCEPT_LANGUAGE"] = "fr-CA,en;q=0.5"
    assert h1(visitor.get(f"/join/{link}")) == "Harbour vous invite"
    as_person(hostile, "francine")
    assert through(visitor, link).headers["Location"] == "/"
    visitor.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert "Votre compte" in visitor.get("/account").text
