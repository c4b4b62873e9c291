"""Who may read what the vendor decided of fields?"""

from sqlalchemy import ColumnElement, true

from portal.core.access import Policy, Term
from portal.core.language import _l
from portal.domain.fields.models import FieldSetting
from portal.domain.people.actor import MemberActor
from portal.domain.permissions import Permission as P


def decides(actor: MemberActor) -> ColumnElement[bool] | None:
    """The decisions, for those who make them."""
    return true() if P.FIELD_DECIDE in actor.permissions else None


FIELD_SETTING = Policy(
    FieldSetting, scope=[Term("decides", _l("Their role decides what partners read."), decides)]
)
