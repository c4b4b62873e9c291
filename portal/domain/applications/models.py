"""What does a company say that wants to become a partner, and which partner might it be already?"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from functools import partial

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.database import Base, Numbered, RowNumber, UTCDateTime, choice
from portal.core.references import new_reference
from portal.core.times import now
from portal.core.workflow import HasNextAction


class Status(StrEnum):
    """Where an application stands."""

    UNVERIFIED = "unverified"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    NEEDS_INFO = "needs_info"
    APPROVED = "approved"
    REJECTED = "rejected"
    PASSED_ON = "passed_on"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class RefuseReason(StrEnum):
    """Why a company does not become a partner."""

    NO_FIT = "no_fit"
    NO_NEED = "no_need"
    NOT_ENOUGH = "not_enough"
    OTHER = "other"


class SameAnswer(StrEnum):
    """A reviewer's answer to: is it this partner?"""

    SAME = "same"
    DIFFERENT = "different"


_status, _status_check = choice("status", Status)


class Application(Numbered, HasNextAction, Base):
    """A company's wish to become a partner; until its mail's link is opened nobody reads it."""

    __tablename__ = "application"
    reference: Mapped[str] = mapped_column(
        String(11), unique=True, default=partial(new_reference, "AP")
    )
    status: Mapped[str] = mapped_column(_status)
    version: Mapped[int] = mapped_column(default=1)
    # The form it came by: sent twice, it is one application.
    form_key: Mapped[str] = mapped_column(String(32), unique=True)

    company: Mapped[str] = mapped_column(String(120))
    website: Mapped[str] = mapped_column(String(255))
    domain: Mapped[str] = mapped_column(String(253))
    country: Mapped[str] = mapped_column(String(2), index=True)
    region: Mapped[str] = mapped_column(String(60), default="")
    city: Mapped[str] = mapped_column(String(120), default="")
    types: Mapped[list[str]] = mapped_column(JSON, default=list)
    products: Mapped[list[str]] = mapped_column(JSON, default=list)
    business: Mapped[str] = mapped_column(Text)
    people: Mapped[int] = mapped_column()
    contact_name: Mapped[str] = mapped_column(String(120))
    contact_email: Mapped[str] = mapped_column(String(254), index=True)
    contact_phone: Mapped[str] = mapped_column(String(20), default="")
    language: Mapped[str] = mapped_column(String(5), default="en")
    consent_words: Mapped[str] = mapped_column(String(255), default="")

    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    # Until when its link confirms the address; what nobody confirmed is deleted then.
    expires_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, index=True)
    submitted_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    decided_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    # The partner that it became, or was already.
    partner: Mapped[str | None] = mapped_column(String(11))
    reviewer_id: Mapped[int | None] = mapped_column(RowNumber)
    question: Mapped[str] = mapped_column(Text, default="")
    # When the applicant was reminded of the question, if they were.
    reminded_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    reply: Mapped[str] = mapped_column(Text, default="")
    reason_code: Mapped[str] = mapped_column(String(20), default="")
    reason_text: Mapped[str] = mapped_column(Text, default="")
    __table_args__ = (_status_check,)
    __mapper_args__ = {"version_id_col": version}


class ApplicationMatch(Numbered, Base):
    """A partner that an application might be of, copied for the reviewer, who answers it."""

    __tablename__ = "application_match"
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    application: Mapped[Application] = relationship()
    other_id: Mapped[int] = mapped_column(RowNumber)
    other_reference: Mapped[str] = mapped_column(String(11))
    other_name: Mapped[str] = mapped_column(String(120))
    other_domains: Mapped[list[str]] = mapped_column(JSON, default=list)
    evidence: Mapped[list[str]] = mapped_column(JSON, default=list)
    answer: Mapped[str | None] = mapped_column(String(10))
    answered_by: Mapped[str] = mapped_column(String(120), default="")
