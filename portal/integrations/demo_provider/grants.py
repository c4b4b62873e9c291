"""Which codes and tokens does the demo provider hand out, and on what conditions?"""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from typing import Any

import requests
from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    InvalidRequestError,
    ResourceProtector,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core.grants import OpenIDCode
from authlib.oidc.rpinitiated import EndSessionEndpoint
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from portal.demo_personas import Persona
from portal.integrations.demo_provider.records import (
    CLIENT,
    SCOPES,
    TOKEN_SECONDS,
    Code,
    Memory,
    PortalClient,
    ProviderRequest,
    Reply,
    Token,
    is_loopback,
)

LOGOUT_SECONDS = 120
LOGOUT_PATIENCE = 3.0  # seconds that a sign-out waits for the portal


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
                sid=request.sid,
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

    def get_authorization_code_claims(self, authorization_code: Code) -> dict[str, Any]:
        claims: dict[str, Any] = super().get_authorization_code_claims(authorization_code)
        return claims | {"sid": authorization_code.sid}

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
        """Nothing more: the server ends the visit that the browser names, see `end_visit`."""


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

    def end_visit(self, sid: str) -> None:
        """End a browser's visit, and tell the portal so (OpenID Connect Back-Channel Logout)."""
        visit = self.memory.end_visit(sid)
        if visit is None:
            return
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT.client_id,
            "iat": now,
            "exp": now + LOGOUT_SECONDS,
            "jti": secrets.token_urlsafe(16),
            "sub": visit.persona.short,
            "sid": sid,
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        }
        header = {"alg": "ES256", "kid": str(self.key.kid), "typ": "logout+jwt"}
        token = jwt.encode(header, claims, self.key)
        # A portal that does not listen keeps nobody here.
        with suppress(requests.RequestException):
            requests.post(
                visit.logout_address,
                data={"logout_token": token},
                timeout=LOGOUT_PATIENCE,
                allow_redirects=False,
            )

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
