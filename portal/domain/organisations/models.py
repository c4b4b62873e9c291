"""Which companies take part, and who stands above whom?"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import JSON, Boolean, ColumnElement, ForeignKey, String, and_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql.selectable import Select

from portal.core.access import asked_of_each
from portal.core.database import Base, Numbered, RowNumber, UTCDateTime, choice
from portal.core.references import new_reference


class Side(StrEnum):
    """On which side of the agreement an organisation stands."""

    PARTNER = "partner"
    VENDOR = "vendor"


class PartnerType(StrEnum):
    """What a partner does for the vendor; decides which workflows appear."""

    REFERRAL = "referral"
    RESELLER = "reseller"
    DISTRIBUTOR = "distributor"
    SERVICES = "services"
    TECHNOLOGY = "technology"


class OrganisationStatus(StrEnum):
    """Where a partner stands in the programme."""

    INVITED = "invited"
    ONBOARDING = "onboarding"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


_side, _side_check = choice("side", Side)
_status, _status_check = choice("status", OrganisationStatus)


class Organisation(Numbered, Base):
    """A partner company, or the vendor itself: the access boundary."""

    __tablename__ = "organisation"
    reference: Mapped[str] = mapped_column(
        String(11), unique=True, default=partial(new_reference, "OR")
    )
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(255), index=True)
    side: Mapped[str] = mapped_column(_side)
    status: Mapped[str] = mapped_column(_status)
    types: Mapped[list[str]] = mapped_column(JSON, default=list)
    tier: Mapped[str] = mapped_column(String(40), default="")
    # ISO 3166-1 codes in which it may sell.
    countries: Mapped[list[str]] = mapped_column(JSON, default=list)
    # Registrable domains of its own, which are no customers.
    domains: Mapped[list[str]] = mapped_column(JSON, default=list)
    # Names of the identity providers through which its people may come; none is every one.
    providers: Mapped[list[str]] = mapped_column(JSON, default=list)
    needs_two_factors: Mapped[bool] = mapped_column(Boolean, default=False)
    # Something is or was shared with all its people: see Membership.
    holds_shares: Mapped[bool] = mapped_column(Boolean, default=False)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    parent: Mapped[Organisation | None] = relationship(remote_side="Organisation.id")
    # The vendor's membership that looks after it. No foreign key: a membership points to its
    # organisation already, and tables that point at each other are neither made nor emptied.
    account_manager_id: Mapped[int | None] = mapped_column(RowNumber)
    # Whether an access review waits for its administrators: read with the actor, so that home
    # asks for reviews only where there is one.
    has_access_reviews: Mapped[bool] = mapped_column(Boolean, default=False)
    # The same of checklists of which something is to be done.
    has_open_checklist: Mapped[bool] = mapped_column(Boolean, default=False)
    account_manager: Mapped[Any] = relationship(
        "Membership",
        primaryjoin="foreign(Organisation.account_manager_id) == Membership.id",
        viewonly=True,
    )
    # How the company itself is reached; its own administrators keep these.
    contact_email: Mapped[str | None] = mapped_column(String(254), default="")
    contact_phone: Mapped[str | None] = mapped_column(String(40), default="")
    # When it last entered each status.
    invited_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    onboarding_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    active_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    suspended_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __table_args__ = (_side_check, _status_check)
    __mapper_args__ = {"version_id_col": version}

    @property
    def since(self) -> dt.datetime | None:
        """Return when it entered its present status, where that is known."""
        return self.entered(self.status)

    def entered(self, status: str) -> dt.datetime | None:
        """Return when it last entered ``status``, or None."""
        moment: dt.datetime | None = getattr(self, f"{status}_at")
        return moment

    def note_status(self, moment: dt.datetime) -> None:
        """Note that it entered its present status at ``moment`` (UTC)."""
        setattr(self, f"{self.status}_at", moment)


class OrganisationClosure(Base):
    """Every pair of an organisation and one above it, itself included (depth 0)."""

    __tablename__ = "organisation_closure"
    ancestor_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    descendant_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id"), primary_key=True, index=True
    )
    depth: Mapped[int] = mapped_column()


def is_in_family(column: Any, organisation_id: int) -> ColumnElement[bool]:
    """Return that ``column`` names an organisation or one below it.

    Asked for each row by its pair in the closure: what it costs depends on the rows that are
    read, not on how many organisations the family has.
    """
    closure = OrganisationClosure.__table__
    is_pair = and_(closure.c.ancestor_id == organisation_id, closure.c.descendant_id == column)
    return asked_of_each(select(closure.c.descendant_id).where(is_pair), closure)


def family_ids(organisation_id: int) -> Select[tuple[int]]:
    """Return the SELECT of the row numbers of an organisation and all below it."""
    closure = OrganisationClosure.__table__
    return select(closure.c.descendant_id).where(closure.c.ancestor_id == organisation_id)
