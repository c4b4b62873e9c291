"""Does a provider's word that somebody has left end their sign-ins here, and nobody else's word?"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from bs4 import BeautifulSoup
from flask import Flask
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import select
from werkzeug.serving import make_server as serve
from werkzeug.test import TestResponse

from portal import create_app
from portal.core.database import db
from portal.core.events import Event
from portal.core.net import system_mode
from portal.core.times import at, now
from portal.core.transactions import record_aside
from portal.demo_personas import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET
from portal.domain.organisations.models import Side
from portal.domain.organisations.operations import add_organisation
from portal.domain.people.models import LoginSession, LogoutToken, Role
from portal.domain.people.operations import add_membership, bind_identity
from portal.domain.people.sessions import forget_logout_tokens
from portal.integrations.demo_provider.server import make_server
from portal.integrations.oidc.logout import EVENT
from tests.blueprints.sign_in.test_sign_in import PORTAL, app, honest, new_visitor, sign_in
from tests.figures import record
from tests.integrations.hostile_provider import CLIENT_ID, Bend, HostileProvider
from tests.integrations.test_oidc import _b64, hostile, hs256_with_public_key, unsigned

__all__ = ["app", "honest", "hostile"]  # the fixtures

ADDRESS = "/sign-in/bent/back-channel-logout"
Json = dict[str, Any]
SID = "session-1"


@pytest.fixture(autouse=True)
def _nobody_is_in(app: Flask, honest: None) -> Iterator[None]:
    yield
    with app.app_context(), system_mode("test"):
        for row in db.session.scalars(select(LoginSession)):
            row.ended_at = row.ended_at or now()
        db.session.commit()


def stated(provider: HostileProvider, **changes: Any) -> Json:
    """Return the claims of an honest logout token, ``changes`` replacing some; None leaves out."""
    moment = int(time.time())
    claims = {
        "iss": provider.issuer,
        "aud": CLIENT_ID,
        "iat": moment,
        "exp": moment + 120,
        "jti": secrets.token_urlsafe(12),
        "sub": "ana",
        "sid": SID,
        "events": {EVENT: {}},
    } | changes
    return {name: value for name, value in claims.items() if value is not None}


def token(provider: HostileProvider, typ: Any = "logout+jwt", **changes: Any) -> str:
    """Return a logout token signed by the provider."""
    return provider.signed(stated(provider, **changes), typ=typ)


def tell(app: Flask, *tokens: str, path: str = ADDRESS, **more: Any) -> TestResponse:
    """Post logout tokens as a provider's server does: without cookies."""
    data = more.pop("data", {"logout_token": list(tokens)})
    return new_visitor(app).post(path, data=data, **more)


def come_in(app: Flask, provider: HostileProvider, sub: str = "ana", sid: str | None = SID) -> Any:
    """Sign somebody in at the portal through the provider; return their browser."""
    more = {} if sid is None else {"sid": sid}
    provider.bend = Bend(claims=lambda claims: claims | {"sub": sub} | more,
                         userinfo=lambda about: about | {"sub": sub})  # fmt: skip
    browser = new_visitor(app)
    assert sign_in(browser).status_code == 302
    assert is_in(browser)
    return browser


def is_in(browser: Any) -> bool:
    """Tell whether home answers, and not the sign-in page."""
    return bool(browser.get("/").status_code == 200)


def reasons(app: Flask) -> list[str]:
    """Return why sign-ins were ended, the latest last."""
    with app.app_context(), system_mode("test"):
        events = db.session.scalars(
            select(Event).filter_by(tag="session:revoke").order_by(Event.id)
        )
        return [event.particulars["why"] for event in events]


def test_the_named_session_ends_and_no_other(app: Flask, hostile: HostileProvider) -> None:
    phone, desk = come_in(app, hostile), come_in(app, hostile, sid="session-2")
    before = len(reasons(app))
    answer = tell(app, token(hostile))
    assert (answer.status_code, answer.text) == (200, "")
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    assert (is_in(phone), is_in(desk)) == (False, True)
    assert reasons(app)[before:] == ["provider"]


def test_without_a_sid_every_session_of_the_person_ends(
    app: Flask, hostile: HostileProvider
) -> None:
    browsers = [come_in(app, hostile, sid=sid) for sid in (SID, "session-2", None)]
    assert tell(app, token(hostile, sid=None)).status_code == 200
    assert [is_in(one) for one in browsers] == [False, False, False]


def test_with_a_sid_alone_the_session_is_found(app: Flask, hostile: HostileProvider) -> None:
    browser = come_in(app, hostile)
    assert tell(app, token(hostile, sub=None)).status_code == 200
    assert not is_in(browser)


def test_nobody_elses_session_ends(app: Flask, hostile: HostileProvider) -> None:
    browser = come_in(app, hostile)
    for changes in ({"sub": "dora"}, {"sid": "session-9"}, {"sub": "noah", "sid": None}):
        assert tell(app, token(hostile, **changes)).status_code == 200
        assert is_in(browser), changes


def test_a_token_is_heard_once_and_forgotten_when_it_is_old(
    app: Flask, hostile: HostileProvider
) -> None:
    come_in(app, hostile)
    said = token(hostile)
    assert tell(app, said).status_code == 200
    again = come_in(app, hostile)
    answer = tell(app, said)
    assert (answer.status_code, answer.json["error_description"]) == (400, "jti")
    assert is_in(again)
    with app.app_context(), system_mode("test"):
        forget_logout_tokens(db.session())
        assert db.session.scalars(select(LogoutToken)).all()
        with at(now().replace(year=now().year + 1)):
            forget_logout_tokens(db.session())
        assert not db.session.scalars(select(LogoutToken)).all()
        db.session.rollback()


def other_key(provider: HostileProvider) -> str:
    """Signed by a key that is not the provider's, under the name of one that is."""
    return provider.signed(stated(provider), key=provider.other_key, typ="logout+jwt")


def unknown_key(provider: HostileProvider) -> str:
    """Signed by a key of which the provider says nothing."""
    return provider.signed(stated(provider), key=provider.other_key, kid="nobody")


def shared_secret(provider: HostileProvider) -> str:
    """Signed with the client's secret, as everybody could who knows it."""
    key = OctKey.import_key("a-secret-between-the-two" * 2)
    return jwt.encode({"alg": "HS256"}, stated(provider), key, algorithms=["HS256"])


def key_in_header(provider: HostileProvider) -> str:
    """Brings the key along by which it is to be judged."""
    key = RSAKey.generate_key(2048)
    public = key.as_dict(private=False)
    return jwt.encode({"alg": "RS256", "jwk": public}, stated(provider), key)


def tampered(provider: HostileProvider) -> str:
    """The claims exchanged after signing."""
    head, _, signature = token(provider, sub="noah").split(".")
    return ".".join((head, token(provider).split(".")[1], signature))


def id_token(provider: HostileProvider) -> str:
    """An ID token, which everybody has who signed in."""
    return token(provider, typ="JWT", events=None, nonce="n", auth_time=int(time.time()))


def claiming(**changes: Any) -> Callable[[HostileProvider], str]:
    """Return the maker of a token with such claims; callables are asked for the present."""

    def make(provider: HostileProvider) -> str:
        return token(provider, **{k: v() if callable(v) else v for k, v in changes.items()})

    return make  # fmt: skip


def soon(seconds: int) -> Callable[[], int]:
    """Return a moment that many seconds from the present, asked later."""
    return lambda: int(time.time()) + seconds


MALFORMED: dict[str, Callable[[HostileProvider], str]] = {
    "another key": other_key,
    "an unknown key": unknown_key,
    "no signature": lambda provider: unsigned(provider, stated(provider)),
    "the public key as a secret": lambda p: hs256_with_public_key(p, stated(p)),
    "the client's secret": shared_secret,
    "its own key": key_in_header,
    "claims exchanged": tampered,
    "an ID token": id_token,
    "typ of an access token": claiming(typ="at+jwt"),
    "no issuer": claiming(iss=None),
    "another issuer": claiming(iss="https://evil.example"),
    "no audience": claiming(aud=None),
    "another audience": claiming(aud="somebody-else"),
    "audiences without azp": claiming(aud=[CLIENT_ID, "somebody-else"]),
    "an empty audience": claiming(aud=[]),
    "made long ago": claiming(iat=soon(-3600)),
    "made tomorrow": claiming(iat=soon(86400), exp=soon(86500)),
    "no time": claiming(iat=None),
    "a time in words": claiming(iat="now"),
    "a time that is true": claiming(iat=True),
    "a time beyond all calendars": claiming(exp=10**30),
    "over": claiming(exp=soon(-300)),
    "never over": claiming(exp=None),
    "over next year": claiming(exp=soon(31_536_000)),
    "not yet": claiming(nbf=soon(3600)),
    "no events": claiming(events=None),
    "events as a list": claiming(events=[EVENT]),
    "events as text": claiming(events=EVENT),
    "another event": claiming(events={"http://schemas.openid.net/event/other": {}}),
    "the event is a text": claiming(events={EVENT: "yes"}),
    "the event is nothing": claiming(events={EVENT: []}),
    "a nonce": claiming(nonce="n"),
    "an empty nonce": claiming(nonce=""),
    "no name of its own": claiming(jti=None),
    "an empty name": claiming(jti=""),
    "a name that is a list": claiming(jti=["a"]),
    "of nobody": claiming(sub=None, sid=None),
    "sub is a number": claiming(sub=7),
    "sub is empty": claiming(sub="", sid=None),
    "sub in the plural": claiming(sub=["ana"]),
    "sid is an object": claiming(sid={"a": 1}),
    "sid is too long": claiming(sid="x" * 300),
    "nothing": lambda _provider: "",
    "words": lambda _provider: "not a token",
    "one part": lambda provider: token(provider).split(".")[0],
    "four parts": lambda provider: token(provider) + ".x",
    "no object": lambda _p: f"{_b64(b'{}')}.{_b64(b'[]')}.{_b64(b'x')}",
    "not even text": lambda _p: f"{_b64(bytes(range(200, 256)))}.x.x",
    "beyond ASCII": lambda provider: token(provider) + "é",
    "very long": lambda _provider: "a" * 200_000,
}


def test_no_malformed_token_ends_anything(app: Flask, hostile: HostileProvider) -> None:
    browser = come_in(app, hostile)
    before = len(reasons(app))
    answers = {}
    for name, make in MALFORMED.items():
        answers[name] = tell(app, make(hostile))
    told = {
        "none": tell(app),
        "two": tell(app, token(hostile), token(hostile)),
        "in the query": tell(app, path=f"{ADDRESS}?logout_token={token(hostile)}"),
        "as JSON": tell(app, data=None, json={"logout_token": token(hostile)}),
        "at another provider": tell(app, token(hostile), path="/sign-in/x/back-channel-logout"),
    }
    answers |= told
    wrong = {name: one.status_code for name, one in answers.items() if one.status_code != 400}
    broken = [name for name, one in answers.items() if one.status_code >= 500]
    ended = len(reasons(app)) - before
    refused = len(answers) - len(wrong)
    record(
        3,
        "malformed logout tokens",
        ">= 20 refused, 0 of 5xx",
        f"{refused} of {len(answers)} refused, {len(broken)} of 5xx, {ended} sign-ins ended",
        ok=refused >= 20 and not wrong and not broken and not ended,
    )
    assert not wrong
    assert not ended
    assert is_in(browser)
    for name, answer in answers.items():
        assert answer.json["error"] == "invalid_request", name
        assert "no-store" in answer.headers["Cache-Control"], name
    assert tell(app, token(hostile)).status_code == 200  # and the honest one still counts
    assert not is_in(browser)


def test_strangers_do_not_make_the_portal_ask_the_provider(
    app: Flask, hostile: HostileProvider
) -> None:
    tell(app, token(hostile))
    hostile.requests.clear()
    for _ in range(5):
        assert tell(app, unknown_key(hostile)).status_code == 400
    assert hostile.requests.count("/jwks") <= 1


def test_a_get_ends_nothing(app: Flask, hostile: HostileProvider) -> None:
    browser = come_in(app, hostile)
    answer = new_visitor(app).get(f"{ADDRESS}?logout_token={token(hostile)}", base_url=PORTAL)
    assert answer.status_code in (302, 405)
    assert is_in(browser)


def test_signing_out_at_the_demo_provider_signs_out_here_over_the_wire(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider's own page is opened, not the portal's: only the back channel can tell."""
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setenv("QUAYSIDE_DEMO", "1")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    portals: list[Flask] = []
    web = serve("127.0.0.1", 0, lambda environ, start: portals[0](environ, start), threaded=True)
    provider = make_server(0)
    for server in (web, provider):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{web.server_port}"
    entry = {
        "name": "demo",
        "issuer": provider.issuer,
        "client_id": DEMO_CLIENT_ID,
        "client_secret": DEMO_CLIENT_SECRET,
    }
    portals.append(
        create_app({"PORTAL_URL": url, "OIDC_PROVIDERS": [entry], "RATELIMIT_ENABLED": False})
    )
    with portals[0].app_context():
        db.create_all()
        with record_aside("a world for this test") as session:
            place = add_organisation(session, "Northwind", Side.PARTNER, types=["reseller"])
            role, email = Role.PARTNER_SELLER, "ana@northwind.example"
            ana = add_membership(session, place, name="Ana", email=email, role=role)
            bind_identity(session, ana, provider.issuer, "ana")
    try:
        browser = requests.Session()
        choice = BeautifulSoup(browser.get(f"{url}/sign-in/demo", timeout=60).text, "html.parser")
        assert choice.form is not None
        action = provider.issuer + str(choice.form["action"])
        home = browser.post(action, data={"persona": "ana"}, timeout=60)
        assert home.url == f"{url}/"
        browser.get(f"{provider.issuer}/end-session", timeout=60)
        assert "/sign-in" in browser.get(f"{url}/", timeout=60).url
    finally:
        web.shutdown()
        provider.shutdown()
        with portals[0].app_context():
            db.engine.dispose()
