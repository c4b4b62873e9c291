"""Which partners do the rules amount to, and how does the table that is read follow them?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    cast,
    delete,
    exists,
    insert,
    or_,
    select,
    tuple_,
    values,
)
from sqlalchemy import column as named
from sqlalchemy.orm import Session

from portal.core.net import system_mode
from portal.domain.organisations.models import Organisation, Side
from portal.domain.people.models import Membership, PortfolioEntry, Role
from portal.domain.portfolios.models import PortfolioRule, RuleKind
from portal.domain.products.models import OrganisationProduct, Product


class Rule(NamedTuple):
    """One rule as it is typed, said and compared."""

    kind: str
    value: str = ""


def _holds(kind: Any, value: Any) -> ColumnElement[bool]:
    """Return the condition that a rule holds of an organisation: the only place that says it."""
    sold = exists().where(
        OrganisationProduct.organisation_id == Organisation.id,
        OrganisationProduct.product_id == Product.id,
        Product.code == value,
    )
    # Codes stand in quotes in the stored list, and none holds another's.
    sells_in = cast(Organisation.countries, String).contains('"' + value + '"')
    return and_(
        Organisation.side == Side.PARTNER,
        or_(
            kind == RuleKind.ALL,
            and_(kind == RuleKind.PARTNER, Organisation.reference == value),
            and_(kind == RuleKind.COUNTRY, sells_in),
            and_(kind == RuleKind.PRODUCT, sold),
        ),
    )


# By stored rules of those who are channel managers now; a rule of anybody else has no effect.
_HELD: Any = (
    select(PortfolioRule.membership_id, Organisation.id)
    .join(Membership, Membership.id == PortfolioRule.membership_id)
    .join(Organisation, _holds(PortfolioRule.kind, PortfolioRule.value))
    .where(Membership.role == Role.CHANNEL_MANAGER)
    .distinct()
)
_ENTRIES: Any = select(PortfolioEntry.membership_id, PortfolioEntry.organisation_id)


def partners_of(session: Session, rules: Sequence[Rule]) -> set[int]:
    """Return the row numbers of the organisations to which these rules, not yet stored, amount."""
    if not rules:
        return set()
    typed = values(named("kind", String), named("value", String), name="rule")
    rule = typed.data([tuple(one) for one in rules]).cte()
    query = select(Organisation.id).join(rule, _holds(rule.c.kind, rule.c.value)).distinct()
    with system_mode("deriving portfolios"):
        return set(session.scalars(query))


def present_partners(session: Session, membership_id: int) -> set[int]:
    """Return the row numbers of the organisations in a membership's portfolio."""
    with system_mode("deriving portfolios"):
        entries = select(PortfolioEntry.organisation_id)
        return set(session.scalars(entries.where(PortfolioEntry.membership_id == membership_id)))


def follow_membership(session: Session, membership_id: int) -> tuple[int, int]:
    """Bring the portfolio of a membership in step; return how many partners came and went.

    The caller holds the hierarchy's lock, so that no organisation comes or changes meanwhile.
    """
    return _follow(
        session,
        _HELD.where(PortfolioRule.membership_id == membership_id),
        _ENTRIES.where(PortfolioEntry.membership_id == membership_id),
    )


def follow_organisation(session: Session, organisation: Organisation) -> None:
    """Bring an organisation into the portfolios that its countries and products now ask for.

    The caller holds the hierarchy's lock, so that no rule comes or goes meanwhile.
    """
    _follow(
        session,
        _HELD.where(Organisation.id == organisation.id),
        _ENTRIES.where(PortfolioEntry.organisation_id == organisation.id),
    )


def _follow(session: Session, held: Any, entries: Any) -> tuple[int, int]:
    session.flush()
    with system_mode("deriving portfolios"):
        wanted = {tuple(row) for row in session.execute(held)}
        present = {tuple(row) for row in session.execute(entries)}
        _remove(session, present - wanted)
        if fresh := sorted(wanted - present):
            rows = [{"membership_id": one, "organisation_id": place} for one, place in fresh]
            session.execute(insert(PortfolioEntry), rows)
    return len(wanted - present), len(present - wanted)


AT_ONCE = 400
"""Rows that one statement removes: SQLite takes so many values and no more."""


def _remove(session: Session, gone: Iterable[tuple[Any, ...]]) -> None:
    rows = sorted(gone)
    for start in range(0, len(rows), AT_ONCE):
        pair = tuple_(PortfolioEntry.membership_id, PortfolioEntry.organisation_id)
        session.execute(
            delete(PortfolioEntry)
            .where(pair.in_(rows[start : start + AT_ONCE]))
            .execution_options(synchronize_session=False)
        )
