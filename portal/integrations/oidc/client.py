"""What does Authlib's client need to be told so that it trusts no more than it should?"""

from __future__ import annotations

import json
import time
from collections.abc import MutableMapping
from typing import Any

from authlib.common.security import is_secure_transport
from authlib.integrations.flask_client import FlaskOAuth2App
from authlib.oidc.core import CodeIDToken
from flask import session
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import Key, KeySet, import_key
from joserfc.jws import JWSRegistry
from joserfc.jwt import decode

from portal.core.identity import SignInRefused
from portal.integrations.oidc.claims import LEEWAY
from portal.integrations.oidc.transport import CautiousSession

KEEP_SECONDS = 3600.0  # how long a discovery document and a key set are believed
LOOK_AGAIN_SECONDS = 60.0  # between two looks for new keys that a stranger's token asks for
MOST_STATES = 4
STATE_BYTES = 2400  # of JSON; with the signature and the rest of the session below 4096

# Only signatures that the portal cannot make itself: no "none", no shared secret.
ALGORITHMS = frozenset(
    {
        "RS256",
        "RS384",
        "RS512",
        "PS256",
        "PS384",
        "PS512",
        "ES256",
        "ES384",
        "ES512",
        "EdDSA",
        "Ed25519",
    }
)
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_MORE_ENDPOINTS = ("userinfo_endpoint", "end_session_endpoint")


class CautiousClient(FlaskOAuth2App):  # type: ignore[misc]  # Authlib is untyped
    """Authlib's Flask client for one issuer, with its open ends settled."""

    client_cls = CautiousSession
    issuer: str

    def __init__(self, *args: Any, issuer: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.issuer = issuer
        self._document: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._looked_again = -LOOK_AGAIN_SECONDS

    def load_server_metadata(self) -> dict[str, Any]:
        """Return the checked discovery document, fetched at most once an hour."""
        known = self._document
        if known is None or time.monotonic() - known[0] > KEEP_SECONDS:
            known = (time.monotonic(), self._checked(self._fetch_json(self._server_metadata_url)))
            self._document = known
        return dict(known[1])

    def forget(self) -> None:
        """Believe nothing fetched so far, so that a provider's mistake ends with its repair."""
        self._document = self._keys = None

    def parse_id_token(self, token: dict[str, Any], nonce: str, **_: Any) -> CodeIDToken:
        """Return the claims of the ID token, with signature, nonce and times checked."""
        metadata = self.load_server_metadata()
        try:
            parsed = self._decode(token["id_token"], metadata)
        except (InvalidKeyIdError, BadSignatureError):
            # The provider may have changed its keys since: look once more.
            self._keys = None
            parsed = self._decode(token["id_token"], metadata)
        claims = CodeIDToken(
            parsed.claims,
            parsed.header,
            {"iss": {"essential": True, "value": self.issuer}},
            {
                "nonce": nonce,
                "client_id": self.client_id,
                "access_token": token.get("access_token"),
            },
        )
        claims.validate(leeway=LEEWAY)
        return claims

    def read_signed(self, text: str) -> Any:
        """Return header and claims of a token that came from anywhere, its signature checked.

        Whoever sends tokens signed by nobody does not make us ask the provider for each of them.
        """
        metadata = self.load_server_metadata()
        try:
            return self._decode(text, metadata)
        except (InvalidKeyIdError, BadSignatureError):
            if time.monotonic() - self._looked_again < LOOK_AGAIN_SECONDS:
                raise
            self._looked_again = time.monotonic()
            self._keys = None
            return self._decode(text, metadata)

    def fetch_json(self, url: str, access_token: str) -> Any:
        """Return what `url` answers to the bearer of `access_token`."""
        return self._fetch_json(url, {"Authorization": f"Bearer {access_token}"})

    def save_authorize_data(self, **kwargs: Any) -> None:
        """Keep what the return needs, and no more of earlier attempts than the cookie holds."""
        kwargs.pop("url", None)
        super().save_authorize_data(**kwargs)
        prune_states(session)

    def _decode(self, id_token: str, metadata: dict[str, Any]) -> Any:
        algorithms = metadata["id_token_signing_alg_values_supported"]
        registry = JWSRegistry(algorithms=algorithms, strict_check_header=False)
        return decode(id_token, key=self._key_set(metadata["jwks_uri"]), registry=registry)

    def _key_set(self, url: str) -> KeySet:
        known = self._keys
        if known is None or time.monotonic() - known[0] > KEEP_SECONDS:
            answer = self._fetch_json(url)
            usable = [key for one in answer["keys"] if (key := _public_key(one))]
            if not usable:
                raise SignInRefused("keys")
            known = self._keys = (time.monotonic(), KeySet(usable))
        return known[1]

    def _fetch_json(self, url: str, headers: dict[str, str] | None = None) -> Any:
        with self._get_session() as http:
            return http.request("GET", url, withhold_token=True, headers=headers).json()

    def _checked(self, document: Any) -> dict[str, Any]:
        """Return what we use of a discovery document; raises SignInRefused("discovery")."""
        if not isinstance(document, dict) or document.get("issuer") != self.issuer:
            raise SignInRefused("discovery", "issuer")
        used: dict[str, Any] = {"issuer": self.issuer}
        for name in (*_ENDPOINTS, *_MORE_ENDPOINTS):
            url = document.get(name)
            if url is None and name in _MORE_ENDPOINTS:
                continue
            if not _is_endpoint(url, self.issuer):
                raise SignInRefused("discovery", name)
            used[name] = url
        stated = document.get("id_token_signing_alg_values_supported")
        stated = stated if isinstance(stated, list) else ["RS256"]
        algorithms = [one for one in stated if isinstance(one, str) and one in ALGORITHMS]
        if not algorithms:
            raise SignInRefused("discovery", "algorithms")
        used["id_token_signing_alg_values_supported"] = algorithms
        methods = document.get("token_endpoint_auth_methods_supported")
        methods = methods if isinstance(methods, list) else []
        if "client_secret_post" in methods and "client_secret_basic" not in methods:
            used["token_endpoint_auth_method"] = "client_secret_post"  # noqa: S105
        used["states_issuer"] = (
            document.get("authorization_response_iss_parameter_supported") is True
        )
        return used


def prune_states(store: MutableMapping[str, Any]) -> None:
    """Drop Authlib's oldest and overdue entries from the session until the cookie has room."""
    entries = [
        (name, value)
        for name, value in store.items()
        if name.startswith("_state_") and isinstance(value, dict)
    ]
    entries.sort(key=lambda entry: entry[1].get("exp") or 0, reverse=True)
    room = STATE_BYTES
    for place, (name, value) in enumerate(entries):
        room -= len(json.dumps([name, value]))
        is_newest = place == 0
        if not is_newest and (place >= MOST_STATES or room < 0 or value["exp"] < time.time()):
            del store[name]


def _public_key(described: Any) -> Key | None:
    """Return a signature key, or None for what is no such key: one odd key spoils no others."""
    try:
        if described["kty"] not in {"RSA", "EC", "OKP"} or described.get("use", "sig") != "sig":
            return None
        return import_key(described)
    except (JoseError, KeyError, TypeError, ValueError, AttributeError):
        return None


def _is_endpoint(url: object, issuer: str) -> bool:
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url:
        return False
    if url.startswith("https://"):
        return True
    # Plain http only from this machine to itself, as in the demo and in tests.
    return not issuer.startswith("https://") and bool(is_secure_transport(url))
