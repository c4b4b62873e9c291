"""How is a record named in addresses and on screens?"""

from __future__ import annotations

import re
import secrets

from werkzeug.routing import BaseConverter, ValidationError

# Crockford's base 32: no I, L, O, U, so that a reference survives being read aloud.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
_SHAPE = re.compile(rf"^[A-Z]{{2}}-[{ALPHABET}]{{{LENGTH}}}$")
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_reference(prefix: str) -> str:
    """Return a fresh random reference such as ``DR-7Q4K2M9X`` (40 random bits)."""
    return f"{prefix}-" + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def is_reference(text: str) -> bool:
    """Tell whether ``text`` is written exactly as a reference is."""
    return _SHAPE.fullmatch(text) is not None


def reference_in(path: str) -> str:
    """Return the reference of the record that an address is about, or nothing."""
    return next((part for part in path.split("/") if is_reference(part)), "")


def normalise_reference(text: str) -> str | None:
    """Return ``text`` as a well-formed reference, or None if it cannot be one."""
    if len(text) > 2 + 1 + LENGTH or not text.isascii():
        return None
    prefix, dash, rest = text.upper().partition("-")
    candidate = prefix + dash + rest.translate(_LOOKALIKES)
    return candidate if _SHAPE.match(candidate) else None


class ReferenceConverter(BaseConverter):
    """``<reference:ref>`` in a rule: anything that is no reference is 404 before any query."""

    regex = r"[A-Za-z]{2}-[0-9A-Za-z]{8}"

    def to_python(self, value: str) -> str:
        reference = normalise_reference(value)
        if reference is None:
            raise ValidationError
        return reference
