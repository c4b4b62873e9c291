"""What does a page say of a record's files?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from babel.numbers import format_decimal
from flask import url_for

from portal.core.access import can
from portal.core.filetypes import ACCEPT
from portal.core.language import locale
from portal.domain.attachments.operations import MOST
from portal.domain.attachments.records import attachments_of
from portal.domain.people.actor import MemberActor
from portal.domain.permissions import Permission as P
from portal.domain.registrations.models import Registration


@dataclass(frozen=True)
class FileLine:
    """One file as a page shows it."""

    reference: str
    name: str
    size: str
    added_by: str


def files_card(record: Any, actor: MemberActor, problems: Sequence[str] = ()) -> dict[str, Any]:
    """Return what the card of a record's files shows, and whether the reader may add to them."""
    is_registration = isinstance(record, Registration)
    needed = P.REGISTRATION_EDIT if is_registration else P.DEAL_EDIT
    lines = [
        FileLine(one.reference, one.name, said_size(one.size), one.added_by)
        for one in attachments_of(record)
    ]
    kind = "registration" if is_registration else "deal"
    return {
        "lines": lines,
        "problems": problems,
        "may_attach": record.takes_files and can(actor, needed, record),
        "has_room": len(lines) < MOST,
        "most": MOST,
        "accept": f"image/*,{ACCEPT}",
        "url": url_for(f"attachments.attach_to_{kind}", reference=record.reference),
    }


def said_size(size: int) -> str:
    """Return a number of bytes as people read it: 3.4 MB, 12 kB."""
    unit, number = ("MB", size / 1024**2) if size >= 1024**2 else ("kB", max(size / 1024, 1))
    digits = "0.0" if unit == "MB" and number < 10 else "0"
    return f"{format_decimal(number, digits, locale=locale())} {unit}"
