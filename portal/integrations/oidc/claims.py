"""Does what a provider states hold together, and whom does it name?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from portal.core.identity import Identity, SignInRefused

LEEWAY = 60  # seconds by which two clocks may differ
OLDEST = 600  # seconds since a token was issued; it comes straight from the token endpoint


def check_claims(claims: Mapping[str, Any], issuer: str, client_id: str, now: float) -> None:
    """Check in an ID token, whose signature and nonce hold, what Authlib leaves open.

    `now` is in Unix seconds. Raises SignInRefused naming the claim.
    """
    if claims.get("iss") != issuer:
        raise SignInRefused("iss")
    check_audience(claims, client_id)
    if not is_time(claims.get("exp")) or claims["exp"] <= now - LEEWAY:
        raise SignInRefused("exp")
    if not is_time(claims.get("iat")) or not now - OLDEST <= claims["iat"] <= now + LEEWAY:
        raise SignInRefused("iat")
    if "auth_time" in claims:
        moment = claims["auth_time"]
        if not is_time(moment) or not 0 <= moment <= now + LEEWAY:
            raise SignInRefused("auth_time")
    if not is_subject(claims.get("sub")):
        raise SignInRefused("sub")


def check_asked_anew(claims: Mapping[str, Any], since: float) -> None:
    """Raise SignInRefused("fresh") unless the person signed in at the provider after `since`.

    In Unix seconds; that it is no moment to come, `check_claims` has seen to.
    """
    moment: Any = claims.get("auth_time")
    if not is_time(moment) or moment < since - LEEWAY:
        raise SignInRefused("fresh", repr(moment)[:40])


def check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    """Raise SignInRefused unless the token was made for `client_id`."""
    stated = claims.get("aud")
    audience = [stated] if isinstance(stated, str) else stated
    if not isinstance(audience, list) or not audience:
        raise SignInRefused("aud")
    if not all(isinstance(one, str) and one for one in audience) or client_id not in audience:
        raise SignInRefused("aud")
    # A token for several audiences must say that it was made for us.
    if len(set(audience)) > 1 and "azp" not in claims:
        raise SignInRefused("azp")
    if "azp" in claims and claims["azp"] != client_id:
        raise SignInRefused("azp")


def is_subject(value: object) -> bool:
    """Say whether `value` is 1 to 255 printable ASCII characters without outer blanks."""
    return (
        isinstance(value, str)
        and 1 <= len(value) <= 255
        and value.isascii()
        and value.isprintable()
        and value == value.strip()
    )


def identity_from(claims: Mapping[str, Any]) -> Identity:
    """Return the identity that checked `claims` describe; what is oddly shaped is left out."""
    email = _line(claims.get("email"), 254)
    if email is not None and ("@" not in email or " " in email):
        email = None
    methods = claims.get("amr")
    moment = claims.get("auth_time")
    return Identity(
        issuer=claims["iss"],
        subject=claims["sub"],
        email=email,
        # The text "true" is not a boolean; an address counts as verified only when it is stated so.
        is_email_verified=email is not None and claims.get("email_verified") is True,
        name=_line(claims.get("name"), 120)
        or _line(claims.get("preferred_username"), 120)
        or email
        or claims["sub"][:120],
        sid=_line(claims.get("sid"), 255),
        acr=_line(claims.get("acr"), 255),
        amr=tuple(
            method for one in (methods if isinstance(methods, list) else [])[:10]
            if (method := _line(one, 40))
        ),
        authenticated_at=(
            dt.datetime.fromtimestamp(moment, dt.UTC) if moment and is_time(moment) else None
        ),
    )  # fmt: skip


# Methods of RFC 8176 by what each proves: something known, something held, something one is.
FACTORS = (
    frozenset({"kba", "pin", "pwd"}),
    frozenset({"hwk", "otp", "pop", "sc", "sms", "swk", "tel"}),
    frozenset({"face", "fpt", "iris", "retina", "vbm"}),
)


def has_two_factors(identity: Identity, strong: frozenset[str]) -> bool:
    """Say whether the provider vouches for two factors of different kinds.

    ``strong`` are the values of ``acr`` that mean so at this provider.
    """
    kinds = sum(1 for methods in FACTORS if methods & set(identity.amr))
    return identity.acr in strong or "mfa" in identity.amr or kinds >= 2


def _line(value: object, longest: int) -> str | None:
    if not isinstance(value, str):
        return None
    text = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return text if 0 < len(text) <= longest else None


def is_time(value: object) -> bool:
    """Say whether `value` can be a moment in Unix seconds."""
    # bool is an int to Python; 1e11 seconds is the year 5138, past what calendars here can hold.
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e11
