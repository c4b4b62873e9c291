"""Does a fresh sign-in count only when the same person has really just signed in?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from portal import create_app
from portal.core.database import db
from portal.core.events import Event
from portal.core.identity import identity_providers
from portal.core.times import now
from portal.core.transactions import record_aside
from portal.domain.organisations.models import Organisation, OrganisationStatus, Side
from portal.domain.organisations.operations import add_organisation
from portal.domain.people.models import LoginSession, Membership, Role, User, UserIdentity
from portal.domain.people.operations import add_membership, bind_identity
from tests.blueprints.sign_in.test_sign_in import PORTAL, Visitor, come_back
from tests.browser import fields_of
from tests.core.test_redirects import HOSTILE
from tests.figures import record
from tests.integrations.hostile_provider import CLIENT_ID, CLIENT_SECRET, Bend, HostileProvider
from tests.integrations.test_oidc import (
    answering,
    coming_back,
    hostile,
    in_seconds,
    query_of,
    stating,
    unsigned,
)

__all__ = ["hostile"]  # the fixture
GOLD = "https://refeds.example/gold"


@pytest.fixture(scope="module")
def other() -> Iterator[HostileProvider]:
    """A second provider, through which nobody has signed in."""
    server = HostileProvider()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def app(
    hostile: HostileProvider, other: HostileProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    secrets = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    entries = [
        {"name": "bent", "label": "Bent", "issuer": hostile.issuer, "two_factor_acr": GOLD},
        {"name": "other", "label": "Other", "issuer": other.issuer},
    ]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SECRET_KEY", "k" * 40)
        environment.setenv("QUAYSIDE_DEMO", "1")
        environment.setenv("VAR_DIR", str(tmp_path_factory.mktemp("var")))
        environment.delenv("DATABASE_URL", raising=False)
        app = create_app(
            {
                "PORTAL_URL": PORTAL,
                "OIDC_PROVIDERS": [{**entry, **secrets} for entry in entries],
                "RATELIMIT_ENABLED": False,
            }
        )
    with app.app_context():
        db.create_all()
        with record_aside("a world for this test") as session:
            place = add_organisation(session, "Northwind Resale", Side.PARTNER, types=["reseller"])
            for short, role in (
                ("nadia", Role.PARTNER_ADMINISTRATOR),
                ("ana", Role.PARTNER_SELLER),
                ("noah", Role.PARTNER_ADMINISTRATOR),
            ):
                email = f"{short}@northwind.example"
                person = add_membership(
                    session, place, name=short.title(), email=email, role=role, reach="organisation"
                )
                person.joined_at = now()
                bind_identity(session, person, hostile.issuer, short)
    yield app
    with app.app_context():
        db.engine.dispose()


def saying(subject: str = "nadia", **claims: Any) -> Bend:
    """Return a provider's answer about somebody, complete, so that userinfo is not asked."""
    email = f"{subject}@northwind.example"
    return stating(**{"sub": subject, "name": subject, "email": email, "sid": "s-1", **claims})


def about(bend: Bend) -> Bend:
    """Return ``bend`` with claims that are Nadia's, so that it is refused for nothing else."""
    return replace(bend, claims=saying().claims)


@pytest.fixture(autouse=True)
def honest(app: Flask, hostile: HostileProvider, other: HostileProvider) -> Iterator[None]:
    hostile.bend, other.bend = saying(), saying()
    yield
    heal(app)


def heal(app: Flask) -> None:
    """Open again what an attack has closed."""
    with app.app_context(), record_aside("a world for this test") as session:
        session.execute(update(Membership).values(is_active=True))
        session.execute(
            update(Organisation).values(status=OrganisationStatus.ACTIVE, needs_two_factors=False)
        )
        for provider in identity_providers().values():
            provider.client.forget()  # type: ignore[attr-defined]


class Nadia:
    """An administrator who signed in an hour ago, and what she sees and does."""

    def __init__(self, app: Flask, hostile: HostileProvider) -> None:
        self.app, self.hostile = app, hostile
        self.client: FlaskClient = Visitor(app, app.response_class)
        hostile.bend = saying(auth_time=in_seconds(-3600))
        assert self.client.get(come_back(self.client.get("/sign-in/bent"))).status_code == 302
        hostile.bend = saying()

    def sends(self, **headers: str) -> TestResponse:
        """Send the form that closes Ana's access; it is taken only after a fresh sign-in."""
        path = f"/people/{reference(self.app, 'ana')}/access"
        form = BeautifulSoup(self.client.get(path).text, "html.parser").select_one("form#change")
        assert form is not None, "the form is there for whoever is signed in"
        typed = dict(fields_of(form)) | {"role": "partner_manager", "reach": "own"}
        return self.client.post(path, data=typed, headers=headers)

    def starts(self, query: str = "") -> TestResponse:
        """Follow the way that the page of a fresh sign-in offers."""
        return self.client.get("/sign-in/bent?again=1&next=/people" + query)

    @property
    def is_asked(self) -> bool:
        """Tell whether the portal still asks for a fresh sign-in, of somebody signed in."""
        led = self.sends()
        return led.status_code == 303 and led.headers["Location"].startswith("/sign-in-again?")

    @property
    def is_in(self) -> bool:
        """Tell whether somebody is signed in."""
        return self.client.get("/people").status_code == 200

    @property
    def token(self) -> str:
        """Return what the cookie names."""
        with self.client.session_transaction(base_url=PORTAL) as kept:
            return str(kept.get("_user_id", ""))


def reference(app: Flask, short: str) -> str:
    with app.app_context(), record_aside("a look") as session:
        found = session.scalar(
            select(Membership.reference).join(User).where(User.email.startswith(f"{short}@"))
        )
        return str(found)


def steps(app: Flask) -> int:
    with app.app_context(), record_aside("a look") as session:
        return len(session.scalars(select(Event).where(Event.tag == "session:step_up")).all())


def test_whoever_signed_in_a_while_ago_is_asked_again_and_then_goes_on(
    app: Flask, hostile: HostileProvider
) -> None:
    nadia = Nadia(app, hostile)
    before, count = nadia.token, steps(app)
    led = nadia.sends()
    assert led.status_code == 303
    page = nadia.client.get(led.headers["Location"])
    soup = BeautifulSoup(page.text, "html.parser")
    assert soup.h1 is not None
    assert soup.h1.text == "Sign in again"
    assert "needs a fresh sign-in" in page.text
    assert "What you typed is kept" in page.text
    link = soup.select_one('main a[href*="/sign-in/bent"]')
    assert link is not None
    started = nadia.client.get(str(link["href"]))
    asked = query_of(started.headers["Location"])
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 20
    assert len(asked["nonce"]) >= 20
    hostile.bend = saying(amr=["pwd", "otp"], acr="silver", sid="s-2")
    back = nadia.client.get(come_back(started))
    # Back at the form, with what was typed into it; the sign-in has another token.
    assert back.headers["Location"] == f"/people/{reference(app, 'ana')}/access"
    form = nadia.client.get(back.headers["Location"])
    assert "It is not sent yet" in form.text
    role = BeautifulSoup(form.text, "html.parser").select_one("[name=role] option[selected]")
    assert role is not None
    assert role["value"] == "partner_manager"
    assert nadia.token != before
    assert steps(app) == count + 1
    thief = Visitor(app, app.response_class)
    with thief.session_transaction(base_url=PORTAL) as kept:
        kept["_user_id"] = before
    assert thief.get("/people").status_code == 302
    with app.app_context(), record_aside("a look") as session:
        newest = select(LoginSession).order_by(LoginSession.id.desc()).limit(1)
        device = session.scalars(newest).one()
        assert device.authenticated_at is not None
        assert (now() - device.authenticated_at).total_seconds() < 60
        assert (device.acr, device.amr, device.provider_sid) == ("silver", "pwd otp", "s-2")
        assert device.has_two_factors
    done = nadia.sends()
    assert done.status_code == 303
    assert "changed" in done.headers["Location"]


def test_htmx_is_led_by_a_heading(app: Flask, hostile: HostileProvider) -> None:
    led = Nadia(app, hostile).sends(**{"HX-Request": "true"})
    assert led.status_code == 401
    assert led.headers["HX-Redirect"].startswith("/sign-in-again?for=person%3Aadminister&next=")


def test_a_button_leads_back_to_the_page_on_which_it_was_pressed(
    app: Flask, hostile: HostileProvider
) -> None:
    nadia, ana = Nadia(app, hostile), reference(app, "ana")
    page = BeautifulSoup(nadia.client.get(f"/people/{ana}").text, "html.parser")
    form = page.select_one('form[action$="/invitation"]')
    assert form is not None
    typed = dict(fields_of(form))
    path = f"/people/{ana}/invitation"
    for headers, way in (
        ({"Referer": f"{PORTAL}/people/{ana}?done=changed"}, f"/people/{ana}?done=changed"),
        ({"Referer": "https://evil.example/people"}, f"/people/{ana}"),
        ({"Referer": f"{PORTAL}@evil.example/people"}, f"/people/{ana}"),
        ({"Referer": f"{PORTAL}//evil.example/people"}, f"/people/{ana}"),
        ({"Referer": "http://[::1"}, f"/people/{ana}"),
        ({"HX-Current-URL": f"{PORTAL}/people#top"}, "/people"),
        ({}, f"/people/{ana}"),
    ):
        led = nadia.client.post(path, data=typed, headers=headers)
        assert query_of(led.headers["Location"])["next"] == way


def test_an_organisation_that_wants_two_factors_wants_them_again(
    app: Flask, hostile: HostileProvider
) -> None:
    nadia = Nadia(app, hostile)
    with app.app_context(), record_aside("a world for this test") as session:
        session.execute(update(Organisation).values(needs_two_factors=True))
    started = nadia.starts()
    assert query_of(started.headers["Location"])["acr_values"] == GOLD
    hostile.bend = saying(acr=GOLD)
    assert nadia.client.get(come_back(started)).headers["Location"] == "/people"
    assert not nadia.is_asked


def test_a_provider_that_is_gone_from_the_settings_is_not_offered(
    app: Flask, hostile: HostileProvider
) -> None:
    nadia = Nadia(app, hostile)
    with app.app_context(), record_aside("a world for this test") as session:
        session.execute(update(LoginSession).values(provider="gone"))
    page = nadia.client.get("/sign-in-again?next=/people")
    assert "no longer set up here" in page.text
    assert "/sign-in/bent" not in page.text


@pytest.mark.parametrize(
    ("bend", "heading"),
    [
        (saying("ana"), "That was another account"),
        (saying(auth_time=...), "Bent has not asked you again"),
        (saying(nonce="another"), "Bent did not answer as it should"),
    ],
)
def test_whoever_was_refused_tries_once_more_from_the_same_form(
    app: Flask, hostile: HostileProvider, bend: Bend, heading: str
) -> None:
    nadia = Nadia(app, hostile)
    back = come_back(nadia.starts())
    hostile.bend = bend
    page = BeautifulSoup(nadia.client.get(back).text, "html.parser")
    assert page.h1 is not None
    assert page.h1.text == heading
    ways = [str(link["href"]) for link in page.select("main a[href]")]
    assert ways == ["/sign-in-again?next=/people"]


# What a hostile provider or a hostile browser gets

Act = Callable[["Nadia", HostileProvider], list[TestResponse]]


def steps_up(nadia: Nadia, _other: HostileProvider) -> list[TestResponse]:
    started = nadia.starts()
    return [nadia.client.get(come_back(started))] if started.status_code == 302 else [started]


@dataclass
class Play:
    """One way to be taken for somebody who has just signed in; ``act`` drives the browser."""

    name: str
    bend: Bend = field(default_factory=saying)
    act: Act = steps_up
    stays_in: bool = True


def replayed(nadia: Nadia, _other: HostileProvider) -> list[TestResponse]:
    """The first answer is refused; the same one again, with an honest token, is none."""
    nadia.hostile.bend = saying(auth_time=...)
    back = come_back(nadia.starts())
    first = nadia.client.get(back)
    nadia.hostile.bend = saying()
    return [first, nadia.client.get(back)]


def of_another_browser(nadia: Nadia, _other: HostileProvider) -> list[TestResponse]:
    twin = Nadia(nadia.app, nadia.hostile)
    back = come_back(twin.starts())
    nadia.starts()
    return [nadia.client.get(back)]


def with_another_code(nadia: Nadia, _other: HostileProvider) -> list[TestResponse]:
    code = query_of(come_back(Nadia(nadia.app, nadia.hostile).starts()))["code"]
    mine = query_of(come_back(nadia.starts()))
    query = {"code": code, "state": mine["state"], "iss": mine["iss"]}
    return [nadia.client.get("/sign-in/bent/return", query_string=query)]


def unasked(nadia: Nadia, _other: HostileProvider) -> list[TestResponse]:
    return [nadia.client.get("/sign-in/bent/return?code=c&state=s"),
            nadia.client.get("/sign-in/bent/return")]  # fmt: skip


def by_another_provider(nadia: Nadia, other: HostileProvider) -> list[TestResponse]:
    """The other provider is neither asked nor listened to."""
    led = nadia.client.get("/sign-in/other?again=1&next=/people")
    assert led.headers["Location"].startswith("/sign-in-again")
    query = query_of(come_back(nadia.starts()))
    query["iss"] = other.issuer
    return [led, nadia.client.get("/sign-in/other/return", query_string=query)]


def turned_back(nadia: Nadia, _other: HostileProvider) -> list[TestResponse]:
    answers = []
    for error in ("access_denied", "login_required", "interaction_required", "<script>"):
        mine = query_of(come_back(nadia.starts()))
        query = {"error": error, "state": mine["state"], "iss": mine["iss"]}
        answers.append(nadia.client.get("/sign-in/bent/return", query_string=query))
    return answers


def after_signing_out(nadia: Nadia, _other: HostileProvider) -> list[TestResponse]:
    back = come_back(nadia.starts())
    _sign_out(nadia)
    return [nadia.client.get(back)]


def after_signing_out_with_a_copy(nadia: Nadia, _other: HostileProvider) -> list[TestResponse]:
    """A copy of the cookie holds the state; the sign-in that it names is over."""
    back = come_back(nadia.starts())
    copied = nadia.client.get_cookie("sid", domain="127.0.0.1") or nadia.client.get_cookie("sid")
    assert copied is not None
    _sign_out(nadia)
    nadia.client.set_cookie("sid", copied.value, domain=copied.domain)
    return [nadia.client.get(back)]


def _sign_out(nadia: Nadia) -> None:
    page = BeautifulSoup(nadia.client.get("/account").text, "html.parser")
    token = page.select_one("[name=csrf_token]")
    assert token is not None
    nadia.client.post("/sign-out", data={"csrf_token": token["value"]})


def _meanwhile(change: Callable[[Any], Any]) -> Act:
    def act(nadia: Nadia, _other: HostileProvider) -> list[TestResponse]:
        back = come_back(nadia.starts())
        with nadia.app.app_context(), record_aside("a world for this test") as session:
            session.execute(change(session))
        return [nadia.client.get(back)]

    return act


def _her_own(session: Any) -> Any:
    return select(UserIdentity.user_id).where(UserIdentity.subject == "nadia")


PLAYS = (
    Play("no auth_time", saying(auth_time=...)),
    Play("auth_time of an hour ago", saying(auth_time=in_seconds(-3600))),
    Play("auth_time of just before it was asked", saying(auth_time=in_seconds(-90))),
    Play("auth_time to come", saying(auth_time=in_seconds(3600))),
    Play("auth_time a text", saying(auth_time="now")),
    Play("auth_time a boolean", saying(auth_time=True)),
    Play("auth_time negative", saying(auth_time=-1)),
    Play("auth_time zero", saying(auth_time=0)),
    Play("auth_time endless", saying(auth_time=1e400)),
    Play("auth_time a list", saying(auth_time=[int(time.time())])),
    Play("auth_time nothing", saying(auth_time=None)),
    Play("a colleague", saying("ana")),
    Play("another administrator", saying("noah")),
    Play("a stranger", saying("stranger")),
    Play("the subject in capitals", saying("NADIA", email="nadia@northwind.example")),
    Play("another issuer", saying(iss="https://evil.example")),
    Play("an issuer with a slash more", saying(iss=lambda: "http://127.0.0.1/")),
    Play("the answer of another provider", act=by_another_provider),
    Play("iss of the answer another", about(coming_back(lambda r: r | {"iss": "https://e.x"}))),
    Play("audience of another client", saying(aud="another")),
    Play("nonce of another attempt", saying(nonce="another")),
    Play("not signed", about(Bend(sign=unsigned))),
    Play("signed by another key", about(Bend(sign=lambda p, c: p.signed(c, p.other_key)))),
    Play("no ID token", about(answering(id_token=...))),
    Play("issued a day ago", saying(iat=in_seconds(-86400))),
    Play("expired", saying(exp=in_seconds(-3600))),
    Play("an answer sent twice", act=replayed),
    Play("the state of another browser", act=of_another_browser),
    Play("the code of another browser", act=with_another_code),
    Play("an answer to nothing", act=unasked),
    Play("turned back at the provider", act=turned_back),
    Play("after signing out", act=after_signing_out, stays_in=False),
    Play("after signing out, with a copy", act=after_signing_out_with_a_copy, stays_in=False),
    Play("after being deactivated", stays_in=False, act=_meanwhile(
        lambda s: update(Membership).where(Membership.user_id.in_(_her_own(s)))
        .values(is_active=False))),
    Play("after the organisation was suspended", stays_in=False, act=_meanwhile(
        lambda s: update(Organisation).values(status=OrganisationStatus.SUSPENDED))),
    Play("after the device was ended", stays_in=False, act=_meanwhile(
        lambda s: update(LoginSession).values(ended_at=now()))),
    Play("one factor where two are wanted", saying(amr=["pwd"]), act=_meanwhile(
        lambda s: update(Organisation).values(needs_two_factors=True))),
    Play("no acr where one is wanted", saying(acr=...), act=_meanwhile(
        lambda s: update(Organisation).values(needs_two_factors=True))),
    Play("a lower acr", saying(acr="bronze"), act=_meanwhile(
        lambda s: update(Organisation).values(needs_two_factors=True))),
)  # fmt: skip


@pytest.mark.long
def test_no_bent_answer_counts_as_a_fresh_sign_in(
    app: Flask, hostile: HostileProvider, other: HostileProvider
) -> None:
    """Neither let in, nor switched to anybody else, nor broken; the honest way works after it."""
    taken, broken, switched, shut = [], [], [], []
    for play in PLAYS:
        nadia = Nadia(app, hostile)
        hostile.bend = play.bend
        before, count = nadia.token, steps(app)
        answers = play.act(nadia, other)
        hostile.bend = saying()
        if any(answer.status_code >= 500 for answer in answers):
            broken.append(play.name)
        if nadia.token not in ({before} if play.stays_in else {before, ""}):
            switched.append(play.name)
        if nadia.is_in is not play.stays_in:
            switched.append(f"{play.name}: in")
        heal(app)
        if steps(app) != count or (play.stays_in and not nadia.is_asked):
            taken.append(play.name)
        if play.stays_in:
            back = nadia.client.get(come_back(nadia.starts()))
            if back.headers.get("Location") != "/people" or nadia.is_asked:
                shut.append(play.name)
    is_good = len(PLAYS) >= 20 and not taken and not switched and not broken
    record(
        3,
        "hostile identity provider, fresh sign-in",
        "attacks tried >= 20, 0 in, 0 of 5xx",
        f"{len(PLAYS)} attacks tried, {len(taken) + len(switched)} in, {len(broken)} of 5xx",
        is_good,
    )
    assert not taken
    assert not switched
    assert not broken
    assert not shut, "after the attack the honest way does not work"


def test_nobody_is_led_off_the_portal(app: Flask, hostile: HostileProvider) -> None:
    nadia = Nadia(app, hostile)
    payloads = [one for one in HOSTILE if isinstance(one, str)]
    left = []
    for payload in payloads:
        page = BeautifulSoup(
            nadia.client.get("/sign-in-again", query_string={"next": payload}).text, "html.parser"
        )
        ways = [str(link["href"]) for link in page.select("main a[href]")]
        query = {"again": 1, "next": payload}
        started = nadia.client.get("/sign-in/bent", query_string=query)
        ways += [nadia.client.get(come_back(started)).headers["Location"]]
        if any(not way.startswith("/") or way.startswith("//") or "evil" in way for way in ways):
            left.append(payload)
    stale = Nadia(app, hostile)
    for payload in (one for one in payloads if one.isprintable() and one.isascii()):
        for headers in ({"Referer": payload}, {"HX-Current-URL": payload}):
            led = query_of(stale.sends(**headers).headers["Location"])["next"]
            if led != f"/people/{reference(app, 'ana')}/access":
                left.append(payload)
    record(
        3,
        "redirect payloads, fresh sign-in",
        ">= 40, none leaves the site",
        f"{len(payloads)} payloads, {len(left)} leave the site",
        len(payloads) >= 40 and not left,
    )
    assert len(payloads) >= 40
    assert not left
