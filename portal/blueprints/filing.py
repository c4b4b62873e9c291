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
from portal.core.language import _, _l, locale
from portal.domain.attachments.operations import MOST
from portal.domain.attachments.policy import may_attach
from portal.domain.attachments.records import attachments_of, may_go
from portal.domain.checklists.models import ChecklistItem
from portal.domain.organisations.models import Organisation
from portal.domain.organisations.room import WITHOUT_LIMIT, limit_of, used_by
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
        "is_none_taken": False,
        "may_attach": may_change,
        "has_room": sum(one.may_go for one in lines) < MOST,
        "most": MOST,
        "accept": f"image/*,{ACCEPT}",
        "asks": _asks(record),
        "url": url_for(f"attachments.attach_to_{record.__tablename__}", reference=record.reference),
    }


def _asks(record: Any) -> str:
    """Return what the field for the first file is called."""
    if isinstance(record, ChecklistItem):
        return _("Add the file, or take a photo of it")
    return _("Add files, such as an offer or a photo")


def said_size(size: int) -> str:
    """Return a number of bytes as people read it: 1.2 GB, 3.4 MB, 12 kB."""
    unit, most = next((one for one in _UNITS if size >= one[1]), _UNITS[-1])
    number = max(size / most, 1)
    digits = "0.#" if most > 1024 and number < 10 else "0"
    return f"{format_decimal(number, digits, locale=locale())} {unit}"


_UNITS = ((_l("GB"), 1024**3), (_l("MB"), 1024**2), (_l("kB"), 1024))


def said_room(organisation: Organisation) -> str:
    """Return how much of its room for files an organisation uses; without a limit, how much."""
    used, most = used_by(organisation.id), limit_of(organisation.side)
    if most == WITHOUT_LIMIT:
        return said_size(used)
    return _("%(used)s of %(most)s", used=said_size(used), most=said_size(most))
