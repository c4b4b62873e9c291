"""What does a deal hold, and by which words is it found?"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.database import Base, Numbered, UTCDateTime, choice
from portal.core.references import new_reference
from portal.core.times import now
from portal.core.workflow import HasNextAction
from portal.domain.organisations.models import Organisation
from portal.domain.people.models import Membership
from portal.domain.products.models import Product


class Stage(StrEnum):
    """Where a sale stands; the partner's to say."""

    PROSPECT = "prospect"
    QUALIFIED = "qualified"
    PROVING = "proving"
    AGREEING = "agreeing"
    VERBAL_YES = "verbal_yes"
    WON = "won"
    LOST = "lost"


class Risk(StrEnum):
    """How likely the vendor's side thinks it that a deal goes wrong."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


OPEN_STAGES = (Stage.PROSPECT, Stage.QUALIFIED, Stage.PROVING, Stage.AGREEING, Stage.VERBAL_YES)


class LossReason(StrEnum):
    """Why a deal was lost."""

    PRICE = "price"
    COMPETITOR = "competitor"
    NO_BUDGET = "no_budget"
    NO_DECISION = "no_decision"
    MISSING_FEATURE = "missing_feature"
    TIMING = "timing"
    OTHER = "other"


_stage, _stage_check = choice("stage", Stage)
_risk, _risk_check = choice("risk", ("", *Risk))


class Deal(Numbered, HasNextAction, Base):
    """An opportunity in a partner's pipeline, sourced by exactly one organisation."""

    __tablename__ = "deal"
    reference: Mapped[str] = mapped_column(String(11), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    organisation: Mapped[Organisation] = relationship(foreign_keys=organisation_id)
    owner_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    owner: Mapped[Membership] = relationship(foreign_keys=owner_id)
    # Who is credited with having brought the deal.
    sourced_by_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    vendor_owner_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), unique=True)
    version: Mapped[int] = mapped_column(default=1)
    # It is or was shared: only then is asked with whom.
    is_shared: Mapped[bool] = mapped_column(Boolean, default=False)
    # There are or were files beside it: only then is asked which.
    has_files: Mapped[bool] = mapped_column(Boolean, default=False)

    company: Mapped[str] = mapped_column(String(120))
    customer_key: Mapped[str] = mapped_column(String(320), index=True)
    domain: Mapped[str | None] = mapped_column(String(253))
    country: Mapped[str] = mapped_column(String(2))
    region: Mapped[str] = mapped_column(String(60), default="")
    city: Mapped[str] = mapped_column(String(120), default="")
    contact_name: Mapped[str] = mapped_column(String(120))
    contact_email: Mapped[str] = mapped_column(String(254))
    contact_phone: Mapped[str] = mapped_column(String(20), default="")
    own_reference: Mapped[str] = mapped_column(String(64), default="")

    stage: Mapped[str] = mapped_column(_stage)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    close_on: Mapped[dt.date] = mapped_column(Date)
    next_step: Mapped[str] = mapped_column(String(200), default="")
    next_step_on: Mapped[dt.date | None] = mapped_column(Date)
    loss_reason: Mapped[str] = mapped_column(String(32), default="")
    protected_until: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    changed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now, onupdate=now)

    products: Mapped[list[Product]] = relationship(secondary="deal_product", order_by=Product.name)
    __table_args__ = (
        _stage_check,
        CheckConstraint("amount_minor > 0", name="amount_minor"),
        Index("ix_deal_next", "organisation_id", "next_side", "next_by", "id"),
        Index("ix_deal_owner_next", "owner_id", "next_side", "next_by", "id"),
        Index("ix_deal_all", "changed_at", "reference"),
        Index("ix_deal_organisation", "organisation_id", "changed_at", "reference"),
        Index("ix_deal_owner", "owner_id", "organisation_id", "changed_at", "reference"),
        Index("ix_deal_stage", "organisation_id", "stage", "changed_at", "reference"),
        Index("ix_deal_owner_stage", "owner_id", "stage", "changed_at", "reference"),
    )
    __mapper_args__ = {"version_id_col": version}

    @staticmethod
    def new_reference() -> str:
        """Return a fresh reference for a deal."""
        return new_reference("DL")

    @property
    def takes_files(self) -> bool:
        """Tell whether files are added and taken away: while it is open."""
        return self.stage in OPEN_STAGES

    @property
    def files_sealed_at(self) -> dt.datetime | None:
        """Return until when files stay: those of an open deal come and go."""
        return None


class DealAssessment(Base):
    """What the vendor's side thinks of a deal, and no partner learns.

    A row of its own: nothing about the deal's, not its version nor when it was changed, tells that
    somebody has thought about it.
    """

    __tablename__ = "deal_assessment"
    deal_id: Mapped[int] = mapped_column(
        ForeignKey("deal.id", ondelete="CASCADE"), primary_key=True
    )
    # Tenths of a percent.
    margin: Mapped[int | None] = mapped_column()
    # 0 to 100.
    score: Mapped[int | None] = mapped_column()
    risk: Mapped[str] = mapped_column(_risk, default="")
    version: Mapped[int] = mapped_column(default=1)
    __table_args__ = (_risk_check,)
    __mapper_args__ = {"version_id_col": version}


class DealProduct(Base):
    """A product that a deal is about."""

    __tablename__ = "deal_product"
    deal_id: Mapped[int] = mapped_column(
        ForeignKey("deal.id", ondelete="CASCADE"), primary_key=True
    )
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), primary_key=True)


class DealWord(Base):
    """A folded word by whose beginning a deal is found."""

    __tablename__ = "deal_word"
    deal_id: Mapped[int] = mapped_column(
        ForeignKey("deal.id", ondelete="CASCADE"), primary_key=True
    )
    word: Mapped[str] = mapped_column(String(40), primary_key=True)
    __table_args__ = (Index("ix_deal_word_word", "word", "deal_id"),)
