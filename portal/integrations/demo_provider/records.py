"""What does the demo provider know and remember, and in which form does it talk?"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request

from portal.demo_personas import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, GUESTS, PERSONAS, Persona

CODE_SECONDS = 60
TOKEN_SECONDS = 300
VISIT_SECONDS = 12 * 3600
SCOPES = frozenset({"openid", "email", "profile"})
BY_SHORT = {persona.short: persona for persona in (*PERSONAS, *GUESTS)}


def is_loopback(url: str) -> bool:
    """Say whether `url` is a plain http address of this machine, without credentials."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is what finds a malformed one
    except ValueError:
        return False
    return (
        parts.scheme == "http"
        and parts.hostname in {"127.0.0.1", "localhost", "::1"}
        and "@" not in parts.netloc
        and not parts.fragment
        and url.isprintable()
        and not {" ", "\\", ";"} & set(url)
    )


class PortalClient:
    """The one client that this provider knows."""

    client_id = DEMO_CLIENT_ID
    id_token_signed_response_alg = "ES256"  # noqa: S105

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str | None) -> str:
        return " ".join(word for word in (scope or "").split() if word in SCOPES)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return is_loopback(redirect_uri)

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(client_secret.encode(), DEMO_CLIENT_SECRET.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in {"client_secret_basic", "client_secret_post"}

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


CLIENT = PortalClient()


@dataclass(frozen=True)
class Code:
    """One persona's choice on its way to the portal."""

    value: str
    persona: Persona
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    sid: str
    code_challenge_method: str = "S256"
    chosen_at: float = field(default_factory=time.time)

    @property
    def ends_at(self) -> float:
        return self.chosen_at + CODE_SECONDS

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(self.chosen_at)

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> list[str]:
        return ["pwd"]


@dataclass(frozen=True)
class Token:
    """Leave to read one persona's particulars at the userinfo endpoint."""

    persona: Persona
    scope: str
    ends_at: float

    def is_expired(self) -> bool:
        return self.ends_at < time.time()

    def is_revoked(self) -> bool:
        return False

    def get_scope(self) -> str:
        return self.scope


@dataclass(frozen=True)
class Visit:
    """A browser in which a persona was chosen, and the address that hears of its sign-out."""

    persona: Persona
    logout_address: str
    began_at: float = field(default_factory=time.time)


class Memory:
    """Codes, tokens and visits of this process; each can be taken or read until it ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._codes: dict[str, Code] = {}
        self._tokens: dict[str, Token] = {}
        self._visits: dict[str, Visit] = {}

    def keep_code(self, code: Code) -> None:
        with self._lock:
            now = time.time()
            self._codes = {key: old for key, old in self._codes.items() if old.ends_at > now}
            self._codes[code.value] = code

    def take_code(self, value: str) -> Code | None:
        """Return the code once; the second one to ask gets None, and so does the late one."""
        with self._lock:
            code = self._codes.pop(value, None)
        return code if code and code.ends_at > time.time() else None

    def keep_token(self, value: str, token: Token) -> None:
        with self._lock:
            self._tokens = {k: old for k, old in self._tokens.items() if not old.is_expired()}
            self._tokens[value] = token

    def token(self, value: str) -> Token | None:
        return self._tokens.get(value)

    def begin_visit(self, persona: Persona, redirect_uri: str) -> str:
        """Return the name of a new visit; the portal's other address is beside the one given."""
        sid = secrets.token_urlsafe(16)
        address = redirect_uri.removesuffix("/return") + "/back-channel-logout"
        with self._lock:
            oldest = time.time() - VISIT_SECONDS
            self._visits = {k: v for k, v in self._visits.items() if v.began_at > oldest}
            self._visits[sid] = Visit(persona, address)
        return sid

    def visitor(self, sid: str) -> Persona | None:
        """Return who was last chosen in the browser of that visit, if it is not over."""
        visit = self._visits.get(sid)
        is_over = visit is None or visit.began_at < time.time() - VISIT_SECONDS
        return None if visit is None or is_over else visit.persona

    def end_visit(self, sid: str) -> Visit | None:
        """Return the visit once, or None."""
        with self._lock:
            return self._visits.pop(sid, None)


@dataclass
class Reply:
    """An answer before it goes onto the wire."""

    status: int
    body: Any
    headers: list[tuple[str, str]]

    @property
    def location(self) -> str | None:
        return dict(self.headers).get("Location")

    @location.setter
    def location(self, value: str) -> None:
        self.headers = [(n, v) for n, v in self.headers if n != "Location"] + [("Location", value)]


class Payload(OAuth2Payload):  # type: ignore[misc]  # Authlib is untyped
    """The parameters of one request, query and body together."""

    def __init__(self, values: Mapping[str, list[str]]) -> None:
        self._values = dict(values)

    @property
    def data(self) -> dict[str, str]:
        return {name: values[0] for name, values in self._values.items()}

    @property
    def datalist(self) -> dict[str, list[str]]:
        return self._values


class ProviderRequest(OAuth2Request):  # type: ignore[misc]
    """One HTTP request as Authlib's server wants to read it."""

    def __init__(
        self,
        method: str,
        uri: str,
        headers: Any,
        query: Mapping[str, list[str]],
        form: Mapping[str, list[str]],
    ) -> None:
        super().__init__(method, uri, headers=headers)
        self._query, self._form = Payload(query), Payload(form)
        self.payload = Payload({**query, **form})
        # The visit that is about to begin.
        self.sid = ""

    @property
    def args(self) -> dict[str, str]:
        return self._query.data

    @property
    def form(self) -> dict[str, str]:
        return self._form.data
