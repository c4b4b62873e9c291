"""Which addresses does the demo provider answer, and with what?"""

from __future__ import annotations

import json
import socket
import sys
from contextlib import suppress
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError

from portal.integrations.demo_provider import page
from portal.integrations.demo_provider.grants import DemoServer
from portal.integrations.demo_provider.records import BY_SHORT, SCOPES, ProviderRequest, Reply

LONGEST_BODY = 20_000  # bytes; a form with one button and an authorization request is far below
VISIT = "visit"
VISIT_COOKIE = "Path=/; HttpOnly; SameSite=Lax"
STYLE = (Path(__file__).parent / "style.css").read_bytes()
CSP = (
    "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'"
)


def make_server(port: int, host: str = "127.0.0.1", issuer: str | None = None) -> Provider:
    """Return a bound server; `port` 0 takes a free one. Raises OSError when it is taken."""
    return Provider(port, host, issuer)


class Provider(ThreadingHTTPServer):
    """One demo provider: a listening socket and the memory of what it handed out."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, host: str = "127.0.0.1", issuer: str | None = None) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)
        self.oauth = DemoServer(issuer or f"http://localhost:{self.server_port}")

    def server_bind(self) -> None:
        # The stock version asks the resolver for this machine's full name, which can take seconds.
        socket.socket.setsockopt(self.socket, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        host = str(self.server_address[0])
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = host, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of browsers that hang up; report the rest as usual."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    @property
    def issuer(self) -> str:
        return self.oauth.issuer

    def metadata(self) -> dict[str, Any]:
        """Return the discovery document."""
        issuer = self.issuer
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "jwks_uri": f"{issuer}/jwks",
            "end_session_endpoint": f"{issuer}/end-session",
            "scopes_supported": sorted(SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
            "claims_supported": [
                "sub",
                "sid",
                "name",
                "email",
                "email_verified",
                "auth_time",
                "amr",
            ],
            "prompt_values_supported": ["login"],
            "ui_locales_supported": list(page.LANGUAGES),
        }

    def answer(self, request: ProviderRequest, path: str) -> Reply:
        """Return the answer to a request for `path`."""
        match request.method, path:
            case "GET", "/.well-known/openid-configuration":
                return _json(self.metadata())
            case "GET", "/jwks":
                return _json(self.oauth.jwks())
            case "GET" | "POST", "/authorize":
                return self._authorize(request)
            case "POST", "/token":
                reply: Reply = self.oauth.create_token_response(request)
                return reply
            case "GET" | "POST", "/userinfo":
                return self._userinfo(request)
            case "GET" | "POST", "/end-session":
                return self._end_session(request)
            case "GET", "/style.css":
                return Reply(200, STYLE, [("Content-Type", "text/css; charset=utf-8")])
            case "GET", "/":
                return _html(200, page.front(_language(request)))
            case _:
                return _html(404, page.message("absent", _language(request)))

    def _authorize(self, request: ProviderRequest) -> Reply:
        language = _language(request)
        try:
            grant = self.oauth.get_consent_grant(request, None)
            if not request.payload.data.get("max_age", "0").isdecimal():
                raise InvalidRequestError("max_age is a number of seconds.")
        except OAuth2Error as error:
            return self._refusal(request, error, language)
        short = request.form.get("persona") if request.method == "POST" else None
        if short is None:
            # Everybody is asked each time, whoever is known in the browser: so whichever
            # `max_age` was asked for is kept, and `auth_time` is the moment of the answer.
            known = self.oauth.memory.visitor(_visit(request))
            choice = page.choice(_action(request), language, _is_anew(request), known)
            return _html(200, choice, _origin(request))
        persona = BY_SHORT.get(short)
        if persona is None:
            return _html(400, page.message("nobody", language))
        request.sid = self.oauth.memory.begin_visit(persona, request.payload.redirect_uri)
        reply: Reply = self.oauth.create_authorization_response(request, persona, grant)
        reply.headers.append(("Set-Cookie", f"{VISIT}={request.sid}; {VISIT_COOKIE}"))
        return reply

    def _refusal(self, request: ProviderRequest, error: OAuth2Error, language: str) -> Reply:
        reply: Reply = self.oauth.handle_error_response(request, error)
        if reply.location:
            reply.location += "&" + urlencode({"iss": self.issuer})
            return reply
        return _html(400, page.message("refused", language, detail=str(error.description)))

    def _userinfo(self, request: ProviderRequest) -> Reply:
        try:
            return _json(self.oauth.userinfo(request))
        except OAuth2Error as error:
            reply: Reply = self.oauth.handle_error_response(request, error)
            return reply

    def _end_session(self, request: ProviderRequest) -> Reply:
        if sid := _visit(request):
            self.oauth.end_visit(sid)
        reply = self.oauth.create_endpoint_response("end_session", request)
        return reply or _html(200, page.message("signed_out", _language(request)))


class _Handler(BaseHTTPRequestHandler):
    server: Provider
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "demo-provider", ""
    timeout = 15  # seconds that an idle connection may keep its thread
    wbufsize = -1  # one packet for an answer instead of headers first

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or int(length) > LONGEST_BODY:
            self.close_connection = True
            self._send(_html(413, page.message("refused", "en")))
            return
        self._answer(self.rfile.read(int(length)))

    def _answer(self, body: bytes) -> None:
        # A page elsewhere must not reach this server under a name of its own (DNS rebinding).
        host = self.headers.get("Host", "")
        if host not in {
            f"{n}:{self.server.server_port}" for n in ("localhost", "127.0.0.1", "[::1]")
        }:
            self._send(_html(421, page.message("refused", "en")))
            return
        try:
            parts = urlsplit(self.path)
            form = body.decode("utf-8") if self._is_form() else ""
            request = ProviderRequest(
                self.command,
                self.server.issuer + parts.path,
                self.headers,
                parse_qs(parts.query, keep_blank_values=True, errors="strict", max_num_fields=50),
                parse_qs(form, keep_blank_values=True, errors="strict", max_num_fields=50),
            )
        except ValueError:
            self._send(_html(400, page.message("refused", "en")))
            return
        self._send(self.server.answer(request, parts.path))

    def _is_form(self) -> bool:
        kind = self.headers.get_content_type()
        return self.command == "POST" and kind == "application/x-www-form-urlencoded"

    def _send(self, reply: Reply) -> None:
        body = reply.body
        if isinstance(body, dict):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        self.send_response(reply.status)
        names = {name.lower() for name, _ in reply.headers}
        for name, value in reply.headers:
            self.send_header(name, value)
        for name, value in _HEADERS.items():
            if name.lower() not in names:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Stay quiet: an authorization request's address is nobody's business."""


_HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def _json(data: dict[str, Any]) -> Reply:
    return Reply(HTTPStatus.OK, data, [("Content-Type", "application/json")])


def _html(status: int, text: str, form_target: str = "") -> Reply:
    # Chromium applies form-action to the redirect after the form as well.
    policy = f"{CSP} {form_target}".rstrip()
    return Reply(
        status,
        text,
        [("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", policy)],
    )


def _visit(request: ProviderRequest) -> str:
    """Return the name of the browser's visit, as it says, or nothing."""
    with suppress(CookieError):
        cookies = SimpleCookie(request.headers.get("Cookie", ""))
        if VISIT in cookies:
            return cookies[VISIT].value
    return ""


def _is_anew(request: ProviderRequest) -> bool:
    """Tell whether the portal wants the person to be asked, whoever is known in the browser."""
    asked = request.payload.data
    return "login" in asked.get("prompt", "").split() or "max_age" in asked


def _action(request: ProviderRequest) -> str:
    query = [(name, value) for name, value in request.args.items() if name != "persona"]
    return "/authorize?" + urlencode(query)


def _origin(request: ProviderRequest) -> str:
    parts = urlsplit(request.payload.redirect_uri)
    return f"{parts.scheme}://{parts.netloc}"


def _language(request: ProviderRequest) -> str:
    asked = request.payload.data.get("ui_locales") or request.headers.get("Accept-Language", "")
    first = asked.replace(",", " ").split()[:1]
    return page.language_for(first[0] if first else "")
