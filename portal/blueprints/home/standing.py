"""How is it said on home where a registration stands that needs nobody here?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app

from portal.core.addresses import address
from portal.core.language import _, show_ago, show_due, show_money
from portal.core.times import now
from portal.core.workflow import VENDOR
from portal.domain.registrations.models import Status
from portal.domain.registrations.workflow import REGISTRATION


@dataclass(frozen=True)
class Standing:
    """A registration that stands with the other side, or is decided."""

    reference: str
    company: str
    amount: str
    tone: str
    word: str
    detail: str
    url: str


def standings(rows: Sequence[Any], is_told: bool) -> list[Standing]:
    """Return how each of the registrations stands, in the order of ``rows``.

    ``is_told``: the reader sees by when the vendor answers.
    """
    return [_standing(row, is_told) for row in rows]


def _standing(row: Any, is_told: bool) -> Standing:
    state = REGISTRATION.state_of(row)
    vendor = current_app.config["VENDOR_SHORT_NAME"]
    if row.next_side == VENDOR and row.next_by and is_told:
        due = show_due(row.next_by)
        words = due.words if row.next_by > now() else _("soon")
        detail = _("%(vendor)s decides %(when)s", vendor=vendor, when=words)
        if row.status == Status.SUBMITTED:
            detail = _("%(vendor)s takes it for review %(when)s", vendor=vendor, when=words)
    else:
        detail = _("Changed %(when)s", when=show_ago(row.changed_at))
    return Standing(
        row.reference,
        row.company,
        show_money(row.value_minor, row.currency) if row.currency else "",
        state.tone,
        str(state.label),
        detail,
        address("registrations.show", reference=row.reference),
    )
