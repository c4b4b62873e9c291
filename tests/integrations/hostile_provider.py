"""How does an identity provider answer when its answers are bent on purpose?"""

from __future__ import annotations

import json
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "portal", "a-secret-between-the-two"
Json = dict[str, Any]


@dataclass
class Raw:
    """An answer byte for byte; `trickle` seconds lie between any two of its bytes."""

    status: int = 200
    body: bytes = b""
    headers: Json = field(default_factory=dict)
    delay: float = 0.0
    trickle: float = 0.0
    cut: bool = False


def _same(value: Any) -> Any:
    return value


@dataclass
class Bend:
    """What is changed on the way out; each function gets the honest value and returns another."""

    discovery: Callable[[Json], Any] = _same
    jwks: Callable[[Json], Any] = _same
    claims: Callable[[Json], Json] = _same
    sign: Callable[[HostileProvider, Json], str] | None = None
    token: Callable[[Json], Any] = _same
    userinfo: Callable[[Json], Any] = _same
    response: Callable[[Json], Json] = _same


class HostileProvider(ThreadingHTTPServer):
    """A provider on a free port of 127.0.0.1, honest until `bend` says otherwise."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.key = RSAKey.generate_key(2048, auto_kid=True)
        self.other_key = RSAKey.generate_key(2048, auto_kid=True)
        self.bend = Bend()
        self.requests: list[str] = []
        self._asked: dict[str, Json] = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay quiet: a portal that hangs up is what several attacks are for."""

    def discovery(self) -> Json:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/end-session",
            "id_token_signing_alg_values_supported": ["RS256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def jwks(self) -> Json:
        return {"keys": [self.key.as_dict(private=False, use="sig", alg="RS256")]}

    def authorize(self, query: Json) -> Raw:
        """Sign in without asking, and send the browser back."""
        code = secrets.token_urlsafe(16)
        self._asked[code] = query
        back = {"code": code, "state": query["state"], "iss": self.issuer}
        target = query["redirect_uri"] + "?" + urlencode(self.bend.response(back), doseq=True)
        return Raw(302, headers={"Location": target})

    def token(self, form: Json) -> Any:
        """Answer for a code as often as asked: single use is not checked here, PKCE is."""
        asked = self._asked[form["code"]]
        digest = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest())
        if digest.rstrip(b"=").decode() != asked["code_challenge"]:
            return Raw(400, b'{"error": "invalid_grant"}', {"Content-Type": "application/json"})
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": "person-1",
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "auth_time": now,
            "nonce": asked["nonce"],
        }
        claims = self.bend.claims(claims)
        sign = self.bend.sign or (lambda provider, stated: provider.signed(stated))
        honest = {
            "token_type": "Bearer",
            "access_token": "an-access-token",
            "expires_in": 300,
            "id_token": sign(self, claims),
        }
        return self.bend.token(honest)

    def signed(self, claims: Json, key: RSAKey | None = None, **header: Any) -> str:
        head = {"alg": "RS256", "kid": self.key.kid} | header
        head = {name: value for name, value in head.items() if value is not None}
        return jwt.encode(head, claims, key or self.key)

    def userinfo(self) -> Json:
        return {"sub": "person-1", "name": "Person One", "email": "one@customer.example"}


class _Handler(BaseHTTPRequestHandler):
    server: HostileProvider

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self._answer({name: values[0] for name, values in parse_qs(body).items()})

    def _answer(self, form: Json) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        server, bend = self.server, self.server.bend
        server.requests.append(parts.path)
        match parts.path:
            case "/.well-known/openid-configuration":
                answer = bend.discovery(server.discovery())
            case "/authorize":
                answer = server.authorize(query)
            case "/jwks":
                answer = bend.jwks(server.jwks())
            case "/token" | "/elsewhere/token":
                # The second address stands for where a redirecting token endpoint leads.
                answer = server.token(form)
            case "/elsewhere/jwks":
                answer = server.jwks()
            case "/userinfo":
                answer = bend.userinfo(server.userinfo())
            case _:
                answer = Raw(404)
        self._send(answer)

    def _send(self, answer: Any) -> None:
        if not isinstance(answer, Raw):
            answer = Raw(200, json.dumps(answer).encode(), {"Content-Type": "application/json"})
        time.sleep(answer.delay)
        try:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body) + (99 if answer.cut else 0)))
            self.end_headers()
            if not answer.trickle:
                self.wfile.write(answer.body)
                return
            for byte in answer.body:
                self.wfile.write(bytes([byte]))
                time.sleep(answer.trickle)
        except OSError:
            """The portal hung up, which is what it should do."""

    def log_message(self, format: str, *args: Any) -> None:
        """Stay quiet."""
