"""What is kept of a checklist template and of what it once asked?"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.database import Base, Numbered, UTCDateTime, choice
from portal.core.references import new_reference
from portal.core.text import either
from portal.core.times import now
from portal.domain.checklist_templates.content import Item, item_from
from portal.domain.organisations.models import PartnerType


class Status(StrEnum):
    """Whether new partners get it."""

    DRAFT = "draft"
    IN_USE = "in_use"
    RETIRED = "retired"


_status, _status_check = choice("status", Status)
_type, _type_check = choice("partner_type", PartnerType)


class ChecklistTemplate(Numbered, Base):
    """What a new partner of one type, and of one tier or any, is asked to do.

    ``kept`` are the items as staff write them at present; partners get what was published last.
    """

    __tablename__ = "checklist_template"
    reference: Mapped[str] = mapped_column(
        String(11), unique=True, default=partial(new_reference, "CT")
    )
    name: Mapped[str] = mapped_column(String(80))
    name_fr: Mapped[str] = mapped_column(String(80), default="")
    partner_type: Mapped[str] = mapped_column(_type)
    # Empty: of any tier that has none of its own.
    tier: Mapped[str] = mapped_column(String(40), default="")
    status: Mapped[str] = mapped_column(_status)
    kept: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    # The number of the edition that was published last; 0 before the first.
    edition: Mapped[int] = mapped_column(default=0)
    # Whether something was written since.
    is_changed: Mapped[bool] = mapped_column(Boolean, default=True)
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    changed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now, onupdate=now)
    version: Mapped[int] = mapped_column(default=1)
    __table_args__ = (_status_check, _type_check)
    __mapper_args__ = {"version_id_col": version}

    @property
    def items(self) -> list[Item]:
        """Return the items as they are written at present, in their order."""
        return [item_from(one) for one in self.kept]

    def name_in(self, language: str) -> str:
        """Return its name in "en" or "fr"."""
        return either(self.name, self.name_fr, language)


# New partners of a kind get one template.
_is_in_use = ChecklistTemplate.status == Status.IN_USE
Index(
    "uq_checklist_template_in_use",
    ChecklistTemplate.partner_type,
    ChecklistTemplate.tier,
    unique=True,
    sqlite_where=_is_in_use,
    postgresql_where=_is_in_use,
)


class ChecklistEdition(Numbered, Base):
    """What a template asked when it was published; never changed."""

    __tablename__ = "checklist_edition"
    template_id: Mapped[int] = mapped_column(ForeignKey("checklist_template.id"))
    number: Mapped[int] = mapped_column()
    kept: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    published_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    __table_args__ = (UniqueConstraint("template_id", "number"),)

    @property
    def items(self) -> list[Item]:
        """Return its items in their order."""
        return [item_from(one) for one in self.kept]
