"""Did the portal itself hand this out, for this purpose, a short while ago?"""

from __future__ import annotations

from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

LONGEST = 4000


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    keys = [*(current_app.config["SECRET_KEY_FALLBACKS"] or ()), current_app.config["SECRET_KEY"]]
    return URLSafeTimedSerializer(keys, salt=f"sealed-{purpose}")


def seal(purpose: str, values: dict[str, str]) -> str:
    """Return ``values`` as a text that a form carries and nobody can change; it hides nothing."""
    return str(_serializer(purpose).dumps(values))


def unseal(purpose: str, text: str, seconds: int) -> dict[str, str] | None:
    """Return what was sealed for ``purpose`` no longer than ``seconds`` ago, else None."""
    if len(text) > LONGEST:
        return None
    try:
        values: Any = _serializer(purpose).loads(text, max_age=seconds)
    except BadData:
        return None
    return values if isinstance(values, dict) else None
