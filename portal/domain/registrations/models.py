"""What does a registration hold, what was asked about it, and whom might it collide with?"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from functools import partial

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.database import Base, Numbered, UTCDateTime, choice
from portal.core.references import new_reference
from portal.core.times import now
from portal.core.workflow import HasNextAction
from portal.domain.organisations.models import Organisation
from portal.domain.people.models import Membership
from portal.domain.products.models import Product

FILES = "files"
"""What a reviewer names who asks for files; it stands beside the record's own fields."""


class Status(StrEnum):
    """Where a registration stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    NEEDS_INFO = "needs_info"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class ActivityKind(StrEnum):
    """What a partner has done with the customer so far."""

    CALL = "call"
    MEETING = "meeting"
    DEMO = "demo"
    PROPOSAL = "proposal"
    SITE_VISIT = "site_visit"
    TRIAL = "trial"
    OTHER = "other"


class RejectReason(StrEnum):
    """Why a registration was rejected."""

    EXISTING_CUSTOMER = "existing_customer"
    PROTECTED = "protected"
    NOT_ENOUGH_EVIDENCE = "not_enough_evidence"
    OUT_OF_TERRITORY = "out_of_territory"
    NO_PROJECT = "no_project"
    OTHER = "other"


class MatchAnswer(StrEnum):
    """A reviewer's answer to: is it the same customer?"""

    SAME = "same"
    DIFFERENT = "different"


_status, _status_check = choice("status", Status)
_kind, _kind_check = choice("kind", ActivityKind)


class Registration(Numbered, HasNextAction, Base):
    """A partner's request that a customer be reserved for one opportunity."""

    __tablename__ = "registration"
    reference: Mapped[str] = mapped_column(
        String(11), unique=True, default=partial(new_reference, "DR")
    )
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    organisation: Mapped[Organisation] = relationship()
    owner_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    owner: Mapped[Membership] = relationship(foreign_keys=owner_id)
    status: Mapped[str] = mapped_column(_status)
    version: Mapped[int] = mapped_column(default=1)
    # It is or was shared: only then is asked with whom.
    is_shared: Mapped[bool] = mapped_column(Boolean, default=False)
    # There are or were files beside it: only then is asked which.
    has_files: Mapped[bool] = mapped_column(Boolean, default=False)

    company: Mapped[str] = mapped_column(String(120), default="")
    website: Mapped[str] = mapped_column(String(255), default="")
    has_no_website: Mapped[bool] = mapped_column(Boolean, default=False)
    domain: Mapped[str | None] = mapped_column(String(253))
    customer_key: Mapped[str | None] = mapped_column(String(300), index=True)
    legal_name: Mapped[str] = mapped_column(String(120), default="")
    street: Mapped[str] = mapped_column(String(200), default="")
    postal_code: Mapped[str] = mapped_column(String(20), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    region: Mapped[str] = mapped_column(String(60), default="")
    city: Mapped[str] = mapped_column(String(120), default="")
    contact_name: Mapped[str] = mapped_column(String(120), default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    contact_phone: Mapped[str] = mapped_column(String(20), default="")

    value_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="")
    close_on: Mapped[dt.date | None] = mapped_column(Date)
    need: Mapped[str] = mapped_column(Text, default="")
    rivals: Mapped[str] = mapped_column(String(255), default="")
    own_reference: Mapped[str] = mapped_column(String(64), default="")

    # What "something else" was that they did with the customer.
    other_activity: Mapped[str] = mapped_column(String(120), default="")
    may_contact: Mapped[str] = mapped_column(String(3), default="")
    consent_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    consent_words: Mapped[str] = mapped_column(String(255), default="")

    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    changed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now, onupdate=now)
    submitted_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id"))
    # The person behind it, whatever membership they act under later.
    submitter_user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id"))
    # Business seconds left of the vendor's time while the partner answers.
    vendor_seconds_left: Mapped[int | None] = mapped_column()
    decided_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    reason_code: Mapped[str] = mapped_column(String(32), default="")
    reason_text: Mapped[str] = mapped_column(Text, default="")

    products: Mapped[list[Product]] = relationship(
        secondary="registration_product", order_by=Product.name
    )
    activities: Mapped[list[RegistrationActivity]] = relationship(
        cascade="all, delete-orphan", order_by="RegistrationActivity.on"
    )
    questions: Mapped[list[Question]] = relationship(
        cascade="all, delete-orphan", order_by="Question.id"
    )
    __table_args__ = (
        _status_check,
        CheckConstraint("value_minor IS NULL OR value_minor > 0", name="value_minor"),
        Index("ix_registration_next", "next_side", "next_by", "id"),
        Index("ix_registration_organisation_next", "organisation_id", "next_side", "next_by", "id"),
        Index("ix_registration_owner_next", "owner_id", "next_side", "next_by", "id"),
        Index("ix_registration_all", "changed_at", "reference"),
        Index("ix_registration_organisation", "organisation_id", "changed_at", "reference"),
        Index("ix_registration_owner", "owner_id", "organisation_id", "changed_at", "reference"),
        Index("ix_registration_status", "status", "changed_at", "reference"),
    )
    __mapper_args__ = {"version_id_col": version}

    @property
    def takes_files(self) -> bool:
        """Tell whether files are added: to a draft, and when the reviewer asks for them."""
        return self.status == Status.DRAFT or self.files_sealed_at is not None

    @property
    def files_sealed_at(self) -> dt.datetime | None:
        """Return until when files were sent that stay, where the reviewer asks for more."""
        if self.status != Status.NEEDS_INFO:
            return None
        return next((one.asked_at for one in self.open_questions if one.field == FILES), None)

    @property
    def open_questions(self) -> list[Question]:
        """Return the questions that wait for an answer."""
        return [question for question in self.questions if question.answered_at is None]


class RegistrationProduct(Base):
    """A product that a registration is about."""

    __tablename__ = "registration_product"
    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True
    )
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True)


class RegistrationActivity(Numbered, Base):
    """One thing that the partner did with the customer, and when."""

    __tablename__ = "registration_activity"
    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(_kind)
    on: Mapped[dt.date] = mapped_column(Date)
    __table_args__ = (_kind_check, UniqueConstraint("registration_id", "kind"))


class Question(Numbered, Base):
    """A field that the reviewer named, with a comment, and what the partner replied."""

    __tablename__ = "question"
    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    field: Mapped[str] = mapped_column(String(40))
    comment: Mapped[str] = mapped_column(Text)
    reply: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    answered_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


class RegistrationMatch(Numbered, Base):
    """Another record that may be of the same customer: a copy of what the reviewer needs of it.

    A copy, because the reviewer may not be one who sees the other partner's record.
    """

    __tablename__ = "registration_match"
    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), index=True
    )
    other_reference: Mapped[str] = mapped_column(String(11))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    organisation_name: Mapped[str] = mapped_column(String(120))
    company: Mapped[str] = mapped_column(String(120))
    domain: Mapped[str | None] = mapped_column(String(253))
    place: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(32))
    protected_until: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    # Codes of what speaks for (``+``) and against (``-``) the same customer.
    evidence: Mapped[list[str]] = mapped_column(JSON)
    answer: Mapped[str | None] = mapped_column(String(10))
    answered_by: Mapped[str] = mapped_column(String(120), default="")
    answered_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    __table_args__ = (UniqueConstraint("registration_id", "other_reference"),)


class Receipt(Numbered, Base):
    """Proof that a submission was taken: when, under which rules, with which content."""

    __tablename__ = "receipt"
    reference: Mapped[str] = mapped_column(
        String(11), unique=True, default=partial(new_reference, "RC")
    )
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), index=True)
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    content_hash: Mapped[str] = mapped_column(String(64))
    rule_version: Mapped[str] = mapped_column(String(20))
