"""How is typed text cleaned, folded for sorting and cut into words for searching?"""

from __future__ import annotations

import re
import unicodedata

from anyascii import anyascii

_WORD = re.compile(r"[0-9a-z]+")
# Characters that no form needs: controls but tab and newline, surrogates, and the
# directional overrides that let a text pretend to be another one.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]"
)


def clean_text(value: str) -> str:
    """Return ``value`` in NFC without control characters, with ``\\n`` line ends, stripped."""
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    return _FORBIDDEN.sub("", unicodedata.normalize("NFC", _FORBIDDEN.sub("", value))).strip()


def clean_line(value: str) -> str:
    """Return ``value`` cleaned, on one line, with single spaces."""
    return " ".join(clean_text(value).split())


def fold(value: str, limit: int = 255) -> str:
    """Return the key by which ``value`` sorts and is found: ASCII, lower case, single spaces."""
    return " ".join(_WORD.findall(anyascii(value).lower()))[:limit]


def words(*values: str | None) -> set[str]:
    """Return the distinct folded words of ``values``."""
    return {word[:40] for value in values if value for word in fold(value, 4000).split()}


_SEVERAL = re.compile(r"[,;\n]+")


def several(text: str | None) -> list[str]:
    """Return what stands in ``text`` between commas, semicolons and line ends, each once."""
    return list(dict.fromkeys(part.strip() for part in _SEVERAL.split(text or "") if part.strip()))


def either(english: str, french: str, language: str) -> str:
    """Return a text in "en" or "fr", or in the other language where it is written in one alone."""
    return (french or english) if language == "fr" else (english or french)
