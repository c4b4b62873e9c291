"""What did the vendor decide of the fields that partners read?"""

from __future__ import annotations

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.database import Base


class FieldSetting(Base):
    """The one row of all decisions, in one line of text, so that every request reads it whole."""

    __tablename__ = "field_setting"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # "+deal.close_on -deal.probability"; of a field that is not named its own default holds.
    chosen: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    @property
    def reference(self) -> str:
        """Return the name of its history."""
        return "fields"
