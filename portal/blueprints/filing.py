"""What does a page say of a record's files?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from babel.numbers import format_decimal
from flask import url_for

from portal.core import previews
from portal.core.filetypes import ACCEPT
from portal.core.keeping import KeptFile
from portal.core.language import locale
from portal.domain.attachments.operations import MOST
from portal.domain.attachments.policy import may_attach
from portal.domain.attachments.records import attachments_of, may_go
from portal.domain.people.actor import MemberActor


@dataclass(frozen=True)
class FileLine:
    """One file as a page shows it, with its preview where there is one."""

    reference: str
    name: str
    size: str
    added_by: str
    preview: KeptFile | None
    may_go: bool


def files_card(record: Any, actor: MemberActor, problems: Sequence[str] = ()) -> dict[str, Any]:
    """Return what the card of a record's files shows, and whether the reader may add to them."""
    may_change = record.takes_files and may_attach(actor, record)
    files = attachments_of(record)
    drawn = previews.first_of([one.file_id for one in files])
    lines = [
        FileLine(
            one.reference,
            one.name,
            said_size(one.size),
            one.added_by,
            drawn.get(one.file_id),
            may_change and may_go(one, record),
        )
        for one in files
    ]
    return {
        "lines": lines,
        "problems": problems,
        "may_attach": may_change,
        "has_room": len(lines) < MOST,
        "most": MOST,
        "accept": f"image/*,{ACCEPT}",
        "url": url_for(f"attachments.attach_to_{record.__tablename__}", reference=record.reference),
    }


def said_size(size: int) -> str:
    """Return a number of bytes as people read it: 3.4 MB, 12 kB."""
    unit, number = ("MB", size / 1024**2) if size >= 1024**2 else ("kB", max(size / 1024, 1))
    digits = "0.0" if unit == "MB" and number < 10 else "0"
    return f"{format_decimal(number, digits, locale=locale())} {unit}"
