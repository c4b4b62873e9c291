"""Which contents are kept, for which records, and who may know of one?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, String, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.access import Policy, Term, Words, scope_of, with_one
from portal.core.database import Base, Numbered, RowNumber, UTCDateTime
from portal.core.times import now


class KeptFile(Numbered, Base):
    """One content in the storage: the only rows that name its keys.

    A preview is one too. It names its original, and is gone with it.
    """

    __tablename__ = "kept_file"
    key: Mapped[str] = mapped_column(String(32), unique=True)
    mime: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    # SHA-256 of the content, in hexadecimal digits.
    digest: Mapped[str] = mapped_column(String(64), index=True)
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    # Whose room it takes; nobody's, of a preview and of what the vendor keeps.
    organisation_id: Mapped[int | None] = mapped_column(RowNumber, index=True)
    original_id: Mapped[int | None] = mapped_column(
        RowNumber, ForeignKey("kept_file.id", ondelete="CASCADE")
    )
    # Of a preview: which page of the original it shows, from 1, and its measures in pixels.
    page: Mapped[int] = mapped_column(default=0)
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    __table_args__ = (UniqueConstraint("original_id", "page"),)


_terms: list[Term] = []
FILES = Policy(KeptFile, scope=_terms)


def held_by(model: type[Any], column: Any, words: Words, *permissions: str) -> None:
    """Let who reads a row of ``model`` know of the content whose row number its ``column`` holds.

    And of its previews. Each noun with files says so once, beside its policy, and by which
    ``permissions`` its rows are read at all: one of them is enough.
    """

    def where(actor: Any) -> ColumnElement[bool] | None:
        if actor.permissions.isdisjoint(permissions):
            return None
        original = func.coalesce(KeptFile.original_id, KeptFile.id)
        return with_one(model, column == original, scope_of(model, actor))

    _terms.append(Term(model.__tablename__, words, where))
