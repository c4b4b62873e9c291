"""Which items of the company's checklist wait for this person, and how is each said on a card?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from portal.core.addresses import address
from portal.core.database import db
from portal.core.language import _, chosen_language, show_due
from portal.domain.checklist_templates.content import item_from
from portal.domain.checklists.models import Checklist, ChecklistItem, ItemStatus
from portal.domain.checklists.steps import BUTTON_WORDS, ONCE_MORE, soonest_first, theirs
from portal.domain.checklists.workflow import ITEM
from portal.domain.people.actor import MemberActor
from portal.domain.permissions import Permission as P

_COLUMNS = (
    ChecklistItem.reference, ChecklistItem.status, ChecklistItem.kept, ChecklistItem.due_at,
    ChecklistItem.position, ChecklistItem.is_mandatory, ChecklistItem.reason, Checklist.done,
    Checklist.total,
)  # fmt: skip


def waiting_items(actor: MemberActor) -> list[dict[str, Any]]:
    """Return what the cards say: of each item to be done once more, and of the next other one.

    Asked only where the company has an open checklist: home costs all others nothing.
    """
    if P.CHECKLIST_WORK not in actor.permissions:
        return []
    query = select(*_COLUMNS).join(Checklist, Checklist.id == ChecklistItem.checklist_id)
    rows = soonest_first(db.session.execute(query.where(theirs(actor))).all())
    again = [row for row in rows if row.status in ONCE_MORE]
    shown = again + rows[len(again) :][:1]
    # On home the soonest come first: what is new stands behind what is to be done once more.
    latest = max(row.due_at for row in shown) if shown else None
    return [_card(row, actor, row.due_at if row.status in ONCE_MORE else latest) for row in shown]


def _card(row: Any, actor: MemberActor, by: Any) -> dict[str, Any]:
    due = show_due(row.due_at)
    action = ITEM.states[ItemStatus(row.status)].next_action
    is_again = row.status in ONCE_MORE
    done = _("%(done)s of %(total)s done", done=row.done, total=row.total)
    return {
        "title": str(action.words) if is_again and action else _("Next step"),
        "subject": item_from(row.kept).title_in(chosen_language()),
        "amount": "",
        "detail": row.reason if row.status == ItemStatus.RETURNED else done,
        "due_words": due.words,
        "due_exact": due.exact,
        "tone": due.tone,
        "url": address("onboarding.show", reference=row.reference),
        "button": _("Open")
        if P.CHECKLIST_WORK in actor.withheld
        else str(BUTTON_WORDS[row.status]),
        "by": by,
    }
