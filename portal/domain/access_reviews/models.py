"""Who was looked at in which month, for which reasons, and what was decided on each?"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.database import Base, Numbered, RowNumber, UTCDateTime, choice
from portal.core.references import new_reference
from portal.core.times import now
from portal.core.workflow import HasNextAction
from portal.domain.organisations.models import Organisation
from portal.domain.people.models import Membership


class Status(StrEnum):
    """Where a review stands."""

    OPEN = "open"
    WITH_SECURITY = "with_security"
    SIGNED_OFF = "signed_off"


class Reason(StrEnum):
    """Why somebody's access is looked at."""

    LEFT = "left"
    NEVER = "never"
    INACTIVE = "inactive"
    BOUNCED = "bounced"
    WIDE = "wide"


class Decision(StrEnum):
    """What was decided on somebody's access."""

    KEEP = "keep"
    REDUCE = "reduce"
    DEACTIVATE = "deactivate"
    REDUCED_BY_CLOCK = "reduced_by_clock"


_status, _status_check = choice("status", Status)
_decision, _decision_check = choice("decision", Decision)


class AccessReview(Numbered, HasNextAction, Base):
    """One organisation's people in one month, looked at until somebody signs for it."""

    __tablename__ = "access_review"
    reference: Mapped[str] = mapped_column(
        String(11), unique=True, default=partial(new_reference, "RV")
    )
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    organisation: Mapped[Organisation] = relationship()
    # The first day of the month, in the vendor's zone.
    month: Mapped[dt.date] = mapped_column(Date)
    status: Mapped[str] = mapped_column(_status)
    # How many people there was a reason to look at.
    to_look_at: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    reminded_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    # When the time was over: who had not been looked at was reduced.
    closed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    signed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    signed_by_id: Mapped[int | None] = mapped_column(RowNumber)
    # What was signed, frozen: ids, codes and times alone. Its digest stands in the event too.
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    digest: Mapped[str] = mapped_column(String(64), default="")
    version: Mapped[int] = mapped_column(default=1)
    items: Mapped[list[AccessReviewItem]] = relationship(
        order_by="AccessReviewItem.id", back_populates="review"
    )
    __table_args__ = (
        _status_check,
        UniqueConstraint("organisation_id", "month"),
        Index("ix_access_review_opened", "opened_at", "reference"),
        Index("ix_access_review_next", "next_side", "next_by", "id"),
        Index("ix_access_review_status", "status", "opened_at"),
    )
    __mapper_args__ = {"version_id_col": version}


class AccessReviewItem(Numbered, Base):
    """One membership that had access when the review began: reasons to look, and the decision."""

    __tablename__ = "access_review_item"
    reference: Mapped[str] = mapped_column(
        String(11), unique=True, default=partial(new_reference, "RI")
    )
    review_id: Mapped[int] = mapped_column(ForeignKey("access_review.id"))
    review: Mapped[AccessReview] = relationship(back_populates="items")
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    membership: Mapped[Membership] = relationship()
    # As they were when the review began.
    role: Mapped[str] = mapped_column(String(32))
    reach: Mapped[str] = mapped_column(String(32))
    seen_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    reasons: Mapped[list[str]] = mapped_column(JSON)
    has_reasons: Mapped[bool] = mapped_column(Boolean)
    decision: Mapped[str | None] = mapped_column(_decision)
    decided_by_id: Mapped[int | None] = mapped_column(RowNumber)
    decided_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __table_args__ = (_decision_check, UniqueConstraint("review_id", "membership_id"))
    __mapper_args__ = {"version_id_col": version}

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still has to look at it: not where the access is closed by now."""
        return self.has_reasons and self.decision is None and self.membership.is_active
