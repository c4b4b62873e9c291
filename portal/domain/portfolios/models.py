"""By which rules does a partner stand in a channel manager's portfolio?"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    and_,
    or_,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.database import Base, Numbered, choice


class RuleKind(StrEnum):
    """What a rule looks at."""

    ALL = "all"
    PARTNER = "partner"
    COUNTRY = "country"
    PRODUCT = "product"


_kind, _kind_check = choice("kind", RuleKind)


class PortfolioRule(Numbered, Base):
    """One reason for which partners stand in a portfolio.

    ``value`` is a partner's reference, a country (ISO 3166-1) or a product's code; of a rule for
    all it is empty. What the rules amount to stands in :class:`PortfolioEntry`, which alone is
    read when somebody asks for records.
    """

    __tablename__ = "portfolio_rule"
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    kind: Mapped[str] = mapped_column(_kind)
    value: Mapped[str] = mapped_column(String(40), default="")
    __table_args__ = (
        _kind_check,
        UniqueConstraint("membership_id", "kind", "value"),
        Index("ix_portfolio_rule_kind", "kind", "value"),
    )


def naming(rule: Any, membership_id: Any, country: Any) -> ColumnElement[bool]:
    """Return that ``rule`` is one of a membership's, for ``country`` (ISO 3166-1) or for all.

    ``rule`` is the model or its table's columns; the others may be columns or values.
    """
    is_named = or_(
        rule.kind == RuleKind.ALL, and_(rule.kind == RuleKind.COUNTRY, rule.value == country)
    )
    return and_(rule.membership_id == membership_id, is_named)
