"""Who may know of a partner's checklist, who works on it, and who judges what was sent?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, true

from portal.core.access import Policy, Rule, Term
from portal.core.language import _l
from portal.domain.checklist_templates.content import Owner
from portal.domain.checklists.models import Checklist, ChecklistItem
from portal.domain.checklists.workflow import KEEP
from portal.domain.organisations.policy import is_in_portfolio, led_by_portfolio
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Role
from portal.domain.people.roles import LEADS
from portal.domain.permissions import Permission as P

Condition = ColumnElement[bool]
Where = Callable[[MemberActor], Condition | None]


def _own(column: Any) -> Where:
    def where(actor: MemberActor) -> Condition | None:
        if P.CHECKLIST_READ not in actor.permissions:
            return None
        return column == actor.organisation_id  # type: ignore[no-any-return]

    return where


def _portfolio(column: Any) -> Where:
    def where(actor: MemberActor) -> Condition | None:
        if getattr(actor, "role", None) != Role.CHANNEL_MANAGER:
            return None
        return is_in_portfolio(column, actor.membership_id)

    return where


def _every(actor: MemberActor) -> Condition | None:
    """All of them, for the vendor's other roles that take partners on or audit."""
    is_follower = P.CHECKLIST_FOLLOW in actor.permissions
    return true() if is_follower and actor.role != Role.CHANNEL_MANAGER else None


def _terms(column: Any) -> list[Term]:
    return [
        Term("own", _l("It is their own company’s."), _own(column)),
        Term(
            "portfolio",
            _l("The partner is in their portfolio."),
            _portfolio(column),
            led_by_portfolio(column),
        ),
        Term("staff", _l("Their role follows how partners are taken on."), _every),
    ]


def owned_by(role: Role) -> frozenset[Owner]:
    """Return whose items people of that role do."""
    owned = {Owner.ANYBODY}
    if role in LEADS:
        owned.add(Owner.LEAD)
    if role == Role.PARTNER_ADMINISTRATOR:
        owned.add(Owner.ADMINISTRATOR)
    return frozenset(owned)


def owns(actor: MemberActor, item: ChecklistItem) -> bool:
    """Tell whether the item is for people of the actor's role."""
    return item.owner in owned_by(actor.role)


OWNERS = Rule(
    "owner",
    _l("Somebody else at your company does this."),
    owns,
    _l("Somebody else at their company does this."),
)
CHECKLIST = Policy(
    Checklist,
    scope=_terms(Checklist.organisation_id),
    rules={P.CHECKLIST_READ: [], P.CHECKLIST_FOLLOW: [], KEEP: []},
)
ITEM = Policy(
    ChecklistItem,
    scope=_terms(ChecklistItem.organisation_id),
    rules={
        P.CHECKLIST_READ: [],
        P.CHECKLIST_FOLLOW: [],
        P.CHECKLIST_WORK: [OWNERS],
        P.CHECKLIST_REVIEW: [],
        P.CHECKLIST_WAIVE: [],
        P.FILE_READ: [],
        KEEP: [],
    },
)
