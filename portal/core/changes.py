"""What did a field say before, and what does it say now?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import JSON, Boolean, Connection, ForeignKey, String, insert
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.database import Base, Numbered


class Change(Numbered, Base):
    """One field that an event changed, with both values in canonical form.

    A row of its own, because values are personal data and free text: it can be deleted, and the
    event, which holds but its digest, still follows from the one before.
    """

    __tablename__ = "change"
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    field: Mapped[str] = mapped_column(String(40))
    # Codes, ISO dates, minor units and texts as typed: whoever reads it says it in their language.
    before: Mapped[Any] = mapped_column(JSON, nullable=False)
    after: Mapped[Any] = mapped_column(JSON, nullable=False)
    partner_sees: Mapped[bool] = mapped_column(Boolean)


class Changed(NamedTuple):
    """One field with what it said before and says now, in canonical form."""

    field: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Changed]:
    """Return the fields of ``before`` that say something else in ``after``, in their order."""
    return [
        Changed(name, value, after[name]) for name, value in before.items() if value != after[name]
    ]


_ADD = insert(Change.__table__)  # type: ignore[arg-type]


def write_changes(
    connection: Connection,
    event_id: int,
    changes: Sequence[Changed],
    partner_sees: frozenset[str],
) -> None:
    """Add a row for each of ``changes`` beside the event, all in one statement.

    ``partner_sees`` names the fields of which the partner's side reads too.
    """
    rows = [
        {**change._asdict(), "event_id": event_id, "partner_sees": change.field in partner_sees}
        for change in changes
    ]
    connection.execute(_ADD, rows)
