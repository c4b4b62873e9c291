"""Who may know by which rules a portfolio is made?"""

from sqlalchemy import ColumnElement, true

from portal.core.access import Policy, Term
from portal.core.language import _l
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Role
from portal.domain.permissions import Permission as P
from portal.domain.portfolios.models import PortfolioRule


def own(actor: MemberActor) -> ColumnElement[bool] | None:
    """The actor's own portfolio."""
    if getattr(actor, "role", None) != Role.CHANNEL_MANAGER:
        return None
    return PortfolioRule.membership_id == actor.membership_id


def every(actor: MemberActor) -> ColumnElement[bool] | None:
    """Every portfolio, for the vendor's roles that know every partner."""
    is_reader = P.PERSON_READ in actor.permissions
    return true() if is_reader and actor.role != Role.CHANNEL_MANAGER else None


PORTFOLIO_RULE = Policy(
    PortfolioRule,
    scope=[
        Term("own", _l("It is their own portfolio."), own),
        Term("vendor", _l("Their role works with people of every partner."), every),
    ],
)
