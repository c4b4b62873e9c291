"""Who may read a kept mail?"""

from sqlalchemy import ColumnElement, true

from portal.core.access import Policy, Term
from portal.core.language import _l
from portal.domain.notifications.models import Letter
from portal.domain.people.actor import MemberActor
from portal.domain.permissions import Permission as P


def outbox(actor: MemberActor) -> ColumnElement[bool] | None:
    """Every kept mail, for those who read the outbox."""
    return true() if P.OUTBOX_READ in actor.permissions else None


LETTER = Policy(Letter, scope=[Term("outbox", _l("Their role reads the outbox."), outbox)])
