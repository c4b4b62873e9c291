"""Is this address a page of our own that a browser may be sent back to?"""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

LONGEST = 1000
_ALLOWED = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/?%&=+,:!*'();$"
)


def safe_path(value: object) -> str | None:
    """Return `value` when it is a path of this portal, else None.

    Accepted is only what the portal's own URLs look like: one leading slash, then plain ASCII,
    an optional query, no fragment, at most 1000 characters. Everything that any browser might
    read as another host (`//`, `/\\`, control characters, percent-encoded forms of these) is
    refused rather than repaired, because browsers repair differently.
    """
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST:
        return None
    if not value.startswith("/") or not _ALLOWED.issuperset(value):
        return None
    path = value.partition("?")[0]
    # Proxies and browsers may decode once more than we do, so each layer must be harmless.
    for _ in range(4):
        if "//" in path or "\\" in path or not path.isprintable():
            return None
        if any(part in {".", ".."} for part in path.split("/")):
            return None
        if (decoded := unquote(path)) == path:
            break
        path = decoded
    else:
        return None
    if any(escape in value.lower() for escape in ("%00", "%0a", "%0d", "%09")):
        return None
    parts = urlsplit(value)
    return value if not parts.scheme and not parts.netloc else None
