"""Who works on a deal, for the partner and for the vendor, and how does it change hands?"""

from __future__ import annotations

from collections.abc import Sequence

from portal.core.changes import Changed
from portal.core.events import record_event
from portal.domain.deals.events import E
from portal.domain.deals.models import Deal
from portal.domain.deals.operations import need_open
from portal.domain.deals.workflow import DEAL
from portal.domain.people.actor import MemberActor
from portal.domain.people.colleagues import need_taker, reference_of, roles_with, takers
from portal.domain.people.models import Membership, Role
from portal.domain.permissions import Permission as P

WORKERS = roles_with(P.DEAL_EDIT)
SELLERS = frozenset({Role.VENDOR_SELLER})


def next_owners(deal: Deal, actor: MemberActor) -> Sequence[Membership]:
    """Return the colleagues of the owner who could take the deal."""
    return takers(actor, deal.organisation_id, WORKERS, deal.owner_id)


def reassign(deal: Deal, actor: MemberActor, taker: Membership, together: bool = False) -> None:
    """Give the deal to another colleague; what is next and by when stays.

    ``together`` says that it is one of many. Raises Refused for a closed deal, and for somebody
    who cannot take it.
    """
    need_open(deal)
    need_taker(taker, next_owners(deal, actor), deal)
    hand_to(deal, actor, taker, together)


def hand_to(deal: Deal, actor: MemberActor, taker: Membership, together: bool) -> None:
    """Write the new owner of an open deal, who could take it."""
    left = reference_of(deal.owner_id)
    deal.owner_id = taker.id
    DEAL.name_next(deal)
    record_event(
        E.REASSIGN,
        deal,
        actor,
        changes=[Changed("owner", left, taker.reference)],
        left=left,
        taken=taker.reference,
        together=together,
    )


def sellers(actor: MemberActor) -> Sequence[Membership]:
    """Return the vendor's sellers who could work on a deal."""
    return takers(actor, actor.organisation_id, SELLERS, None)


def assign(deal: Deal, actor: MemberActor, seller: Membership | None) -> None:
    """Say who works on the deal for the vendor, or that nobody does.

    Raises Refused for a closed deal, and for somebody who is no seller any more.
    """
    need_open(deal)
    if seller is not None:
        need_taker(seller, sellers(actor), deal)
    if (seller and seller.id) == deal.vendor_owner_id:
        return
    left, taken = reference_of(deal.vendor_owner_id), seller.reference if seller else ""
    deal.vendor_owner_id = seller.id if seller else None
    changes = [Changed("vendor_owner", left or None, taken or None)]
    record_event(E.ASSIGN, deal, actor, changes=changes, left=left, taken=taken)
