"""Who may read a note for the vendor's own side?"""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_

from portal.core.access import Policy, Term, scope_of, with_one
from portal.core.language import _l
from portal.domain.deals.models import Deal
from portal.domain.notes.models import Note
from portal.domain.organisations.models import Side
from portal.domain.people.actor import MemberActor
from portal.domain.permissions import Permission as P
from portal.domain.registrations.models import Registration


def of_seen_records(actor: MemberActor) -> ColumnElement[bool] | None:
    """Notes beside the records that somebody of the vendor's side sees."""
    if actor.side != Side.VENDOR:
        return None
    parts = [
        with_one(model, model.reference == Note.record, scope_of(model, actor))
        for model, needed in ((Registration, P.REGISTRATION_READ), (Deal, P.DEAL_READ))
        if needed in actor.permissions
    ]
    return or_(*parts) if parts else None


NOTE = Policy(
    Note, scope=[Term("vendor", _l("They read the record for the vendor."), of_seen_records)]
)
