"""Did the portal itself make this link, for this purpose and this record?"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from flask import current_app

from portal.core.references import is_reference

SIGNATURE = 18  # bytes: 144 bits that nobody guesses
LONGEST = 60


def _sign(key: str, purpose: str, reference: str) -> str:
    secret = f"link-{purpose}:{key}".encode()
    whole = hmac.digest(secret, reference.encode(), sha256)
    return urlsafe_b64encode(whole[:SIGNATURE]).decode()


def token_for(purpose: str, reference: str) -> str:
    """Return the last part of the address that proves itself for ``purpose`` and ``reference``.

    Made anew whenever it is needed, so that it is stored nowhere.
    """
    return f"{reference}.{_sign(current_app.config['SECRET_KEY'], purpose, reference)}"


def reference_in_token(purpose: str, token: str) -> str | None:
    """Return the reference for which the portal made ``token``, or None for anything else.

    Earlier keys (SECRET_KEY_FALLBACKS) still prove a link.
    """
    reference, dot, signature = token[:LONGEST].partition(".")
    if not dot or not is_reference(reference) or not signature.isascii():
        return None
    keys = [current_app.config["SECRET_KEY"], *(current_app.config["SECRET_KEY_FALLBACKS"] or ())]
    good = [hmac.compare_digest(_sign(key, purpose, reference), signature) for key in keys]
    return reference if any(good) else None
