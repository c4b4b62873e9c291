"""What is kept of an asset, of each of its versions, of whom it is for and of who took it?"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from functools import partial

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.database import Base, Numbered, RowNumber, UTCDateTime, choice
from portal.core.keeping import KeptFile
from portal.core.references import new_reference
from portal.core.text import either
from portal.core.times import now
from portal.core.workflow import HasNextAction


class Status(StrEnum):
    """Where a version stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


OPEN = frozenset({Status.DRAFT, Status.IN_REVIEW, Status.APPROVED, Status.SCHEDULED})
"""The states of a version that is not out yet; an asset has at most one."""


class Kind(StrEnum):
    """What an asset is."""

    DECK = "deck"
    PRICING = "pricing"
    MESSAGING = "messaging"
    BATTLE_CARD = "battle_card"
    RELEASE_NOTES = "release_notes"
    TERMS = "terms"
    OTHER = "other"


class Language(StrEnum):
    """In which language its content is."""

    ENGLISH = "en"
    FRENCH = "fr"
    BOTH = "both"


_status, _status_check = choice("status", Status)
_kind, _kind_check = choice("kind", Kind)
_kind_of_version, _kind_of_version_check = choice("kind", Kind)
_language, _language_check = choice("language", Language)


class AssetFolder(Numbered, Base):
    """A topic under which assets stand."""

    __tablename__ = "asset_folder"
    reference: Mapped[str] = mapped_column(
        String(11), unique=True, default=partial(new_reference, "AF")
    )
    name: Mapped[str] = mapped_column(String(60))
    name_fr: Mapped[str] = mapped_column(String(60))
    name_key: Mapped[str] = mapped_column(String(60), unique=True)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    def name_in(self, language: str) -> str:
        """Return its name in "en" or "fr"."""
        return either(self.name, self.name_fr, language)


class Facet(StrEnum):
    """By what an audience is told from everybody."""

    TYPE = "type"
    TIER = "tier"
    COUNTRY = "country"
    PRODUCT = "product"
    LANGUAGE = "language"


_facet, _facet_check = choice("facet", Facet)


class Audience(Numbered, Base):
    """Whom something is for: one row for each rule, shared by all that have the same one.

    So a reader's audiences are a handful of numbers, however many assets there are. Never
    changed: another rule is another row.
    """

    __tablename__ = "audience"
    # The digest of its values.
    key: Mapped[str] = mapped_column(String(64), unique=True)
    values: Mapped[list[AudienceValue]] = relationship(order_by="AudienceValue.value")


class AudienceValue(Base):
    """One value of a facet; an audience without any in a facet leaves nobody out by it."""

    __tablename__ = "audience_value"
    audience_id: Mapped[int] = mapped_column(ForeignKey("audience.id"), primary_key=True)
    facet: Mapped[str] = mapped_column(_facet, primary_key=True)
    value: Mapped[str] = mapped_column(String(40), primary_key=True)
    __table_args__ = (_facet_check,)


class Asset(Numbered, Base):
    """Something that partners use; what they get is always its current version."""

    __tablename__ = "asset"
    reference: Mapped[str] = mapped_column(
        String(11), unique=True, default=partial(new_reference, "AS")
    )
    # The version that partners get. No foreign key: tables that point at each other are neither
    # made nor emptied.
    current_id: Mapped[int | None] = mapped_column(RowNumber, unique=True)
    # Copies of what the current version says, by which partners' lists are read; without an
    # audience nobody gets it.
    audience_id: Mapped[int | None] = mapped_column(ForeignKey("audience.id"))
    folder_id: Mapped[int] = mapped_column(ForeignKey("asset_folder.id"))
    kind: Mapped[str] = mapped_column(_kind)
    published_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    valid_until: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    # The number of the version that was published last; numbers are never given twice.
    number: Mapped[int] = mapped_column(default=0)
    __table_args__ = (
        _kind_check,
        Index("ix_asset_published", "published_at", "reference"),
        Index("ix_asset_audience", "audience_id", "published_at", "reference"),
        Index("ix_asset_folder", "folder_id", "audience_id", "published_at", "reference"),
    )


class AssetVersion(Numbered, HasNextAction, Base):
    """One version of an asset: a file, a link or a text, with all that is said about it."""

    __tablename__ = "asset_version"
    reference: Mapped[str] = mapped_column(
        String(11), unique=True, default=partial(new_reference, "AV")
    )
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), index=True)
    asset: Mapped[Asset] = relationship()
    # Given when it is published.
    number: Mapped[int | None] = mapped_column()
    status: Mapped[str] = mapped_column(_status)
    version: Mapped[int] = mapped_column(default=1)

    kind: Mapped[str] = mapped_column(_kind_of_version)
    folder_id: Mapped[int] = mapped_column(ForeignKey("asset_folder.id"))
    folder: Mapped[AssetFolder] = relationship()
    # None until somebody has said whom it is for: without, nobody is sent it to review.
    audience_id: Mapped[int | None] = mapped_column(ForeignKey("audience.id"))
    audience: Mapped[Audience | None] = relationship()
    title: Mapped[str] = mapped_column(String(120))
    title_fr: Mapped[str] = mapped_column(String(120), default="")
    summary: Mapped[str] = mapped_column(String(500), default="")
    summary_fr: Mapped[str] = mapped_column(String(500), default="")
    language: Mapped[str] = mapped_column(_language)
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    note: Mapped[str] = mapped_column(String(500), default="")
    note_fr: Mapped[str] = mapped_column(String(500), default="")

    file_id: Mapped[int | None] = mapped_column(ForeignKey("kept_file.id"), unique=True)
    file: Mapped[KeptFile | None] = relationship()
    file_name: Mapped[str] = mapped_column(String(120), default="")
    file_size: Mapped[int] = mapped_column(BigInteger, default=0)
    link: Mapped[str] = mapped_column(String(500), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    text_fr: Mapped[str] = mapped_column(Text, default="")

    valid_from: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    valid_until: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    # Who wrote it last: somebody else stands for it as the second person.
    author_id: Mapped[int] = mapped_column(RowNumber)
    author_user_id: Mapped[int] = mapped_column(RowNumber)
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    changed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now, onupdate=now)
    published_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(String(500), default="")

    # What came of looking at the link: when, what was wrong, how often in a row.
    link_checked_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    link_problem: Mapped[str] = mapped_column(String(40), default="")
    link_failures: Mapped[int] = mapped_column(default=0)
    __table_args__ = (
        _status_check,
        _kind_of_version_check,
        _language_check,
        UniqueConstraint("asset_id", "number"),
        Index("ix_asset_version_all", "changed_at", "reference"),
        Index("ix_asset_version_status", "status", "changed_at", "reference"),
        Index("ix_asset_version_next", "next_side", "next_by", "id"),
        Index("ix_asset_version_from", "status", "valid_from"),
        Index("ix_asset_version_until", "status", "valid_until"),
    )
    __mapper_args__ = {"version_id_col": version}

    def title_in(self, language: str) -> str:
        """Return its title in "en" or "fr"."""
        return either(self.title, self.title_fr, language)

    @property
    def has_content(self) -> bool:
        """Tell whether there is anything to hand out."""
        return self.file_id is not None or bool(self.link or self.text or self.text_fr)


# One version at a time on its way to partners.
_is_open = AssetVersion.status.in_(sorted(OPEN))
Index(
    "uq_asset_version_open",
    AssetVersion.asset_id,
    unique=True,
    sqlite_where=_is_open,
    postgresql_where=_is_open,
)


class AssetWord(Base):
    """A folded word by whose beginning a version is found."""

    __tablename__ = "asset_word"
    version_id: Mapped[int] = mapped_column(
        ForeignKey("asset_version.id", ondelete="CASCADE"), primary_key=True
    )
    word: Mapped[str] = mapped_column(String(40), primary_key=True)
    __table_args__ = (Index("ix_asset_word_word", "word", "version_id"),)


class AssetFavourite(Base):
    """An asset that somebody keeps at hand."""

    __tablename__ = "asset_favourite"
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), primary_key=True, index=True)


class AssetDownload(Numbered, Base):
    """Somebody took a version along, as a file or by its link."""

    __tablename__ = "asset_download"
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("asset_version.id"), index=True)
    # The version's reference and number, which nobody looks up who may not see it any more.
    version_reference: Mapped[str] = mapped_column(String(11))
    number: Mapped[int] = mapped_column()
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    # What it was called, so that whoever took it is told of their copy when there is none any more.
    title: Mapped[str] = mapped_column(String(120))
    title_fr: Mapped[str] = mapped_column(String(120))
    recalled_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    recall_reason: Mapped[str] = mapped_column(String(500), default="")
    __table_args__ = (
        Index("ix_asset_download_asset", "asset_id", "at", "id"),
        Index("ix_asset_download_membership", "membership_id", "asset_id", "number"),
    )

    def title_in(self, language: str) -> str:
        """Return what it was called in "en" or "fr"."""
        return either(self.title, self.title_fr, language)
