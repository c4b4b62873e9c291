"""Who may know of checklist templates, and who writes them?"""

from __future__ import annotations

from sqlalchemy import ColumnElement, true

from portal.core.access import Policy, Term
from portal.core.language import _l
from portal.domain.checklist_templates.models import ChecklistEdition, ChecklistTemplate
from portal.domain.people.actor import MemberActor
from portal.domain.permissions import Permission as P


def _every(actor: MemberActor) -> ColumnElement[bool] | None:
    return true() if P.CHECKLIST_FOLLOW in actor.permissions else None


STAFF = Term("staff", _l("Their role follows how partners are taken on."), _every)
TEMPLATE = Policy(
    ChecklistTemplate,
    scope=[STAFF],
    rules={P.CHECKLIST_FOLLOW: [], P.CHECKLIST_WRITE: []},
)
EDITION = Policy(ChecklistEdition, scope=[STAFF])
