"""Which record is shared with whom, how far, and until when?"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.database import Base, Numbered, RowNumber, UTCDateTime, choice
from portal.core.references import new_reference
from portal.core.times import now


class Level(StrEnum):
    """What a share lets somebody do, as far as their role does that at all."""

    VIEW = "view"
    EDIT = "edit"


_level, _level_check = choice("level", Level)


class Share(Numbered, Base):
    """One deal, or one registration that was sent, shared with one person or one organisation.

    One row for each pair: sharing it again with the same changes the row. What is shared and with
    whom is named by strings, because the policies of those records read this table.
    """

    __tablename__ = "share"
    reference: Mapped[str] = mapped_column(
        String(11), unique=True, default=partial(new_reference, "SH")
    )
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deal.id"))
    deal: Mapped[Any] = relationship("Deal")
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"))
    registration: Mapped[Any] = relationship("Registration")
    membership_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    # As they were called when it was shared. Who may share a record need not know each person
    # with whom a colleague has shared it, and who holds a share need not know who shared it.
    holder_name: Mapped[str] = mapped_column(String(120))
    holder_place: Mapped[str] = mapped_column(String(120))
    holder_side: Mapped[str] = mapped_column(String(10))
    made_by_id: Mapped[int] = mapped_column(RowNumber)
    maker_name: Mapped[str] = mapped_column(String(120))
    maker_place: Mapped[str] = mapped_column(String(120))
    maker_side: Mapped[str] = mapped_column(String(10))
    level: Mapped[str] = mapped_column(_level)
    # The last day in the vendor's zone, and the moment at which it is over; none: no end.
    until: Mapped[dt.date | None] = mapped_column(Date)
    ends_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __table_args__ = (
        _level_check,
        CheckConstraint("(deal_id IS NULL) <> (registration_id IS NULL)", name="record"),
        CheckConstraint("(membership_id IS NULL) <> (organisation_id IS NULL)", name="holder"),
        UniqueConstraint("deal_id", "membership_id"),
        UniqueConstraint("deal_id", "organisation_id"),
        UniqueConstraint("registration_id", "membership_id"),
        UniqueConstraint("registration_id", "organisation_id"),
    )
    __mapper_args__ = {"version_id_col": version}

    @property
    def record(self) -> Any:
        """Return the deal or registration, as far as whoever asks may know of it."""
        return self.deal if self.deal_id is not None else self.registration

    @property
    def is_in_force(self) -> bool:
        """Tell whether it lets somebody in at present."""
        return self.revoked_at is None and (self.ends_at is None or self.ends_at > now())
