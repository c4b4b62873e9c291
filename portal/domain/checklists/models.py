"""What is kept of a partner's checklist and of each of its items?"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from functools import partial
from typing import Any, ClassVar

from sqlalchemy import JSON, Boolean, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.database import Base, Numbered, RowNumber, UTCDateTime, choice
from portal.core.language import _
from portal.core.references import new_reference
from portal.core.text import either
from portal.core.times import now
from portal.core.workflow import HasNextAction
from portal.domain.checklist_templates.content import Item, Kind, Owner, item_from
from portal.domain.checklist_templates.models import ChecklistTemplate
from portal.domain.organisations.models import Organisation

NEVER = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
"""Since when a complete checklist waits: after all that wait for somebody."""


class Status(StrEnum):
    """How far a partner has come."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    COMPLETE = "complete"


class ItemStatus(StrEnum):
    """Where one item stands."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    COMPLETE = "complete"
    WAIVED = "waived"
    EXPIRED = "expired"


TO_DO = frozenset(
    {ItemStatus.NOT_STARTED, ItemStatus.IN_PROGRESS, ItemStatus.RETURNED, ItemStatus.EXPIRED}
)
"""The states in which whoever owns an item has something to do."""

_status, _status_check = choice("status", Status)
_item_status, _item_status_check = choice("status", ItemStatus)
_owner, _owner_check = choice("owner", Owner)


class Checklist(Numbered, Base):
    """What one partner is asked by one template."""

    __tablename__ = "checklist"
    part_of: ClassVar[str] = "organisation_id"
    reference: Mapped[str] = mapped_column(
        String(11), unique=True, default=partial(new_reference, "CL")
    )
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    organisation: Mapped[Organisation] = relationship()
    template_id: Mapped[int] = mapped_column(ForeignKey("checklist_template.id"), index=True)
    template: Mapped[ChecklistTemplate] = relationship()
    # The edition of the template that it follows.
    edition: Mapped[int] = mapped_column()
    name: Mapped[str] = mapped_column(String(80))
    name_fr: Mapped[str] = mapped_column(String(80), default="")
    status: Mapped[str] = mapped_column(_status)
    begun_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    due_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    completed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    # Of its mandatory items: how many there are, and how many are done.
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    # At which item it stands, with whom, and since when; of a complete one some day, so that the
    # board begins with whoever has waited longest. No foreign key: an item points here already.
    step_id: Mapped[int | None] = mapped_column(RowNumber)
    turn: Mapped[str] = mapped_column(String(10), default="")
    waiting_since: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    remind_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __table_args__ = (
        _status_check,
        UniqueConstraint("organisation_id", "template_id"),
        # Whose turn it is and which are overdue is found in the index that is gone through. One
        # that begins with the turn would be taken for the shorter way into a small portfolio.
        Index("ix_checklist_waiting", "waiting_since", "reference", "turn", "due_at"),
        Index("ix_checklist_complete", "completed_at", "reference"),
        Index("ix_checklist_remind", "remind_at"),
    )
    __mapper_args__ = {"version_id_col": version}

    @property
    def is_open(self) -> bool:
        """Tell whether something is still to be done."""
        return self.status != Status.COMPLETE

    def name_in(self, language: str) -> str:
        """Return its name in "en" or "fr"."""
        return either(self.name, self.name_fr, language)

    def stand_still(self) -> None:
        """Wait for nobody."""
        self.step_id, self.turn, self.waiting_since = None, "", NEVER


class ChecklistItem(Numbered, HasNextAction, Base):
    """One item of a partner's checklist, with what it asks and what came of it."""

    __tablename__ = "checklist_item"
    part_of: ClassVar[str] = "organisation_id"
    reference: Mapped[str] = mapped_column(
        String(11), unique=True, default=partial(new_reference, "CI")
    )
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklist.id"))
    checklist: Mapped[Checklist] = relationship()
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    organisation: Mapped[Organisation] = relationship()
    # Which item of the template it is, and what that asks in the edition that it follows.
    key: Mapped[str] = mapped_column(String(40))
    position: Mapped[int] = mapped_column()
    kept: Mapped[dict[str, Any]] = mapped_column(JSON)
    owner: Mapped[str] = mapped_column(_owner)
    is_mandatory: Mapped[bool] = mapped_column(Boolean)
    status: Mapped[str] = mapped_column(_item_status)
    # Whether something else has to be done before.
    is_blocked: Mapped[bool] = mapped_column(Boolean, default=False)
    # Since when it stands as it does, or could be begun.
    since: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    due_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    # What was answered: the question's key, as it was asked in both languages, and the text.
    answers: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    has_files: Mapped[bool] = mapped_column(Boolean, default=False)
    # When it was sent last, and by whom: what was sent stays as it is.
    files_sealed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    sent_by_id: Mapped[int | None] = mapped_column(RowNumber)
    sent_by: Mapped[str] = mapped_column(String(120), default="")
    # Why it was returned last, or why staff do without it; empty where an edition dropped it.
    reason: Mapped[str] = mapped_column(String(500), default="")
    completed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    # Until when what was accepted holds, also while it is being renewed; None without an end.
    expires_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __table_args__ = (
        _item_status_check,
        _owner_check,
        UniqueConstraint("checklist_id", "key"),
        Index("ix_checklist_item_organisation", "organisation_id", "next_side"),
        Index("ix_checklist_item_next", "next_side", "next_by", "id"),
        Index("ix_checklist_item_expires", "expires_at"),
    )
    __mapper_args__ = {"version_id_col": version}

    @property
    def item(self) -> Item:
        """Return what it asks."""
        return item_from(self.kept)

    def title_in(self, language: str) -> str:
        """Return its title in "en" or "fr"."""
        return self.item.title_in(language)

    def answers_in(self, language: str) -> list[tuple[str, str]]:
        """Return what was answered: the question as it was asked in "en" or "fr", and the text."""
        return [(either(one["en"], one["fr"], language), one["text"]) for one in self.answers]

    @property
    def said_reason(self) -> str:
        """Return why it was returned, or why it is not asked for, as the reader is told it."""
        if self.reason or self.status != ItemStatus.WAIVED:
            return self.reason
        return _("The checklist does not ask for it any more.")

    @property
    def is_done(self) -> bool:
        """Tell whether it keeps nothing waiting: what is renewed holds until its last day."""
        is_over = self.status in (ItemStatus.COMPLETE, ItemStatus.WAIVED)
        return is_over or self.expires_at is not None

    @property
    def is_derived(self) -> bool:
        """Tell whether it follows from facts, so that nobody ticks it."""
        return bool(self.kept["kind"] == Kind.ACCOUNT)

    @property
    def takes_files(self) -> bool:
        """Tell whether files can be added and taken away."""
        is_theirs = self.owner != Owner.STAFF and not self.is_derived
        return is_theirs and self.status in TO_DO and not self.is_blocked
