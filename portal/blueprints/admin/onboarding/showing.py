"""What do the pages of a partner's checklist and of one of its items show to staff?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from portal.blueprints.filing import files_card
from portal.core.access import can, visible
from portal.core.database import db
from portal.core.language import Due, _, _c, _n, chosen_language, show_ago, show_date, show_due
from portal.core.workflow import VENDOR
from portal.domain.attachments.models import Attachment
from portal.domain.checklist_templates.content import FACT_WORDS, KIND_WORDS, OWNER_WORDS
from portal.domain.checklists.keeping import makes_active
from portal.domain.checklists.models import Checklist, ChecklistItem, ItemStatus
from portal.domain.checklists.workflow import CHECKLIST, ITEM
from portal.domain.organisations.workflow import ORGANISATION
from portal.domain.people.actor import MemberActor
from portal.domain.permissions import Permission as P
from portal.domain.timeline.sentences import timeline


@dataclass(frozen=True)
class Line:
    """One item as the checklist's page shows it."""

    item: ChecklistItem
    title: str
    state: Any
    due: Due | None
    detail: str
    files: int


def checklist_page(checklist: Checklist, actor: MemberActor) -> dict[str, Any]:
    """Return the context of a partner's checklist: how far it is, and its items in their order."""
    items = items_in(checklist, actor)
    language, organisation = chosen_language(), checklist.organisation
    counts, titles = _files_of(items), {one.key: one.title_in(language) for one in items}
    lines = [_line(one, titles, counts) for one in items]
    return {
        "heading": _c("tab", "Onboarding"),
        "checklist": checklist,
        "organisation": organisation,
        "partner_state": ORGANISATION.state_of(organisation),
        "state": CHECKLIST.state_of(checklist),
        "name": checklist.name_in(language),
        "lines": lines,
        "to_do": [one for one in lines if waits_for(actor, one.item)],
        "facts": _dates(checklist),
        "due": show_due(checklist.due_at) if checklist.is_open else None,
        "entries": _told(checklist.reference, actor),
    }


def items_in(checklist: Checklist, actor: MemberActor) -> Sequence[ChecklistItem]:
    """Return the items of a checklist in their order."""
    query = visible(ChecklistItem, actor).where(ChecklistItem.checklist_id == checklist.id)
    order = ChecklistItem.position, ChecklistItem.id
    return db.session.scalars(query.order_by(*order)).all()


def waits_for(actor: MemberActor, item: ChecklistItem) -> bool:
    """Tell whether the reader is to look at the item now, or to do it."""
    if item.next_side != VENDOR:
        return False
    if item.is_derived:
        return can(actor, P.ORGANISATION_EDIT, item.checklist.organisation)
    return can(actor, P.CHECKLIST_REVIEW, item)


def item_page(item: ChecklistItem, actor: MemberActor) -> dict[str, Any]:
    """Return the context of an item's page: what it asks, what came, and what is to be done."""
    asked, language = item.item, chosen_language()
    steps = {step.name for step in ITEM.available(item, actor) if not _why_not(item, step, actor)}
    others = {one.key: one.title_in(language) for one in items_in(item.checklist, actor)}
    return {
        "item": item,
        "asked": asked,
        "checklist": item.checklist,
        "organisation": item.checklist.organisation,
        "title": asked.title_in(language),
        "help": asked.help_in(language),
        "state": ITEM.state_of(item),
        "due": show_due(item.next_by) if item.next_by else None,
        "waits": [others[key] for key in asked.after if key in others] if item.is_blocked else [],
        "facts": _facts(item),
        "answers": item.answers_in(language),
        "sent": _sent(item),
        "fact": FACT_WORDS.get(asked.fact) if item.is_derived else None,
        "may_set": item.is_derived and waits_for(actor, item),
        "files": files_card(item, actor) if asked.needs_file or item.has_files else None,
        "steps": steps,
        "makes_active": bool(steps) and makes_active(item),
        "entries": _told(item.reference, actor),
    }


def _why_not(item: ChecklistItem, step: Any, actor: MemberActor) -> Any:
    return step.guard(item, actor) if step.guard else None


def _line(item: ChecklistItem, titles: dict[str, str], counts: dict[str, int]) -> Line:
    due = show_due(item.next_by) if item.next_by else None
    state = ITEM.state_of(item)
    return Line(item, titles[item.key], state, due, _detail(item, titles), counts.get(
        item.reference, 0))  # fmt: skip


def _detail(item: ChecklistItem, titles: dict[str, str]) -> str:
    """Return the one thing that one wants to know beside an item's state."""
    if item.is_blocked:
        before = [titles[key] for key in item.item.after if key in titles]
        return _("Comes after: %(titles)s", titles=", ".join(before))
    if item.status in (ItemStatus.RETURNED, ItemStatus.WAIVED):
        return item.said_reason
    return _sent(item)


def _sent(item: ChecklistItem) -> str:
    if not item.sent_by or item.files_sealed_at is None:
        return ""
    return _("Sent by %(name)s, %(when)s", name=item.sent_by, when=show_ago(item.files_sealed_at))


def _files_of(items: Sequence[ChecklistItem]) -> dict[str, int]:
    """Return by reference how many files stand beside each item that has some."""
    having = [one.reference for one in items if one.has_files]
    query = (
        select(Attachment.record, func.count(Attachment.id))
        .where(Attachment.record.in_(having))
        .group_by(Attachment.record)
    )
    return {row[0]: row[1] for row in db.session.execute(query)} if having else {}


def _dates(checklist: Checklist) -> list[tuple[str, str]]:
    rows = [
        (_("Begun"), show_date(checklist.begun_at)),
        (_("Should be active by"), show_date(checklist.due_at)),
        (_("Complete since"), show_date(checklist.completed_at)),
    ]
    return [(label, value) for label, value in rows if value]


def _facts(item: ChecklistItem) -> list[tuple[str, str]]:
    asked = item.item
    months = asked.renew_months
    ends = item.expires_at
    rows = [
        (_("Kind"), str(KIND_WORDS[asked.kind])),
        (_("Who does it"), str(OWNER_WORDS[asked.owner])),
        (_("Due"), show_date(item.due_at)),
        (_("Done on"), show_date(item.completed_at)),
        (_("Holds until"), show_date(ends)),
        (_("Renewed"), _n("every month", "every %(num)d months", months) if months else ""),
        (_("Needed"), "" if item.is_mandatory else _("No, it can stay undone")),
    ]
    return [(label, value) for label, value in rows if value]


def _told(reference: str, actor: MemberActor) -> Any:
    return timeline(reference, actor, current_app.config["VENDOR_SHORT_NAME"])
