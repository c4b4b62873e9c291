"""How does all that somebody has open go to a colleague at once?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.core.access import visible
from portal.core.database import db
from portal.core.events import record_event
from portal.core.language import _
from portal.core.workflow import Refused
from portal.domain.deals import owners as deals
from portal.domain.deals.models import OPEN_STAGES, Deal
from portal.domain.people.actor import MemberActor
from portal.domain.people.colleagues import need_taker, takers
from portal.domain.people.models import Membership
from portal.domain.reassigning.events import E
from portal.domain.reassigning.loads import Load
from portal.domain.registrations import owners as registrations
from portal.domain.registrations.models import Registration

# Whoever works both kinds of record.
WORKERS = deals.WORKERS & registrations.WORKERS


def colleagues_of(person: Membership, actor: MemberActor) -> Sequence[Membership]:
    """Return who could take all that ``person`` has open."""
    return takers(actor, person.organisation_id, WORKERS, person.id)


def hand_over(person: Membership, actor: MemberActor, taker: Membership) -> Load:
    """Give every open record of ``person`` that the actor sees to ``taker``; say how many.

    Drafts go along. One event a record, and one for each of the two people. Raises Refused for
    somebody who cannot take them, and where nothing is open.
    """
    need_taker(taker, colleagues_of(person, actor), person)
    undecided, running = _open_registrations(person, actor), _open_deals(person, actor)
    if not undecided and not running:
        raise Refused(_("Nothing is open there any more."), person)
    for registration in undecided:
        registrations.hand_to(registration, actor, taker, together=True)
    for deal in running:
        deals.hand_to(deal, actor, taker, together=True)
    load = Load(len(running), len(undecided))
    for tag, whose, key, other in (
        (E.HAND_OVER, person, "taken", taker),
        (E.TAKE_OVER, taker, "left", person),
    ):
        particulars: dict[str, Any] = {
            key: other.reference,
            "deals": load.deals,
            "registrations": load.registrations,
        }
        record_event(tag, f"membership:{whose.id}", actor, **particulars)
    return load


def _open_registrations(person: Membership, actor: MemberActor) -> Sequence[Registration]:
    query = visible(Registration, actor).where(
        Registration.owner_id == person.id,
        Registration.organisation_id == person.organisation_id,
        Registration.status.in_(registrations.OPEN),
    )
    # In one order for all, so that two who hand over at once do not wait for each other.
    locked = query.order_by(Registration.id).with_for_update(of=Registration, key_share=True)
    return db.session.scalars(locked.execution_options(populate_existing=True)).all()


def _open_deals(person: Membership, actor: MemberActor) -> Sequence[Deal]:
    query = visible(Deal, actor).where(
        Deal.owner_id == person.id,
        Deal.organisation_id == person.organisation_id,
        Deal.stage.in_(OPEN_STAGES),
    )
    locked = query.order_by(Deal.id).with_for_update(of=Deal, key_share=True)
    return db.session.scalars(locked.execution_options(populate_existing=True)).all()
