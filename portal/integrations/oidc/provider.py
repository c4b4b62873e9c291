"""How does somebody sign in and out through one OpenID Connect provider?"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlsplit

from authlib.common.security import is_secure_transport
from authlib.integrations.flask_client import OAuth, OAuthError
from flask import redirect, request, session
from werkzeug.wrappers import Response

from portal.core.identity import Identity, Logout, SignInRefused
from portal.core.language import chosen_language
from portal.integrations.oidc.claims import (
    check_asked_anew,
    check_claims,
    has_two_factors,
    identity_from,
)
from portal.integrations.oidc.client import CautiousClient, prune_states
from portal.integrations.oidc.logout import LONGEST, read_logout_claims

log = logging.getLogger(__name__)

PARTICULARS = "particulars"
ASKED_AT = "asked_at"  # kept only where the person is to be asked anew
_SINGLE = ("state", "code", "iss", "error", "error_description")


class OidcProvider:
    """One configured issuer: authorization code with PKCE S256, state and nonce."""

    def __init__(self, oauth: OAuth, entry: Mapping[str, str]) -> None:
        missing = [k for k in ("name", "issuer", "client_id", "client_secret") if not entry.get(k)]
        if missing:
            raise ValueError(f"OIDC_PROVIDERS: an entry lacks {', '.join(missing)}")
        self.name = entry["name"]
        if not self.name.replace("-", "").isalnum() or not self.name.isascii():
            raise ValueError(f"OIDC_PROVIDERS: the name {self.name!r} is letters, digits and -")
        self.issuer = entry["issuer"]
        if not is_secure_transport(self.issuer):
            raise ValueError(f"OIDC_PROVIDERS: the issuer of {self.name} must be an https address")
        self.label = entry.get("label") or self.name
        # One of these values of acr is asked for; those of the second list mean two factors.
        self.levels = frozenset((entry.get("acr") or "").split())
        self.strong = frozenset((entry.get("two_factor_acr") or "").split())
        parts = urlsplit(entry.get("origin") or self.issuer)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.client = cast(
            CautiousClient,
            oauth.register(
                self.name,
                client_cls=CautiousClient,
                issuer=self.issuer,
                client_id=entry["client_id"],
                client_secret=entry["client_secret"],
                server_metadata_url=self.issuer.rstrip("/") + "/.well-known/openid-configuration",
                client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256"},
            ),
        )

    def start(
        self, redirect_uri: str, *, anew: bool = False, strong: bool = False, **particulars: Any
    ) -> Response:
        """See IdentityProvider.start."""
        levels = self._levels(strong)
        asked: dict[str, Any] = {"acr_values": " ".join(sorted(levels))} if levels else {}
        if anew:
            asked |= {"prompt": "login", "max_age": 0}
        try:
            made = self.client.create_authorization_url(
                redirect_uri, ui_locales=chosen_language(), **asked
            )
        except Exception as trouble:
            raise self._refusal(trouble) from trouble
        kept = {PARTICULARS: particulars, **({ASKED_AT: int(time.time())} if anew else {})}
        self.client.save_authorize_data(redirect_uri=redirect_uri, **kept, **made)
        return redirect(made["url"])

    def _levels(self, strong: bool) -> frozenset[str]:
        """Return which values of acr to ask for: of what is good here, that which is strong."""
        if not strong or not self.strong:
            return self.levels
        return (self.levels & self.strong) or self.strong

    def finish(self) -> tuple[Identity, dict[str, Any]]:
        """See IdentityProvider.finish."""
        kept: dict[str, Any] = {}
        try:
            kept = self._take_state()
            self._check_response()
            token = self._exchange(kept)
            claims = self._claims(token, kept["nonce"])
            if ASKED_AT in kept:
                check_asked_anew(claims, kept[ASKED_AT])
            return self._assured(identity_from(claims)), dict(kept.get(PARTICULARS) or {})
        except Exception as trouble:
            refusal = self._refusal(trouble)
            refusal.particulars = dict(kept.get(PARTICULARS) or {})
            raise refusal from trouble

    def read_logout(self, token: str) -> Logout:
        """See IdentityProvider.read_logout."""
        try:
            if not 0 < len(token) <= LONGEST or not token.isascii():
                raise SignInRefused("size")
            read = self.client.read_signed(token)
            client_id = self.client.client_id
            return read_logout_claims(
                read.header, dict(read.claims), self.issuer, client_id, time.time()
            )
        except SignInRefused:
            raise
        except Exception as trouble:  # see _refusal; but nothing learned is forgotten for it
            raise SignInRefused("token", f"{type(trouble).__name__}: {trouble}"[:200]) from trouble

    def sign_out(self, return_to: str) -> Response | None:
        """See IdentityProvider.sign_out."""
        try:
            if "end_session_endpoint" not in self.client.load_server_metadata():
                return None
            # No token is kept, so there is no hint to send; the client id says who asks.
            answer = self.client.logout_redirect(
                post_logout_redirect_uri=return_to,
                client_id=self.client.client_id,
                ui_locales=chosen_language(),
            )
        except Exception as trouble:
            log.warning("sign-out at %s: %s", self.name, self._refusal(trouble))
            return None
        prune_states(session)
        return cast("Response", answer)

    def finish_sign_out(self) -> bool:
        """See IdentityProvider.finish_sign_out."""
        try:
            kept = self.client.validate_logout_response()
        except OAuthError:
            return False
        return "post_logout_redirect_uri" in kept

    def _assured(self, identity: Identity) -> Identity:
        """Return the identity with how far it is assured; raises SignInRefused("assurance")."""
        if self.levels and identity.acr not in self.levels:
            raise SignInRefused("assurance", str(identity.acr))
        is_strong = has_two_factors(identity, self.strong)
        return replace(identity, provider=self.name, has_two_factors=is_strong)

    def _take_state(self) -> dict[str, Any]:
        """Return what `start` kept for this answer; a second answer finds nothing."""
        if any(len(request.args.getlist(name)) > 1 for name in _SINGLE):
            raise SignInRefused("response", "a parameter is repeated")
        state = request.args.get("state", "")
        kept = self.client.framework.get_state_data(session, state)
        # Taken before anything is checked: a state is good for one answer, right or wrong.
        self.client.framework.clear_state_data(session, state)
        if not state or not kept or not kept.get("nonce"):
            raise SignInRefused("state")
        return cast(dict[str, Any], kept)

    def _check_response(self) -> None:
        """Check the parameters that the browser brought (RFC 9207 for `iss`)."""
        stated = request.args.get("iss")
        if stated is None and self.client.load_server_metadata()["states_issuer"]:
            raise SignInRefused("response", "no iss")
        if stated is not None and stated != self.issuer:
            raise SignInRefused("response", "iss")
        if error := request.args.get("error"):
            raise SignInRefused("denied" if error == "access_denied" else "provider", error[:80])
        code = request.args.get("code", "")
        if not 0 < len(code) <= 4096 or not code.isprintable():
            raise SignInRefused("response", "code")

    def _exchange(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        token: dict[str, Any] = self.client.fetch_access_token(
            redirect_uri=kept["redirect_uri"],
            code=request.args["code"],
            code_verifier=kept["code_verifier"],
        )
        for name in ("id_token", "access_token"):
            if not isinstance(token.get(name), str) or not token[name]:
                raise SignInRefused("token", f"no {name}")
        if str(token.get("token_type", "")).lower() != "bearer":
            raise SignInRefused("token", "token_type")
        return token

    def _claims(self, token: dict[str, Any], nonce: str) -> dict[str, Any]:
        claims = dict(self.client.parse_id_token(token, nonce))
        check_claims(claims, self.issuer, self.client.client_id, time.time())
        url = self.client.load_server_metadata().get("userinfo_endpoint")
        # Many providers put name and address only there.
        if url and not ("email" in claims and "name" in claims):
            more = self.client.fetch_json(url, token["access_token"])
            if not isinstance(more, dict) or more.get("sub") != claims["sub"]:
                raise SignInRefused("userinfo")
            about = ("email", "email_verified", "name", "preferred_username")
            claims |= {name: more[name] for name in about if name in more}
        return claims

    def _refusal(self, trouble: Exception) -> SignInRefused:
        """Return the refusal that `trouble` amounts to.

        Every exception counts: what a foreign answer makes a library stumble over is not known
        beforehand, and none of it may let somebody in or look like our own failure.
        """
        refusal = (
            trouble
            if isinstance(trouble, SignInRefused)
            else SignInRefused("provider", f"{type(trouble).__name__}: {trouble}"[:200])
        )
        if refusal.reason not in {"state", "denied", "response", "assurance", "fresh"}:
            self.client.forget()
        return refusal
