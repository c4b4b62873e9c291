"""Was this sent, when, and under which rules?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from portal.core.database import db
from portal.core.net import system_mode
from portal.domain.registrations.models import Receipt


@dataclass(frozen=True)
class Proof:
    """What anybody may read of a receipt: not who sent it, nor what it said."""

    reference: str
    at: dt.datetime
    rule_version: str
    content_hash: str


def verify_receipt(reference: str) -> Proof | None:
    """Return what the receipt of that number proves, or None where there is none."""
    query = select(Receipt.reference, Receipt.at, Receipt.rule_version, Receipt.content_hash)
    with system_mode("verifying a receipt"):
        row = db.session.execute(query.where(Receipt.reference == reference)).first()
    return Proof(*row) if row else None
