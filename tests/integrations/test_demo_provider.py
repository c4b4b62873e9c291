"""Does the demo provider behave like a real one, for loopback alone?"""

from __future__ import annotations

import os
import re
import secrets
import socket
import subprocess
import sys
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from bs4 import BeautifulSoup
from joserfc import jwt
from joserfc.jwk import KeySet

from portal.demo_personas import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, GUESTS, PERSONAS
from portal.integrations.demo_provider.server import Provider, make_server

RETURN = "http://127.0.0.1:8000/sign-in/demo/return"
MODULE = "portal.integrations.demo_provider"
Json = dict[str, Any]


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    server = make_server(0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def metadata(provider: Provider) -> Json:
    found: Json = requests.get(
        f"{provider.issuer}/.well-known/openid-configuration", timeout=5
    ).json()
    return found


class Asking:
    """One authorization request of a portal: its secrets and its parameters."""

    def __init__(self, **changes: str | None) -> None:
        self.verifier = secrets.token_urlsafe(48)
        digest = sha256(self.verifier.encode()).digest()
        given: dict[str, str | None] = {
            "response_type": "code",
            "client_id": DEMO_CLIENT_ID,
            "redirect_uri": RETURN,
            "scope": "openid email profile",
            "state": secrets.token_urlsafe(12),
            "nonce": secrets.token_urlsafe(12),
            "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        self.parameters = {k: v for k, v in (given | changes).items() if v is not None}

    def look(self, metadata: Json, **headers: str) -> requests.Response:
        return requests.get(
            metadata["authorization_endpoint"],
            params=self.parameters,
            headers=headers,
            allow_redirects=False,
            timeout=5,
        )

    def choose(self, metadata: Json, persona: str) -> requests.Response:
        """Press the persona's button as the page has it."""
        page = BeautifulSoup(self.look(metadata).text, "html.parser")
        form = page.form
        assert form is not None
        return requests.post(
            metadata["issuer"] + str(form["action"]),
            data={"persona": persona},
            allow_redirects=False,
            timeout=5,
        )

    def exchange(self, metadata: Json, code: str, **changes: str) -> requests.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": RETURN,
            "code_verifier": self.verifier,
        }
        return requests.post(
            metadata["token_endpoint"],
            data=form | changes,
            auth=(DEMO_CLIENT_ID, DEMO_CLIENT_SECRET),
            timeout=5,
        )


def brought_back(answer: requests.Response) -> Mapping[str, str]:
    return {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def test_from_discovery_to_sign_out(metadata: Json) -> None:
    asking = Asking()
    answer = asking.choose(metadata, "ana")
    back = brought_back(answer)
    assert answer.headers["Location"].startswith(RETURN + "?")
    assert back["state"] == asking.parameters["state"]
    assert back["iss"] == metadata["issuer"]

    token = asking.exchange(metadata, back["code"]).json()
    keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=5).json())
    claims = jwt.decode(token["id_token"], keys, algorithms=["ES256"]).claims
    assert claims["iss"] == metadata["issuer"]
    assert claims["sub"] == "ana"
    assert claims["aud"] == DEMO_CLIENT_ID
    assert claims["nonce"] == asking.parameters["nonce"]
    assert claims["amr"] == ["pwd"]
    assert claims["email"] == "ana@northwind.example"
    assert claims["email_verified"] is True
    assert abs(claims["auth_time"] - time.time()) < 5

    told = requests.get(
        metadata["userinfo_endpoint"],
        headers={"Authorization": f"Bearer {token['access_token']}"},
        timeout=5,
    ).json()
    assert told["sub"] == "ana"
    assert told["name"] == claims["name"]

    left = requests.get(
        metadata["end_session_endpoint"],
        params={
            "client_id": DEMO_CLIENT_ID,
            "post_logout_redirect_uri": "http://127.0.0.1:8000/signed-out",
            "state": "s-1",
        },
        allow_redirects=False,
        timeout=5,
    )
    assert left.headers["Location"] == "http://127.0.0.1:8000/signed-out?state=s-1"


def test_whoever_is_known_is_asked_again_all_the_same(metadata: Json) -> None:
    """Whatever the browser remembers: prompt=login and max_age lead to the question, and
    auth_time is the moment of its answer."""
    visit = Asking().choose(metadata, "nadia").headers["Set-Cookie"].partition(";")[0]
    for asked in ({"prompt": "login"}, {"max_age": "0"}, {"prompt": "login", "max_age": "0"}):
        asking = Asking(**asked)
        answer = asking.look(metadata, Cookie=visit)
        assert answer.status_code == 200, "nobody is let through unasked"
        page = BeautifulSoup(answer.text, "html.parser")
        assert page.h1 is not None
        assert page.h1.text == "Say again who you are"
        names = [str(button["value"]) for button in page.select("button[name=persona]")]
        assert names[0] == "nadia", "whoever is known here stands first"
        assert sorted(names) == sorted(one.short for one in (*PERSONAS, *GUESTS))
        began = time.time()
        code = brought_back(asking.choose(metadata, "nadia"))["code"]
        token = asking.exchange(metadata, code).json()["id_token"]
        keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=5).json())
        assert jwt.decode(token, keys, algorithms=["ES256"]).claims["auth_time"] >= int(began)
    strange = BeautifulSoup(Asking(prompt="login").look(metadata).text, "html.parser")
    assert strange.select("button[name=persona]")[0]["value"] == PERSONAS[0].short


def test_nobody_is_let_in_without_being_asked(metadata: Json) -> None:
    answer = Asking(prompt="none").look(metadata)
    assert brought_back(answer)["error"] == "login_required"
    for odd in ("soon", "-1", "1e3", ""):
        assert Asking(max_age=odd).look(metadata).status_code == 400


def test_a_code_is_good_once(metadata: Json) -> None:
    asking = Asking()
    code = brought_back(asking.choose(metadata, "noah"))["code"]
    assert asking.exchange(metadata, code).status_code == 200
    assert asking.exchange(metadata, code).json()["error"] == "invalid_grant"


def test_a_code_needs_its_verifier_and_burns_without(metadata: Json) -> None:
    asking = Asking()
    code = brought_back(asking.choose(metadata, "noah"))["code"]
    wrong = asking.exchange(metadata, code, code_verifier="x" * 64)
    assert wrong.status_code == 400
    assert asking.exchange(metadata, code).status_code == 400


def test_the_client_secret_is_asked_for(metadata: Json) -> None:
    asking = Asking()
    code = brought_back(asking.choose(metadata, "noah"))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": RETURN}
    answer = requests.post(
        metadata["token_endpoint"], data=form, auth=(DEMO_CLIENT_ID, "guessed"), timeout=5
    )
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"nonce": None},
        {"scope": "openid admin"},
        {"prompt": "none"},
    ],
)
def test_what_is_missing_is_told_to_the_portal(metadata: Json, changes: Any) -> None:
    answer = Asking(**changes).look(metadata)
    assert answer.status_code == 302
    back = brought_back(answer)
    assert back["error"]
    assert back["iss"] == metadata["issuer"]


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://evil.example/return",
        "http://evil.example/return",
        "http://localhost.evil.example/return",
        "http://127.0.0.1@evil.example/return",
        "http://127.0.0.1:80000/return",
        "http://127.0.0.1/return#fragment",
        "javascript:alert(1)",
        "//evil.example",
        "http://127.0.0.1:8000; script-src *",
        "",
    ],
)
def test_nobody_is_sent_off_this_machine(metadata: Json, redirect_uri: str) -> None:
    answer = Asking(redirect_uri=redirect_uri).look(metadata)
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    left = requests.get(
        metadata["end_session_endpoint"],
        params={"client_id": DEMO_CLIENT_ID, "post_logout_redirect_uri": redirect_uri},
        allow_redirects=False,
        timeout=5,
    )
    assert left.status_code == 200
    assert "Location" not in left.headers


def test_the_page_has_one_button_a_persona(metadata: Json) -> None:
    answer = Asking().look(metadata)
    page = BeautifulSoup(answer.text, "html.parser")
    assert [h1.text for h1 in page.find_all("h1")] == ["Choose who you are"]
    buttons = page.find_all("button", attrs={"name": "persona"})
    shorts = [persona.short for persona in (*PERSONAS, *GUESTS)]
    assert [button["value"] for button in buttons] == shorts
    assert [legend.text for legend in page.find_all("legend")] == [
        *dict.fromkeys(persona.organisation for persona in PERSONAS),
        "Not in the portal yet",
    ]
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert re.search(r"form-action 'self' http://127\.0\.0\.1:8000$", policy)
    assert not page.find_all("script")
    assert not page.select("[style]")
    assert requests.get(metadata["issuer"] + "/style.css", timeout=5).status_code == 200


def test_the_page_speaks_french_when_asked(metadata: Json) -> None:
    asked = BeautifulSoup(Asking(ui_locales="fr").look(metadata).text, "html.parser")
    by_browser = Asking().look(metadata, **{"Accept-Language": "fr-CA,fr;q=0.9"})
    assert asked.html is not None
    assert asked.html["lang"] == "fr"
    assert "Qui êtes-vous" in by_browser.text


def test_what_is_typed_into_the_address_stays_text(metadata: Json) -> None:
    answer = Asking(state='"><script>alert(1)</script>').look(metadata)
    assert "<script" not in answer.text


@pytest.mark.parametrize("persona", ["nobody", "", "ana\r\n"])
def test_an_unknown_persona_gets_a_page(metadata: Json, persona: str) -> None:
    assert Asking().choose(metadata, persona).status_code == 400


def test_a_wrong_token_opens_nothing(metadata: Json) -> None:
    for headers in ({}, {"Authorization": "Bearer guessed"}, {"Authorization": "Basic x"}):
        answer = requests.get(metadata["userinfo_endpoint"], headers=headers, timeout=5)
        assert answer.status_code == 401


def test_a_foreign_host_name_is_turned_away(metadata: Json) -> None:
    answer = requests.get(metadata["issuer"], headers={"Host": "evil.example"}, timeout=5)
    assert answer.status_code == 421


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /authorize?%ff=%fe HTTP/1.1\r\nHost: {host}\r\n\r\n",
        b"POST /token HTTP/1.1\r\nHost: {host}\r\nContent-Length: x\r\n\r\n",
        b"POST /token HTTP/1.1\r\nHost: {host}\r\nContent-Length: 99999999\r\n\r\n",
        b"POST /token HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n",
        b"GET //evil.example/ HTTP/1.1\r\nHost: {host}\r\n\r\n",
        b"GET http://[::1/ HTTP/1.1\r\nHost: {host}\r\n\r\n",
        b"GET /end-session?id_token_hint=a.b.c HTTP/1.1\r\nHost: {host}\r\n\r\n",
    ],
)
def test_bad_requests_are_answered_without_a_5xx(provider: Provider, sent: bytes) -> None:
    host = f"localhost:{provider.server_port}".encode()
    with socket.create_connection(("127.0.0.1", provider.server_port), timeout=5) as wire:
        wire.sendall(sent.replace(b"{host}", host))
        status = int(wire.recv(200).split(b" ")[1])
    assert 400 <= status < 500


def test_many_at_once_are_served(metadata: Json) -> None:
    """An open connection that says nothing must not keep others waiting."""
    port = urlsplit(metadata["issuer"]).port
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
    try:
        started = time.monotonic()
        assert Asking().choose(metadata, "ana").status_code == 302
        assert time.monotonic() - started < 2
    finally:
        for wire in idle:
            wire.close()


# The process


def start(*arguments: str, demo: str = "1") -> subprocess.Popen[str]:
    environment = {**os.environ, "QUAYSIDE_DEMO": demo}
    return subprocess.Popen(
        [sys.executable, "-m", MODULE, *arguments],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_the_process_starts_fast_and_stops_when_told() -> None:
    port = free_port()
    process = start("--port", str(port))
    try:
        deadline = time.monotonic() + 10
        while True:
            try:
                found = requests.get(
                    f"http://localhost:{port}/.well-known/openid-configuration", timeout=1
                )
                break
            except requests.ConnectionError:
                assert time.monotonic() < deadline
                time.sleep(0.02)
        assert found.json()["issuer"] == f"http://localhost:{port}"
    finally:
        process.terminate()
        assert process.wait(5) == 0


@pytest.mark.parametrize(
    ("arguments", "demo", "word"),
    [
        (("--port", "18999"), "", "QUAYSIDE_DEMO=1"),
        (("--port", "18999"), "0", "QUAYSIDE_DEMO=1"),
        (("--port", "18999", "--host", "0.0.0.0"), "1", "loopback"),
        (("--port", "18999", "--host", "::"), "1", "loopback"),
        (("--port", "18999", "--host", "portal.example"), "1", "loopback"),
        (("--port", "0"), "1", "65535"),
    ],
)
def test_it_refuses_to_run_elsewhere(arguments: tuple[str, ...], demo: str, word: str) -> None:
    process = start(*arguments, demo=demo)
    _out, said = process.communicate(timeout=10)
    assert process.returncode == 2
    assert word in said


def test_a_taken_port_is_said_in_a_sentence(provider: Provider) -> None:
    process = start("--port", str(provider.server_port))
    _out, said = process.communicate(timeout=10)
    assert process.returncode == 1
    assert str(provider.server_port) in said
    assert "Traceback" not in said
