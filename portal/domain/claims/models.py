"""Which customer is reserved for whom, and until when?"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.database import Base, Numbered, UTCDateTime


class Claim(Numbered, Base):
    """One customer, product and country reserved for a partner; unique among the active ones."""

    __tablename__ = "claim"
    customer_key: Mapped[str] = mapped_column(String(320))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    country: Mapped[str] = mapped_column(String(2))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), index=True)
    protected_until: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    released_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    __table_args__ = (
        Index(
            "uq_claim_active",
            "customer_key",
            "product_id",
            "country",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
    )
