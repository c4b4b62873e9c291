"""What is kept of a file that belongs to a record?"""

from __future__ import annotations

import datetime as dt
from functools import partial

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.database import Base, Numbered, RowNumber, UTCDateTime
from portal.core.keeping import KeptFile
from portal.core.references import new_reference
from portal.core.times import now


class Attachment(Numbered, Base):
    """One file beside a registration or a deal; added or taken away, never changed.

    It belongs to the record by its reference, as notes and events do.
    """

    __tablename__ = "attachment"
    reference: Mapped[str] = mapped_column(
        String(11), unique=True, default=partial(new_reference, "FI")
    )
    record: Mapped[str] = mapped_column(String(11), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("kept_file.id"), index=True)
    file: Mapped[KeptFile] = relationship()
    # As it was called when it came, and how many bytes it has.
    name: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(BigInteger)
    membership_id: Mapped[int] = mapped_column(RowNumber)
    added_by: Mapped[str] = mapped_column(String(120))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
