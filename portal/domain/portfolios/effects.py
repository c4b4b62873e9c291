"""What do the rules of a portfolio say in words, and whom do they bring in and take out?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from portal.core.access import visible
from portal.core.database import db
from portal.core.language import _, chosen_language
from portal.domain.customers.places import country_name
from portal.domain.organisations.models import Organisation
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership
from portal.domain.portfolios.deriving import Rule, partners_of, present_partners
from portal.domain.portfolios.models import RuleKind
from portal.domain.portfolios.operations import tidied
from portal.domain.products.models import Product

MOST = 50
"""Names that one reads before saving; the rest is counted."""
# More than a page names; SQLite takes so many values in one statement and no more.
MOST_ASKED = 5000


@dataclass(frozen=True)
class Some:
    """Partners: how many, and the first of their names."""

    count: int
    names: Sequence[str]

    @property
    def others(self) -> int:
        """Return how many are not named."""
        return self.count - len(self.names)


@dataclass(frozen=True)
class Effect:
    """Who comes into a portfolio, who goes out, and how many it holds then."""

    coming: Some
    going: Some
    total: int


def effect_of(membership: Membership, actor: MemberActor, rules: Collection[Rule]) -> Effect:
    """Return what saving these rules changes in the portfolio of ``membership``."""
    session = db.session()
    then, now = partners_of(session, tidied(rules)), present_partners(session, membership.id)
    return Effect(_some(then - now, actor), _some(now - then, actor), len(then))


def _some(numbers: Collection[int], actor: MemberActor) -> Some:
    query = (
        visible(Organisation, actor)
        .with_only_columns(Organisation.name)
        .where(Organisation.id.in_(sorted(numbers)[:MOST_ASKED]))
        .order_by(Organisation.name_key, Organisation.reference)
        .limit(MOST)
    )
    return Some(len(numbers), db.session.scalars(query).all() if numbers else [])


def said_rules(rules: Sequence[Rule]) -> list[tuple[str, str]]:
    """Return the rules as rows of (what they look at, for what), as far as the reader may know."""
    if Rule(RuleKind.ALL) in rules:
        return [(_("Partners"), _("All"))]
    by_kind = {kind: [one.value for one in rules if one.kind == kind] for kind in RuleKind}
    language = chosen_language()
    rows = [
        (_("Sells in"), [country_name(code, language) for code in by_kind[RuleKind.COUNTRY]]),
        (_("Sells"), product_names(by_kind[RuleKind.PRODUCT])),
        (_("Partners"), [name for _reference, name in named_partners(by_kind[RuleKind.PARTNER])]),
    ]
    return [(label, ", ".join(names)) for label, names in rows if names]


def product_names(codes: Sequence[str]) -> list[str]:
    """Return how the products with these codes are called."""
    language = chosen_language()
    query = select(Product).where(Product.code.in_(codes)).order_by(Product.name)
    return [one.name_in(language) for one in db.session.scalars(query)] if codes else []


def named_partners(references: Sequence[str]) -> list[tuple[str, str]]:
    """Return (reference, name) of the partners with these references, by name."""
    query = (
        select(Organisation.reference, Organisation.name)
        .where(Organisation.reference.in_(references))
        .order_by(Organisation.name_key, Organisation.reference)
    )
    return [(row[0], row[1]) for row in db.session.execute(query)] if references else []
