"""Whom does an audience reach, asked of one reader and of everybody?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, func, literal, or_, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.core.database import db
from portal.core.events import digest
from portal.core.net import system_mode
from portal.domain.assets.models import Audience, AudienceValue, Facet
from portal.domain.organisations.models import Organisation, OrganisationStatus, Side
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership, User
from portal.domain.people.roles import ASSET_TYPES
from portal.domain.products.models import OrganisationProduct, Product

Facets = Mapping[Facet, Sequence[str]]
"""A rule as people give it: of each facet the values that are meant; none leaves nobody out."""


@dataclass(frozen=True)
class Reached:
    """How many companies and people an audience has."""

    companies: int
    people: int


# In a scope the tables themselves are asked: the net puts no further scopes round them. Under
# names of their own, so that they are not taken for those of the statement around.
_AUDIENCE, _VALUE, _COMPANY, _USER, _SOLD, _PRODUCT = (
    model.__table__.alias(f"reached_{model.__tablename__}")
    for model in (Audience, AudienceValue, Organisation, User, OrganisationProduct, Product)
)


def _lists(column: Any) -> ColumnElement[bool]:
    """Return that a list of texts, kept as JSON, names the value."""
    named: ColumnElement[bool] = cast(column, String).like(
        literal('%"').concat(_VALUE.c.value).concat('"%')
    )
    return named


def _is_sold(actor: MemberActor) -> ColumnElement[bool]:
    sold = select(_PRODUCT.c.code).where(
        _SOLD.c.organisation_id == actor.organisation_id, _PRODUCT.c.id == _SOLD.c.product_id
    )
    return _VALUE.c.value.in_(sold)


_HOLDS: dict[Facet, Callable[[MemberActor], ColumnElement[bool]]] = {
    Facet.TYPE: lambda _actor: _lists(_COMPANY.c.types),
    Facet.TIER: lambda _actor: _VALUE.c.value == _COMPANY.c.tier,
    Facet.COUNTRY: lambda _actor: _lists(_COMPANY.c.countries),
    Facet.PRODUCT: _is_sold,
    Facet.LANGUAGE: lambda _actor: _VALUE.c.value == func.substr(_USER.c.language, 1, 2),
}


def audiences_of(actor: MemberActor) -> Any:
    """Return the SELECT of the row numbers of the audiences to which the actor belongs.

    Of as many facets as an audience names, one value must hold. In one pass, because a database
    plans this anew with each search, and a question for each facet takes longer to plan than to
    answer.
    """
    facet = _VALUE.c.facet
    holds = or_(*(and_(facet == one.value, says(actor)) for one, says in _HOLDS.items()))
    its_values = _AUDIENCE.outerjoin(_VALUE, _VALUE.c.audience_id == _AUDIENCE.c.id)
    reader = _COMPANY.join(_USER, _USER.c.id == actor.user_id)
    return (
        select(_AUDIENCE.c.id)
        .select_from(its_values.join(reader, true()))
        .where(_COMPANY.c.id == actor.organisation_id)
        .group_by(_AUDIENCE.c.id)
        .having(
            func.count(facet.distinct()) == func.count(case((holds, facet), else_=None).distinct())
        )
    )


def facets_of(audience: Audience) -> dict[Facet, list[str]]:
    """Return the rule of an audience."""
    found: dict[Facet, list[str]] = {facet: [] for facet in Facet}
    for one in audience.values:
        found[Facet(one.facet)].append(one.value)
    return found


def audience_like(session: Session, facets: Facets) -> Audience:
    """Return the audience with that rule, made if it is new."""
    rule = {facet.value: sorted(set(facets.get(facet, ()))) for facet in Facet}
    key = digest(rule)
    query = select(Audience).where(Audience.key == key)
    found = session.scalar(query)
    if found is not None:
        return found
    values = [
        AudienceValue(facet=facet, value=value) for facet, some in rule.items() for value in some
    ]
    try:
        with session.begin_nested():
            session.add(made := Audience(key=key, values=values))
        return made
    except IntegrityError:  # somebody else has made it meanwhile
        return session.scalars(query).one()


def reached_by(facets: Facets) -> Reached:
    """Return how many active companies and people with access a rule reaches at present.

    Asked past the reader, who need not know the companies: the answer is two numbers.
    """
    wanted = {facet: set(facets.get(facet, ())) for facet in Facet}
    with system_mode("how many an audience reaches"):
        meant = [
            number
            for number, has in _companies(bool(wanted[Facet.PRODUCT])).items()
            if all(not some or some & has.get(facet, some) for facet, some in wanted.items())
        ]
        return Reached(len(meant), _people(meant, wanted[Facet.LANGUAGE]))


def _companies(with_products: bool) -> dict[int, dict[Facet, Set[str]]]:
    """Return what each company that has the library is, by facet; of people it says nothing."""
    rows = db.session.execute(
        select(
            Organisation.id, Organisation.types, Organisation.tier, Organisation.countries
        ).where(
            Organisation.side == Side.PARTNER, Organisation.status == OrganisationStatus.ACTIVE
        )
    )  # fmt: skip
    sold: dict[int, set[str]] = {}
    if with_products:
        pairs = select(OrganisationProduct.organisation_id, Product.code).join(
            Product, Product.id == OrganisationProduct.product_id
        )
        for number, code in db.session.execute(pairs):
            sold.setdefault(number, set()).add(code)
    return {
        number: {
            Facet.TYPE: set(types),
            Facet.TIER: {tier},
            Facet.COUNTRY: set(countries),
            Facet.PRODUCT: sold.get(number, set()),
        }
        for number, types, tier, countries in rows
        if ASSET_TYPES & set(types)
    }


SOME = 500
"""How many companies are named in one statement."""


def _people(companies: Sequence[int], languages: Set[str]) -> int:
    count = 0
    for start in range(0, len(companies), SOME):
        query = (
            select(func.count(Membership.id))
            .join(User, User.id == Membership.user_id)
            .where(
                Membership.organisation_id.in_(companies[start : start + SOME]),
                Membership.is_active,
                Membership.joined_at.is_not(None),
                User.is_active,
            )
        )
        if languages:
            query = query.where(func.substr(User.language, 1, 2).in_(sorted(languages)))
        count += db.session.scalar(query) or 0
    return count
