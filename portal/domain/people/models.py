"""Who are the people, for whom do they act, and from which device?"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from functools import partial

from sqlalchemy import JSON, Boolean, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.database import Base, Numbered, RowNumber, UTCDateTime, choice
from portal.core.references import new_reference
from portal.core.times import now
from portal.domain.organisations.models import Organisation


class Role(StrEnum):
    """What a membership does; the first three are the partner's, the others the vendor's."""

    PARTNER_SELLER = "partner_seller"
    PARTNER_MANAGER = "partner_manager"
    PARTNER_ADMINISTRATOR = "partner_administrator"
    CHANNEL_MANAGER = "channel_manager"
    VENDOR_SELLER = "vendor_seller"
    APPROVER = "approver"
    SUPPORT_AGENT = "support_agent"
    FINANCE = "finance"
    PROGRAMME_ADMINISTRATOR = "programme_administrator"
    SECURITY_ADMINISTRATOR = "security_administrator"
    AUDITOR = "auditor"


class Reach(StrEnum):
    """How far a partner membership sees."""

    OWN = "own"
    ORGANISATION = "organisation"
    FAMILY = "family"


class Standing(StrEnum):
    """Where a person stands in an organisation."""

    INVITED = "invited"
    UNINVITED = "uninvited"
    ACTIVE = "active"
    DEACTIVATED = "deactivated"


_role, _role_check = choice("role", Role)
_reach, _reach_check = choice("reach", Reach)


class User(Numbered, Base):
    """A person, known by (issuer, subject), never by e-mail."""

    __tablename__ = "user"
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), index=True)
    language: Mapped[str] = mapped_column(String(5), default="en")
    timezone: Mapped[str] = mapped_column(String(60), default="")
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    # Since when mail servers know of no such address; empty again once a mail was taken.
    mail_bounced_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}


class UserIdentity(Numbered, Base):
    """One (issuer, subject) by which a person signs in."""

    __tablename__ = "user_identity"
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    user: Mapped[User] = relationship()
    # The address that the provider states of late, where it is not the one that we write to.
    claimed_email: Mapped[str] = mapped_column(String(254), default="")
    __table_args__ = (UniqueConstraint("issuer", "subject"),)


class Membership(Numbered, Base):
    """A user in an organisation, with one role and a reach."""

    __tablename__ = "membership"
    reference: Mapped[str] = mapped_column(
        String(11), unique=True, default=partial(new_reference, "PE")
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    role: Mapped[str] = mapped_column(_role)
    reach: Mapped[str] = mapped_column(_reach, default=Reach.OWN)
    # Major units, in whichever currency a record is; None is no limit. Only approvers have one.
    approval_limit: Mapped[int | None] = mapped_column()
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    added_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    # Something is or was shared with it: only then is its share of anything asked for.
    holds_shares: Mapped[bool] = mapped_column(Boolean, default=False)
    # When somebody first came in as this membership; until then they are only invited.
    joined_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    user: Mapped[User] = relationship()
    organisation: Mapped[Organisation] = relationship()
    version: Mapped[int] = mapped_column(default=1)
    __table_args__ = (_role_check, _reach_check, UniqueConstraint("user_id", "organisation_id"))
    __mapper_args__ = {"version_id_col": version}

    @property
    def standing(self) -> Standing:
        """Return where the person stands: invited, uninvited, active or deactivated."""
        if self.joined_at is None:
            return Standing.INVITED if self.is_active else Standing.UNINVITED
        is_open = self.is_active and self.user.is_active
        return Standing.ACTIVE if is_open else Standing.DEACTIVATED


class PortfolioEntry(Base):
    """One partner organisation in a channel manager's portfolio."""

    __tablename__ = "portfolio_entry"
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    __table_args__ = (Index("ix_portfolio_entry_organisation", "organisation_id"),)


class Invitation(Numbered, Base):
    """One chance to come in: whoever accepts it in time signs in as its membership from then on.

    Its link is made from the reference when it is needed; nothing of it is stored.
    """

    __tablename__ = "invitation"
    reference: Mapped[str] = mapped_column(
        String(11), unique=True, default=partial(new_reference, "IN")
    )
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    membership: Mapped[Membership] = relationship()
    # Whose verified address accepts it; empty for the link that an operator hands over in person.
    email: Mapped[str] = mapped_column(String(254), default="")
    invited_by_id: Mapped[int | None] = mapped_column(RowNumber)
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    expires_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    accepted_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    # Taken back, or replaced by a newer one.
    voided_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)

    @property
    def has_run_out(self) -> bool:
        """Tell whether its time is over."""
        return self.expires_at <= now()


class LogoutToken(Base):
    """A provider's logout token that was heard; kept until it is too old to be heard again."""

    __tablename__ = "logout_token"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    until: Mapped[dt.datetime] = mapped_column(UTCDateTime, index=True)


class InvitationList(Numbered, Base):
    """What came of each line of a pasted list."""

    __tablename__ = "invitation_list"
    reference: Mapped[str] = mapped_column(
        String(11), unique=True, default=partial(new_reference, "IL")
    )
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    organisation: Mapped[Organisation] = relationship()
    made_by_id: Mapped[int] = mapped_column(RowNumber)
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    # Of each line: as it was typed, the outcome's code, the reference of whom it concerns.
    results: Mapped[list[list[str]]] = mapped_column(JSON)


class EmailChange(Numbered, Base):
    """Another e-mail address that a person has asked for; a link to it confirms it."""

    __tablename__ = "email_change"
    reference: Mapped[str] = mapped_column(
        String(11), unique=True, default=partial(new_reference, "EC")
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    user: Mapped[User] = relationship()
    # As whom they asked: in that name the mails are written.
    membership_id: Mapped[int] = mapped_column(RowNumber)
    old_email: Mapped[str] = mapped_column(String(254))
    new_email: Mapped[str] = mapped_column(String(254))
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    expires_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    voided_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


class AccessRequest(Numbered, Base):
    """Somebody whom nobody here knows asks to come in; open for fourteen days."""

    __tablename__ = "access_request"
    reference: Mapped[str] = mapped_column(
        String(11), unique=True, default=partial(new_reference, "AR")
    )
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    # The address for which the provider vouches, and the name that it states.
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(5), default="en")
    # As it was typed; who decides is found by the address alone.
    company: Mapped[str] = mapped_column(String(120), default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    organisation: Mapped[Organisation | None] = relationship()
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    expires_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    decided_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    # Who came of it; of a declined one nobody, and a sentence perhaps.
    membership_id: Mapped[int | None] = mapped_column(RowNumber)
    answer: Mapped[str] = mapped_column(String(500), default="")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    @property
    def is_open(self) -> bool:
        """Tell whether it can be decided."""
        return self.decided_at is None and self.expires_at > now()


# One open request an identity.
Index(
    "uq_access_request_open",
    AccessRequest.issuer,
    AccessRequest.subject,
    unique=True,
    sqlite_where=AccessRequest.decided_at.is_(None),
    postgresql_where=AccessRequest.decided_at.is_(None),
)


class Viewing(Numbered, Base):
    """A while in which somebody of the vendor sees the portal as another person does."""

    __tablename__ = "viewing"
    reference: Mapped[str] = mapped_column(
        String(11), unique=True, default=partial(new_reference, "VW")
    )
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    viewed_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    # What it is for, in the viewer's own words.
    reason: Mapped[str] = mapped_column(String(200))
    began_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    ends_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)


class LoginSession(Numbered, Base):
    """A device on which a membership is signed in; only the token's hash is stored."""

    __tablename__ = "login_session"
    reference: Mapped[str] = mapped_column(
        String(11), unique=True, default=partial(new_reference, "SE")
    )
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    # Whose it is, whichever membership acts: what "my devices" asks for.
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("user_identity.id"))
    # Through which provider, as configured here, and whether it vouched for two factors.
    provider: Mapped[str] = mapped_column(String(40), default="")
    has_two_factors: Mapped[bool] = mapped_column(Boolean, default=False)
    # The provider's own name for its session, for back-channel logout.
    provider_sid: Mapped[str | None] = mapped_column(String(255))
    acr: Mapped[str | None] = mapped_column(String(255))
    amr: Mapped[str] = mapped_column(String(255), default="")
    authenticated_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    address: Mapped[str] = mapped_column(String(45), default="")
    agent: Mapped[str] = mapped_column(String(255), default="")
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    seen_at: Mapped[dt.datetime] = mapped_column(UTCDateTime, default=now)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    # As whom it sees the portal at present; it acts for its own membership all the same.
    viewing_id: Mapped[int | None] = mapped_column(ForeignKey("viewing.id"), index=True)
    __table_args__ = (Index("ix_login_session_membership", "membership_id", "ended_at"),)
