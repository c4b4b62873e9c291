"""Does a provider really say that somebody has signed out there?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from portal.core.identity import Logout, SignInRefused
from portal.integrations.oidc.claims import LEEWAY, check_audience, is_subject, is_time

EVENT = "http://schemas.openid.net/event/backchannel-logout"
LONGEST = 8192  # characters of a token
OLDEST = 300  # seconds since it was made: it is sent at once
FARTHEST = 3600  # seconds until it ends: so long it is remembered, not to be heard twice
TYPES = frozenset({"logout+jwt", "application/logout+jwt", "jwt"})


def read_logout_claims(
    header: Mapping[str, Any], claims: Mapping[str, Any], issuer: str, client_id: str, now: float
) -> Logout:
    """Return what a logout token, whose signature holds, says of whom.

    The checks are those of OpenID Connect Back-Channel Logout 1.0, 2.6, each of them, and more
    where the text leaves a choice. ``now`` is in Unix seconds. Raises SignInRefused naming the
    claim.
    """
    kind = header.get("typ", "logout+jwt")
    if not isinstance(kind, str) or kind.lower() not in TYPES:
        raise SignInRefused("typ")
    if claims.get("iss") != issuer:
        raise SignInRefused("iss")
    check_audience(claims, client_id)
    _check_times(claims, now)
    _check_kind(claims)
    _check_names(claims)
    return Logout(
        issuer=issuer,
        subject=claims.get("sub"),
        sid=claims.get("sid"),
        token_id=claims["jti"],
        ends_at=dt.datetime.fromtimestamp(claims["exp"] + LEEWAY, dt.UTC),
    )


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    if not is_time(claims.get("iat")) or not now - OLDEST <= claims["iat"] <= now + LEEWAY:
        raise SignInRefused("iat")
    if not is_time(claims.get("exp")) or not now - LEEWAY < claims["exp"] <= now + FARTHEST:
        raise SignInRefused("exp")
    if "nbf" in claims and (not is_time(claims["nbf"]) or claims["nbf"] > now + LEEWAY):
        raise SignInRefused("nbf")


def _check_kind(claims: Mapping[str, Any]) -> None:
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise SignInRefused("events")
    if "nonce" in claims:  # or somebody could pass an ID token off as this
        raise SignInRefused("nonce")


def _check_names(claims: Mapping[str, Any]) -> None:
    if not is_subject(claims.get("jti")):
        raise SignInRefused("jti")
    for name in ("sub", "sid"):
        if name in claims and not is_subject(claims[name]):
            raise SignInRefused(name)
    if "sub" not in claims and "sid" not in claims:
        raise SignInRefused("sub", "neither sub nor sid")
