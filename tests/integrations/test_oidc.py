"""Does the OpenID Connect client let in exactly whom an honest provider names?"""

from __future__ import annotations

import hmac
import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask, Response, session
from flask.testing import FlaskClient
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey

from portal.core.identity import SignInRefused, identity_providers
from portal.integrations.oidc import init_identity_providers, transport
from tests.figures import record
from tests.integrations.hostile_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    Bend,
    HostileProvider,
    Json,
    Raw,
)


@pytest.fixture(scope="module")
def hostile() -> Iterator[HostileProvider]:
    server = HostileProvider()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def app(hostile: HostileProvider) -> Iterator[Flask]:
    hostile.bend = Bend()
    yield small_app(hostile.issuer)
    hostile.bend = Bend()


def small_app(issuer: str) -> Flask:
    """Return the least application that signs people in: every answer is a page, never a 5xx."""
    app = Flask(__name__)
    app.config |= {
        "SECRET_KEY": "x" * 40,
        "OIDC_PROVIDERS": [
            {
                "name": "bent",
                "label": "Bent",
                "issuer": issuer,
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
            }
        ],
    }
    init_identity_providers(app)

    @app.get("/start")
    @app.get("/start/<path:onward>")
    def start(onward: str = "") -> Any:
        try:
            return identity_providers()["bent"].start("http://portal.test/return", next=onward)
        except SignInRefused as refusal:
            return refusal.reason, 400

    @app.get("/return")
    def finish() -> Any:
        try:
            identity, particulars = identity_providers()["bent"].finish()
        except SignInRefused as refusal:
            return refusal.reason, 400
        session["who"] = identity.subject
        return {"name": identity.name, "email": identity.email, **particulars}

    @app.get("/leave")
    def leave() -> Any:
        session.clear()
        answer = identity_providers()["bent"].sign_out("http://portal.test/left")
        return answer or ("left here only", 200)

    @app.get("/left")
    def left() -> str:
        return "both" if identity_providers()["bent"].finish_sign_out() else "here"

    return app


def ask_provider(answer: Response) -> str:
    """Follow the browser's redirect to the provider; return the path and query it comes back to."""
    back = requests.get(answer.headers["Location"], allow_redirects=False, timeout=20)
    parts = urlsplit(back.headers["Location"])
    return f"{parts.path}?{parts.query}"


def sign_in(client: FlaskClient) -> Response:
    started = client.get("/start")
    if started.status_code != 302:
        return started
    return client.get(ask_provider(started))


def who(client: FlaskClient) -> str | None:
    with client.session_transaction() as kept:
        name: str | None = kept.get("who")
        return name


def state_entries(client: FlaskClient) -> list[str]:
    with client.session_transaction() as kept:
        return [name for name in kept if name.startswith("_state_")]


def query_of(location: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


# What an honest provider gets and gives


def test_an_honest_provider_signs_in(app: Flask, hostile: HostileProvider) -> None:
    client = app.test_client()
    started = client.get("/start/deals")
    asked = query_of(started.headers["Location"])
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 20
    assert len(asked["nonce"]) >= 20
    assert "deals" not in started.headers["Location"]
    answer = client.get(ask_provider(started))
    assert answer.json == {
        "name": "Person One",
        "email": "one@customer.example",
        "next": "deals",
    }
    assert who(client) == "person-1"


def test_a_token_for_several_audiences_counts_when_made_for_us(
    app: Flask, hostile: HostileProvider
) -> None:
    hostile.bend = stating(aud=[CLIENT_ID, "another"], azp=CLIENT_ID)
    client = app.test_client()
    sign_in(client)
    assert who(client) == "person-1"


def test_oddly_shaped_particulars_are_left_out(app: Flask, hostile: HostileProvider) -> None:
    hostile.bend = stating(
        name="Ana\r\n\tDuarte", email="no address", email_verified="true", amr=[7, "pwd"], sid=7
    )
    told = sign_in(app.test_client()).json
    assert (told["name"], told["email"]) == ("Ana Duarte", None)


def test_nothing_of_the_tokens_is_kept(app: Flask) -> None:
    client = app.test_client()
    sign_in(client)
    with client.session_transaction() as kept:
        assert set(kept) == {"who"}


def test_sign_out_leads_through_the_provider_and_back(app: Flask, hostile: HostileProvider) -> None:
    client = app.test_client()
    sign_in(client)
    answer = client.get("/leave")
    asked = query_of(answer.headers["Location"])
    assert answer.headers["Location"].startswith(f"{hostile.issuer}/end-session?")
    assert asked["post_logout_redirect_uri"] == "http://portal.test/left"
    assert asked["client_id"] == CLIENT_ID
    assert "id_token_hint" not in asked
    assert client.get("/left?state=guessed").text == "here"
    assert client.get(f"/left?state={asked['state']}").text == "both"
    assert client.get(f"/left?state={asked['state']}").text == "here"


def test_sign_out_without_a_page_for_it_ends_here(app: Flask, hostile: HostileProvider) -> None:
    hostile.bend = Bend(discovery=lambda d: without(d, "end_session_endpoint"))
    assert app.test_client().get("/leave").text == "left here only"
    identity_client(app).forget()
    hostile.bend = Bend(discovery=lambda d: Raw(500))
    assert app.test_client().get("/leave").text == "left here only"


def test_a_changed_key_is_looked_up_once_more(app: Flask, hostile: HostileProvider) -> None:
    sign_in(app.test_client())
    hostile.requests.clear()
    first = hostile.key
    hostile.key, hostile.other_key = hostile.other_key, first
    client = app.test_client()
    sign_in(client)
    assert who(client) == "person-1"
    assert hostile.requests.count("/jwks") == 1
    sign_in(app.test_client())
    assert hostile.requests.count("/jwks") == 1


def test_a_bad_key_set_is_not_believed_for_long(app: Flask, hostile: HostileProvider) -> None:
    hostile.bend = Bend(jwks=lambda _: {"keys": [hostile.other_key.as_dict(private=False)]})
    client = app.test_client()
    assert sign_in(client).status_code == 400
    hostile.bend = Bend()
    sign_in(client)
    assert who(client) == "person-1"


def test_thirty_aborted_sign_ins_then_one_that_works(app: Flask) -> None:
    client = app.test_client()
    longest = 0
    for number in range(30):
        answer = client.get(f"/start/{number}" + secrets.token_hex(490))
        longest = max(longest, len(answer.headers["Set-Cookie"]))
    sign_in(client)
    assert who(client) == "person-1"
    record(
        2,
        "sign-in cookie after 30 aborted attempts",
        "below 4,096 bytes, and the next attempt works",
        f"{longest:,} bytes",
        ok=longest < 4096,
    )
    assert longest < 4096


def test_two_tabs_both_come_back(app: Flask) -> None:
    client = app.test_client()
    first, second = client.get("/start/first"), client.get("/start/second")
    assert client.get(ask_provider(second)).json["next"] == "second"
    assert client.get(ask_provider(first)).json["next"] == "first"


def test_the_issuer_must_be_https_or_this_machine() -> None:
    with pytest.raises(ValueError, match="https"):
        small_app("http://provider.example")


# What a hostile or broken one gets


@dataclass
class Attack:
    """One way to get in, or to make the portal fail; `act` drives the browser its own way."""

    name: str
    bend: Bend = field(default_factory=Bend)
    act: Callable[[Flask, FlaskClient], list[Response]] = lambda _, client: [sign_in(client)]


def without(mapping: Json, name: str) -> Json:
    return {key: value for key, value in mapping.items() if key != name}


def stating(**changes: Any) -> Bend:
    """Return a bend in which the ID token states `changes`; `...` leaves a claim out."""

    def claims(honest: Json) -> Json:
        stated = honest | {
            name: value() if callable(value) else value for name, value in changes.items()
        }
        return {name: value for name, value in stated.items() if value is not ...}

    return Bend(claims=claims)


def naming(subject: Any) -> Bend:
    """Return a bend that names another subject, complete, so that userinfo is not asked."""
    return stating(sub=subject, name="Person One", email="one@customer.example")


def in_seconds(seconds: int) -> Callable[[], int]:
    return lambda: int(time.time()) + seconds


def hs256(secret: bytes) -> Callable[[HostileProvider, Json], str]:
    def sign(provider: HostileProvider, claims: Json) -> str:
        key = OctKey.import_key(secret)
        head = {"alg": "HS256", "kid": provider.key.kid}
        return jwt.encode(head, claims, key, algorithms=["HS256"])

    return sign


def hs256_with_public_key(provider: HostileProvider, claims: Json) -> str:
    # Joined by hand: a decent library refuses to use a public key as a secret.

    head = _b64(b'{"alg":"HS256","kid":"%s"}' % provider.key.kid.encode())
    body = jwt.encode({"alg": "RS256"}, claims, provider.key).split(".")[1]
    public = provider.key.as_pem(private=False)
    mac = hmac.digest(public, f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}.{_b64(mac)}"


def unsigned(provider: HostileProvider, claims: Json) -> str:
    body = provider.signed(claims).split(".")[1]
    return _b64(b'{"alg":"none"}') + f".{body}."


def own_key_in_header(provider: HostileProvider, claims: Json) -> str:
    mine = ECKey.generate_key("P-256")
    head = {"alg": "ES256", "jwk": mine.as_dict(private=False)}
    return jws.serialize_compact(head, json.dumps(claims), mine, registry=LENIENT)


LENIENT = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
ALLOWING_ES256 = {"id_token_signing_alg_values_supported": ["RS256", "ES256"]}


def _b64(data: bytes) -> str:

    return urlsafe_b64encode(data).rstrip(b"=").decode()


def tampered(provider: HostileProvider, claims: Json) -> str:
    head, _body, signature = provider.signed(claims).split(".")
    other = provider.signed(claims | {"sub": "administrator"}).split(".")[1]
    return f"{head}.{other}.{signature}"


def answering(**changes: Any) -> Bend:
    """Return a bend in which the token endpoint's answer has `changes`; `...` leaves one out."""
    return Bend(token=lambda honest: {k: v for k, v in (honest | changes).items() if v is not ...})


def redirected(to: str) -> Callable[[Json], Raw]:
    return lambda _: Raw(307, headers={"Location": to})


def redirected_with_body(honest: Json) -> Raw:

    return Raw(302, json.dumps(honest).encode(), {"Location": "/elsewhere/token"})


def coming_back(change: Callable[[Json], Json]) -> Bend:
    return Bend(response=change)


# Browser plays


def without_starting(app: Flask, client: FlaskClient) -> list[Response]:
    return [client.get("/return?code=c&state=s&iss=i"), client.get("/return")]


def state_of_another_browser(app: Flask, client: FlaskClient) -> list[Response]:
    other = app.test_client()
    back = ask_provider(other.get("/start"))
    client.get("/start")
    return [client.get(back)]


def state_twice(app: Flask, client: FlaskClient) -> list[Response]:
    back = ask_provider(client.get("/start"))
    assert client.get(back).status_code == 200
    with client.session_transaction() as kept:
        kept.pop("who")
    return [client.get(back)]


def stolen_code(app: Flask, client: FlaskClient) -> list[Response]:
    """The victim's code with the attacker's own state; the provider takes a code twice."""
    victim = app.test_client()
    code = query_of(ask_provider(victim.get("/start")))["code"]
    mine = query_of(ask_provider(client.get("/start")))
    return [client.get(f"/return?code={code}&state={mine['state']}&iss={mine['iss']}")]


def turned_back(app: Flask, client: FlaskClient) -> list[Response]:
    answers = []
    for error in ("access_denied", "server_error", "x" * 5000, "<script>"):
        mine = query_of(ask_provider(client.get("/start")))
        asked = {"error": error, "state": mine["state"], "iss": mine["iss"]}
        answers.append(client.get("/return", query_string=asked))
    assert [answer.text for answer in answers] == ["denied", "provider", "provider", "provider"]
    return answers


def odd_states(app: Flask, client: FlaskClient) -> list[Response]:
    client.get("/start")
    return [
        client.get("/return", query_string={"code": "c", "state": state})
        for state in ("\x00", "é" * 300, "_user_id", "x" * 6000, "", "'\"<>")
    ]


ATTACKS = (
    Attack("another issuer", stating(iss="https://evil.example")),
    Attack("issuer with a slash more", Bend(claims=lambda c: c | {"iss": c["iss"] + "/"})),
    Attack("issuer missing", stating(iss=...)),
    Attack("audience of another client", stating(aud="another")),
    Attack("audience empty", stating(aud="")),
    Attack("audience an empty list", stating(aud=[])),
    Attack("audience missing", stating(aud=...)),
    Attack("audience holds a number", stating(aud=[CLIENT_ID, 7], azp=CLIENT_ID)),
    Attack("audience an object", stating(aud={CLIENT_ID: 1})),
    Attack("two audiences, no authorized party", stating(aud=[CLIENT_ID, "another"])),
    Attack("authorized party another", stating(azp="another")),
    Attack("two audiences, another party", stating(aud=[CLIENT_ID, "b"], azp="b")),
    Attack("authorized party empty", stating(azp="")),
    Attack("expired", stating(exp=in_seconds(-3600))),
    Attack("expiry missing", stating(exp=...)),
    Attack("expiry a text", stating(exp="tomorrow")),
    Attack("expiry endless", stating(exp=1e400)),
    Attack("issued in the future", stating(iat=in_seconds(3600))),
    Attack("issued long ago", stating(iat=in_seconds(-86400))),
    Attack("issue time missing", stating(iat=...)),
    Attack("issue time a boolean", stating(iat=True)),
    Attack("not yet valid", stating(nbf=in_seconds(3600))),
    Attack("signed in tomorrow", stating(auth_time=in_seconds(86400))),
    Attack("nonce of another attempt", stating(nonce="another")),
    Attack("nonce missing", stating(nonce=...)),
    Attack("nonce a list", stating(nonce=["a"])),
    Attack("subject missing", naming(...)),
    Attack("subject empty", naming("")),
    Attack("subject a number", naming(1)),
    Attack("subject a list", naming(["person-1"])),
    Attack("subject too long", naming("x" * 256)),
    Attack("subject with a line break", naming("person-1\nadmin")),
    Attack("subject with blanks around", naming(" person-1")),
    Attack("access token of another", stating(at_hash="AAAAAAAAAAAAAAAAAAAAAA")),
    Attack("not signed (alg none)", Bend(sign=unsigned)),
    Attack("HS256 with the public key", Bend(sign=hs256_with_public_key)),
    Attack("HS256 with the client secret", Bend(sign=hs256(CLIENT_SECRET.encode()))),
    Attack("signed by another key", Bend(sign=lambda p, c: p.signed(c, p.other_key))),
    Attack("unknown key id", Bend(sign=lambda p, c: p.signed(c, p.other_key, kid="no-such"))),
    Attack(
        "key brought along",
        Bend(sign=own_key_in_header, discovery=lambda d: d | ALLOWING_ES256),
    ),
    Attack("body exchanged", Bend(sign=tampered)),
    Attack("signature cut off", Bend(sign=lambda p, c: p.signed(c).rpartition(".")[0] + ".")),
    Attack("ID token garbage", answering(id_token="a.b.c")),
    Attack("ID token a number", answering(id_token=7)),
    Attack("ID token missing", answering(id_token=...)),
    Attack("access token missing", answering(access_token=...)),
    Attack("token of another type", answering(token_type="mac")),
    Attack("expires_in nonsense", answering(id_token=..., expires_in="soon")),
    Attack("token error", Bend(token=lambda _: Raw(400, b'{"error":"invalid_grant"}'))),
    Attack("token error with 200", answering(error="invalid_grant")),
    Attack("token endpoint 500", Bend(token=lambda _: Raw(500, b"oops"))),
    Attack("token endpoint garbage", Bend(token=lambda _: Raw(200, b"<html>\xff\x00"))),
    Attack("token endpoint a list", Bend(token=lambda _: [1])),
    Attack("token endpoint empty", Bend(token=lambda _: Raw(200))),
    Attack("token endpoint redirects", Bend(token=redirected("/elsewhere/token"))),
    Attack("token endpoint redirects with tokens", Bend(token=redirected_with_body)),
    Attack("token endpoint silent", Bend(token=lambda _: Raw(200, b"{}", delay=1.5))),
    Attack("token endpoint trickles", Bend(token=lambda _: Raw(200, b" " * 100, trickle=0.1))),
    Attack("token endpoint hangs up", Bend(token=lambda _: Raw(200, b"{", cut=True))),
    Attack("token answer huge", Bend(token=lambda _: Raw(200, b" " * 2_000_000))),
    Attack("keys garbage", Bend(jwks=lambda _: Raw(200, b"no keys"))),
    Attack("keys empty", Bend(jwks=lambda _: {"keys": []})),
    Attack("keys not a set", Bend(jwks=lambda _: ["keys"])),
    Attack("keys of a shared secret", Bend(jwks=lambda _: {"keys": [{"kty": "oct", "k": "eA"}]})),
    Attack("keys 500", Bend(jwks=lambda _: Raw(500))),
    Attack("keys redirect", Bend(jwks=redirected("/elsewhere/jwks"))),
    Attack("keys silent", Bend(jwks=lambda _: Raw(200, b"{}", delay=1.5))),
    Attack("discovery of another issuer", Bend(discovery=lambda d: d | {"issuer": "https://e.x"})),
    Attack("discovery without issuer", Bend(discovery=lambda d: without(d, "issuer"))),
    Attack("discovery 500", Bend(discovery=lambda _: Raw(500))),
    Attack("discovery garbage", Bend(discovery=lambda _: Raw(200, b"\xff\xfe"))),
    Attack("discovery a list", Bend(discovery=lambda _: [1])),
    Attack("discovery nested deeply", Bend(discovery=lambda _: Raw(200, b"[" * 100_000))),
    Attack("discovery silent", Bend(discovery=lambda _: Raw(200, b"{}", delay=1.5))),
    Attack(
        "discovery leads to a script",
        Bend(discovery=lambda d: d | {"authorization_endpoint": "javascript:alert(1)"}),
    ),
    Attack(
        "discovery leads to plain http",
        Bend(discovery=lambda d: d | {"token_endpoint": "http://evil.example/token"}),
    ),
    Attack("discovery without keys", Bend(discovery=lambda d: without(d, "jwks_uri"))),
    Attack(
        "discovery offers no signature",
        Bend(discovery=lambda d: d | {"id_token_signing_alg_values_supported": ["none", "HS256"]}),
    ),
    Attack("person of userinfo another", Bend(userinfo=lambda u: u | {"sub": "person-2"})),
    Attack("userinfo garbage", Bend(userinfo=lambda _: Raw(200, b"{{"))),
    Attack("userinfo 500", Bend(userinfo=lambda _: Raw(500))),
    Attack("response of another issuer", coming_back(lambda r: r | {"iss": "https://e.x"})),
    Attack("response without issuer", coming_back(lambda r: without(r, "iss"))),
    Attack("response without state", coming_back(lambda r: without(r, "state"))),
    Attack("response with a guessed state", coming_back(lambda r: r | {"state": "guessed"})),
    Attack("response without code", coming_back(lambda r: without(r, "code"))),
    Attack("response with two codes", coming_back(lambda r: r | {"code": [r["code"], "x"]})),
    Attack("response with two states", coming_back(lambda r: r | {"state": [r["state"], "x"]})),
    Attack("response with code and error", coming_back(lambda r: r | {"error": "x"})),
    Attack("return without a start", act=without_starting),
    Attack("state of another browser", act=state_of_another_browser),
    Attack("state used twice", act=state_twice),
    Attack("code stolen from another browser", act=stolen_code),
    Attack("turned back at the provider", act=turned_back),
    Attack("odd states", act=odd_states),
)


def identity_client(app: Flask) -> Any:
    with app.app_context():
        provider: Any = identity_providers()["bent"]
        return provider.client


def test_no_attack_gets_in_and_none_breaks_the_portal(
    app: Flask, hostile: HostileProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in, broken, left_behind = [], [], []
    for attack in ATTACKS:
        identity_client(app).forget()
        hostile.bend = attack.bend
        client = app.test_client()
        with monkeypatch.context() as hurried:  # an honest provider may take its time
            for limit in ("READ_SECONDS", "CONNECT_SECONDS", "WHOLE_SECONDS"):
                hurried.setattr(transport, limit, 0.5)
            answers = attack.act(app, client)
        if who(client) is not None or any(answer.status_code == 200 for answer in answers):
            signed_in.append(attack.name)
        if any(answer.status_code >= 500 for answer in answers):
            broken.append(attack.name)
        # Whatever the attack was, the next honest attempt in the same browser works.
        hostile.bend = Bend()
        sign_in(client)
        if who(client) != "person-1":
            left_behind.append(attack.name)
    record(
        2,
        "hostile identity provider",
        "at least 20 attacks, 0 signed in, 0 answers of 5xx",
        f"{len(ATTACKS)} attacks, {len(signed_in)} signed in, {len(broken)} answers of 5xx",
        ok=len(ATTACKS) >= 20 and not signed_in and not broken,
    )
    assert not signed_in
    assert not broken
    assert not left_behind


def test_an_attempt_that_failed_leaves_no_state(app: Flask) -> None:
    client = app.test_client()
    back = ask_provider(client.get("/start"))
    client.get(back.replace("iss=", "iss=x"))
    assert state_entries(client) == []
    assert client.get(back).text == "state"
