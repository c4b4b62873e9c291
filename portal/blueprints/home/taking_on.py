"""Which items of new partners wait for this person of the staff, and how is each said on a card?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from portal.core.access import scope_of
from portal.core.addresses import address
from portal.core.database import db, fixed
from portal.core.language import _, chosen_language, show_ago, show_due
from portal.core.net import once_for_each_reader
from portal.core.times import SOMEDAY
from portal.core.workflow import VENDOR
from portal.domain.checklist_templates.content import Kind, item_from
from portal.domain.checklists.models import ChecklistItem, ItemStatus
from portal.domain.organisations.models import Organisation
from portal.domain.organisations.policy import is_followed, led_by_portfolio
from portal.domain.people.actor import CLOSED, MemberActor
from portal.domain.people.models import Role
from portal.domain.permissions import Permission as P
from portal.domain.portfolios.size import is_large

_COLUMNS = (
    ChecklistItem.reference, ChecklistItem.kept, ChecklistItem.status, ChecklistItem.next_by,
    ChecklistItem.sent_by, ChecklistItem.files_sealed_at, Organisation.name.label("company"),
)  # fmt: skip


def items_with_us(actor: MemberActor, most: int) -> list[dict[str, Any]]:
    """Return what the cards of the items say that wait for the actor, soonest first.

    A channel manager has those of the portfolio, but for what only the partner's page sets. Who
    sees every partner would get everybody's: they have those of the partners whose account
    managers they are, of those in nobody's portfolio, and what none but them can set. Asked only
    of who reviews some: home costs all others nothing.
    """
    if P.CHECKLIST_REVIEW not in actor.permissions:
        return []
    is_small = actor.role == Role.CHANNEL_MANAGER and not is_large(actor)
    return [_card(row) for row in db.session.execute(_next_items(actor, most, is_small))]


@once_for_each_reader
def _next_items(actor: MemberActor, most: int, is_small: bool) -> Any:
    is_set: ColumnElement[bool] = ChecklistItem.kept["kind"].as_string() == Kind.ACCOUNT
    query = (
        select(*_COLUMNS)
        .join_from(ChecklistItem, Organisation, Organisation.id == ChecklistItem.organisation_id)
        .where(scope_of(ChecklistItem, actor), Organisation.status.not_in(CLOSED))
        .order_by(ChecklistItem.next_by, ChecklistItem.id)
        .limit(fixed(most + 1))
    )
    if is_small:
        # Said in such a way that no database begins at everybody's items that are with us.
        is_ours = func.coalesce(ChecklistItem.next_side, "") == VENDOR
        is_led = led_by_portfolio(ChecklistItem.organisation_id)(actor)
        return query.where(is_led, is_ours, ~is_set)
    query = query.where(ChecklistItem.next_side == VENDOR)
    if actor.role == Role.CHANNEL_MANAGER:
        return query.where(~is_set)
    is_own = Organisation.account_manager_id == actor.membership_id
    return query.where(or_(is_own, ~is_followed(ChecklistItem.organisation_id), is_set))


def _card(row: Any) -> dict[str, Any]:
    due = show_due(row.next_by) if row.next_by else None
    title, detail = item_from(row.kept).title_in(chosen_language()), _("Task of our own")
    is_sent = row.status == ItemStatus.SUBMITTED
    if is_sent:
        title = _("Review: %(title)s", title=title)
        detail = _(
            "Sent by %(name)s, %(when)s", name=row.sent_by, when=show_ago(row.files_sealed_at)
        )
    return {
        "title": title,
        "subject": row.company,
        "amount": "",
        "detail": detail,
        "due_words": due.words if due else "",
        "due_exact": due.exact if due else "",
        "tone": due.tone if due else "accent",
        "url": address("admin.onboarding.show_item", reference=row.reference),
        "button": _("Review") if is_sent else _("Open"),
        "by": row.next_by or SOMEDAY,
    }
