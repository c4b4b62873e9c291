"""Who may know of a product?"""

from sqlalchemy import ColumnElement, select, true

from portal.core.access import Policy, Term
from portal.core.language import _l
from portal.core.workflow import PARTNER, VENDOR
from portal.domain.people.actor import MemberActor
from portal.domain.permissions import Permission as P
from portal.domain.products.models import OrganisationProduct, Product
from portal.domain.shares.holding import held_products


def theirs(actor: MemberActor) -> ColumnElement[bool] | None:
    """What the actor's organisation may sell."""
    if actor.side != PARTNER:
        return None
    table = OrganisationProduct.__table__
    return Product.id.in_(
        select(table.c.product_id).where(table.c.organisation_id == actor.organisation_id)
    )


def shared(actor: MemberActor) -> ColumnElement[bool] | None:
    """What the records are about that are shared with the actor, who reads these whole.

    As far as they read such records at all: a company may hold shares and take part no more.
    """
    is_reader = actor.side == PARTNER and P.DEAL_READ in actor.permissions
    if not is_reader or not actor.holds_shares:
        return None
    return Product.id.in_(held_products(actor))


def every(actor: MemberActor) -> ColumnElement[bool] | None:
    """Everything, for the vendor's own people."""
    return true() if actor.side == VENDOR else None


PRODUCT = Policy(
    Product,
    scope=[
        Term("theirs", _l("Their organisation may sell it."), theirs),
        Term("share", _l("A record about it is shared with them."), shared),
        Term("vendor", _l("They work for the vendor."), every),
    ],
)
