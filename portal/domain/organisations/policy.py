"""Who may know of an organisation, and who may change it?"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, select, true

from portal.core.access import Fresh, Policy, Rule, Term, asked_of_each, scope_of, with_one
from portal.core.language import _l
from portal.domain.deals.models import Deal
from portal.domain.organisations.models import (
    Organisation,
    Side,
    family_ids,
    is_in_family,
)
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import PortfolioEntry, Reach, Role
from portal.domain.permissions import Permission as P
from portal.domain.products.models import OrganisationProduct


def own(actor: MemberActor) -> ColumnElement[bool] | None:
    """The actor's own organisation."""
    return Organisation.id == actor.organisation_id if actor.organisation_id else None


def family(actor: MemberActor) -> ColumnElement[bool] | None:
    """The organisations below the actor's, with reach family."""
    if actor.side != Side.PARTNER or actor.reach != Reach.FAMILY:
        return None
    return is_in_family(Organisation.id, actor.organisation_id)


def portfolio(actor: MemberActor) -> ColumnElement[bool] | None:
    """The partners in a channel manager's portfolio."""
    if getattr(actor, "role", None) != Role.CHANNEL_MANAGER:
        return None
    return is_in_portfolio(Organisation.id, actor.membership_id)


def of_deals(actor: MemberActor) -> ColumnElement[bool] | None:
    """The partners with whose deals a vendor's seller works."""
    if getattr(actor, "role", None) != Role.VENDOR_SELLER:
        return None
    table = Deal.__table__
    return Organisation.id.in_(
        select(table.c.organisation_id).where(table.c.vendor_owner_id == actor.membership_id)
    )


def every(actor: MemberActor) -> ColumnElement[bool] | None:
    """Every organisation, for the vendor's other roles that work with partners."""
    is_reader = P.ORGANISATION_READ in actor.permissions
    return true() if is_reader and actor.role != Role.CHANNEL_MANAGER else None


def is_in_portfolio(column: Any, membership_id: Any) -> ColumnElement[bool]:
    """Return that ``column`` names an organisation in a membership's portfolio.

    Either may be a column or a value.
    """
    entry = PortfolioEntry.__table__
    is_pair = and_(entry.c.membership_id == membership_id, entry.c.organisation_id == column)
    return asked_of_each(select(entry.c.organisation_id).where(is_pair), entry)


def is_followed(column: Any) -> ColumnElement[bool]:
    """Return that ``column`` names an organisation in anybody's portfolio."""
    entry = PortfolioEntry.__table__
    is_its = entry.c.organisation_id == column
    return asked_of_each(select(entry.c.organisation_id).where(is_its), entry)


def led_by_family(column: Any) -> Callable[[MemberActor], ColumnElement[bool]]:
    """Return for a term that ``column`` is among an actor's family, which is read first."""
    return lambda actor: column.in_(family_ids(actor.organisation_id))


def led_by_portfolio(column: Any) -> Callable[[MemberActor], ColumnElement[bool]]:
    """Return for a term that ``column`` is among an actor's portfolio, which is read first."""
    entry = PortfolioEntry.__table__.c
    numbers = select(entry.organisation_id)
    return lambda actor: column.in_(numbers.where(entry.membership_id == actor.membership_id))


def is_partner(_actor: MemberActor, organisation: Organisation) -> bool:
    """A partner: the vendor's own organisation is nobody's to move or suspend."""
    return organisation.side == Side.PARTNER


def is_own(actor: MemberActor, organisation: Organisation) -> bool:
    """The company for which the actor acts."""
    return organisation.id == actor.organisation_id


PARTNERS = Rule(
    "partner", _l("This is for partners; the vendor’s own organisation stays as it is."), is_partner
)
OWN = Rule("own", _l("People do this for their own company."), is_own)
OF_PEOPLE = Fresh(_l("Deciding who comes in, and as what, needs a fresh sign-in."))


def administers(actor: MemberActor, organisation: Organisation) -> bool:
    """Tell whether the actor's right over people holds in ``organisation``."""
    return actor.side == Side.VENDOR or organisation.id == actor.organisation_id


ORGANISATION = Policy(
    Organisation,
    scope=[
        Term("own", _l("It is their own organisation."), own),
        Term("family", _l("It stands below their organisation."), family),
        Term("portfolio", _l("It is in their portfolio."), portfolio),
        Term("deals", _l("They work on a deal of it."), of_deals),
        Term("vendor", _l("Their role works with every partner."), every),
    ],
    rules={
        P.ORGANISATION_READ: [],
        P.ORGANISATION_EDIT: [PARTNERS],
        P.ORGANISATION_MOVE: [PARTNERS],
        P.ORGANISATION_SECURE: [],
        P.ORGANISATION_SUSPEND: [PARTNERS],
        P.COMPANY_READ: [OWN],
        P.COMPANY_EDIT: [OWN],
        P.PERSON_ADMINISTER: [
            Rule("own", _l("They work for another company."), administers),
        ],
    },
    fresh={
        P.ORGANISATION_SECURE: Fresh(
            _l("Deciding how a company’s people sign in needs a fresh sign-in.")
        ),
        P.PERSON_ADMINISTER: OF_PEOPLE,
    },
)


def of_organisation(actor: MemberActor) -> ColumnElement[bool] | None:
    """What the organisations may sell that the actor's work is about, or their own."""
    if not {P.ORGANISATION_READ, P.COMPANY_READ} & actor.permissions:
        return None
    seen = scope_of(Organisation, actor)
    return with_one(Organisation, Organisation.id == OrganisationProduct.organisation_id, seen)


SOLD = Policy(
    OrganisationProduct,
    scope=[Term("organisation", _l("They see the organisation."), of_organisation)],
)
