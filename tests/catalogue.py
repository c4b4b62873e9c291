"""What does the French catalogue hold?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "portal/translations/fr_CA/LC_MESSAGES/messages.po"


def messages() -> list[Message]:
    """Return every text but the header."""
    with CATALOGUE.open("rb") as file:
        return [message for message in read_po(file, locale="fr_CA") if message.id]


def forms_of(text: Any) -> list[str]:
    """Return one form, or a plural's two."""
    return list(text) if isinstance(text, (list, tuple)) else [text]


def french() -> list[tuple[str, str]]:
    """Return every (English, French), a plural's forms one by one."""
    return [
        pair
        for message in messages()
        for pair in zip(forms_of(message.id), forms_of(message.string), strict=True)
    ]
