"""What does a note for the vendor's own side hold?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.database import Base, Numbered, RowNumber, UTCDateTime
from portal.core.times import now


class Note(Numbered, Base):
    """What somebody of the vendor's side wrote beside a record; added, never changed.

    It belongs to the record by its reference, as an event does: nothing of the record's own row
    tells that there is one.
    """

    __tablename__ = "note"
    record: Mapped[str] = mapped_column(String(11), index=True)
    membership_id: Mapped[int] = mapped_column(RowNumber)
    author: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
