"""Which codes and tokens does the demo provider hand out, and on what conditions?"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    InvalidRequestError,
    OAuth2Payload,
    OAuth2Request,
    ResourceProtector,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core.grants import OpenIDCode
from authlib.oidc.rpinitiated import EndSessionEndpoint
from joserfc.jwk import ECKey, KeySet

from portal.demo_personas import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, PERSONAS, Persona

CODE_SECONDS = 60
TOKEN_SECONDS = 300
SCOPES = frozenset({"openid", "email", "profile"})
BY_SHORT = {persona.short: persona for persona in PERSONAS}


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


class Memory:
    """Codes and tokens of this process; each can be taken or read until it ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._codes: dict[str, Code] = {}
        self._tokens: dict[str, Token] = {}

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

    @property
    def args(self) -> dict[str, str]:
        return self._query.data

    @property
    def form(self) -> dict[str, str]:
        return self._form.data


class _CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    def save_authorization_code(self, code: str, request: ProviderRequest) -> None:
        data = request.payload.data
        self.server.memory.keep_code(
            Code(
                value=code,
                persona=request.user,
                redirect_uri=data["redirect_uri"],
                scope=request.scope,
                nonce=data["nonce"],
                code_challenge=data["code_challenge"],
            )
        )

    def query_authorization_code(self, code: str, client: PortalClient) -> Code | None:
        # Taken on the first look: a code whose exchange fails must not be tried again.
        taken: Code | None = self.server.memory.take_code(code)
        return taken

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Nothing is left to delete; see `query_authorization_code`."""

    def authenticate_user(self, authorization_code: Code) -> Persona:
        return authorization_code.persona


class _S256Challenge(CodeChallenge):  # type: ignore[misc]
    """PKCE for every client, with S256 alone."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_challenge(self, grant: _CodeGrant, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE with the method S256 is required.")
        super().validate_code_challenge(grant, redirect_uri)


class _OpenID(OpenIDCode):  # type: ignore[misc]
    def __init__(self, issuer: str, key: ECKey) -> None:
        super().__init__(require_nonce=True)
        self._issuer, self._key = issuer, key

    def exists_nonce(self, nonce: str, request: ProviderRequest) -> bool:
        return False  # a code carries its nonce, is taken once and ends after a minute

    def resolve_client_private_key(self, client: PortalClient) -> ECKey:
        return self._key

    def get_client_claims(self, client: PortalClient) -> dict[str, Any]:
        return {
            "iss": self._issuer,
            "aud": client.client_id,
            "exp": int(time.time()) + TOKEN_SECONDS,
        }

    def get_encode_header(self, client: PortalClient) -> dict[str, str]:
        return {"alg": "ES256", "kid": str(self._key.kid)}

    def generate_user_info(self, user: Persona, scope: str) -> dict[str, Any]:
        return claims_about(user, scope)


class _Bearer(BearerTokenValidator):  # type: ignore[misc]
    def __init__(self, memory: Memory) -> None:
        super().__init__()
        self._memory = memory

    def authenticate_token(self, token_string: str) -> Token | None:
        return self._memory.token(token_string)


class _EndSession(EndSessionEndpoint):  # type: ignore[misc]
    def __init__(self, server: DemoServer) -> None:
        super().__init__(server)

    def _is_valid_post_logout_redirect_uri(self, client: PortalClient, uri: str) -> bool:
        return is_loopback(uri)

    def is_post_logout_redirect_uri_legitimate(self, *_: Any) -> bool:
        return True  # the portal keeps no tokens, so it has no hint to send; loopback is enough

    def get_server_jwks(self) -> KeySet:
        return KeySet([self.server.key])

    def end_session(self, end_session_request: Any) -> None:
        """Nobody stays signed in here: each visit chooses anew."""


class _Issuer(IssuerParameter):  # type: ignore[misc]
    def __init__(self, server: DemoServer) -> None:
        self._issuer = server.issuer
        super().__call__(server)

    def get_issuer(self) -> str:
        return self._issuer


def claims_about(persona: Persona, scope: str) -> dict[str, Any]:
    """Return what `scope` (words separated by blanks) lets the portal know about `persona`."""
    claims: dict[str, Any] = {"sub": persona.short}
    if "profile" in scope.split():
        claims["name"] = persona.name
    if "email" in scope.split():
        claims |= {"email": persona.email, "email_verified": True}
    return claims


class DemoServer(AuthorizationServer):  # type: ignore[misc]
    """Authlib's authorization server for one client, with a key made at the start."""

    def __init__(self, issuer: str) -> None:
        super().__init__(scopes_supported=sorted(SCOPES))
        self.issuer = issuer
        self.memory = Memory()
        self.key = ECKey.generate_key("P-256", auto_kid=True)
        self.register_token_generator("default", self._bearer_token)
        self.register_grant(_CodeGrant, [_S256Challenge(), _OpenID(issuer, self.key)])
        self.register_endpoint(_EndSession(self))
        self.register_extension(_Issuer)
        self._protector = ResourceProtector()
        self._protector.register_token_validator(_Bearer(self.memory))

    def jwks(self) -> dict[str, Any]:
        """Return the public key set."""
        public = self.key.as_dict(private=False, use="sig", alg="ES256", kid=self.key.kid)
        return {"keys": [public]}

    def userinfo(self, request: ProviderRequest) -> dict[str, Any]:
        """Return the claims that the request's access token opens; raises OAuth2Error."""
        token: Token = self._protector.validate_request(["openid"], request)
        return claims_about(token.persona, token.scope)

    def query_client(self, client_id: str) -> PortalClient | None:
        return CLIENT if client_id == CLIENT.client_id else None

    def save_token(self, token: dict[str, Any], request: ProviderRequest) -> None:
        ends_at = time.time() + TOKEN_SECONDS
        self.memory.keep_token(token["access_token"], Token(request.user, token["scope"], ends_at))

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: ProviderRequest) -> ProviderRequest:
        return request

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Reply:
        return Reply(status, body, list(headers))

    @staticmethod
    def _bearer_token(*, scope: str = "", **_: Any) -> dict[str, Any]:
        return {
            "token_type": "Bearer",
            "access_token": secrets.token_urlsafe(32),
            "expires_in": TOKEN_SECONDS,
            "scope": scope,
        }
