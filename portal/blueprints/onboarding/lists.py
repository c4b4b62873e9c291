"""What is asked of the company, how far has it come, and what is next for this person?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.blueprints.onboarding.wording import Line, line_of
from portal.core.access import visible
from portal.core.database import db
from portal.core.language import chosen_language, show_due
from portal.domain.checklists.models import Checklist, ChecklistItem
from portal.domain.checklists.steps import soonest_first
from portal.domain.people.actor import MemberActor


@dataclass(frozen=True)
class Part:
    """One checklist as the page shows it."""

    reference: str
    name: str
    done: int
    total: int
    due_words: str
    open: Sequence[Line]
    over: Sequence[Line]


def list_page(actor: MemberActor) -> dict[str, Any]:
    """Return the context of the page: the person's next step, and each checklist in its order."""
    query = visible(Checklist, actor).order_by(Checklist.begun_at, Checklist.id)
    checklists = db.session.scalars(query).all()
    asked = visible(ChecklistItem, actor).order_by(ChecklistItem.position, ChecklistItem.id)
    items = db.session.scalars(asked).all() if checklists else []
    lines = lines_of(items, actor)
    mine = soonest_first(one for one in items if lines[one.id].is_theirs)
    return {
        "parts": [_part(one, items, lines) for one in checklists],
        "next": lines[mine[0].id] if mine else None,
        "help": mine[0].item.help_in(chosen_language()) if mine else "",
        "is_open": any(one.is_open for one in checklists),
    }


def lines_of(items: Sequence[ChecklistItem], actor: MemberActor) -> dict[int, Line]:
    """Return how each of the items is told, by row number; they know what they wait for."""
    open_titles = {
        (one.checklist_id, one.key): one.title_in(chosen_language())
        for one in items
        if not one.is_done
    }
    return {one.id: line_of(one, actor, _before(one, open_titles)) for one in items}


def _before(item: ChecklistItem, open_titles: Mapping[tuple[int, str], str]) -> list[str]:
    keys = [(item.checklist_id, key) for key in item.item.after]
    return [open_titles[key] for key in keys if key in open_titles]


def _part(checklist: Checklist, items: Sequence[ChecklistItem], lines: Mapping[int, Line]) -> Part:
    its = [lines[one.id] for one in items if one.checklist_id == checklist.id]
    return Part(
        reference=checklist.reference,
        name=checklist.name_in(chosen_language()),
        done=checklist.done,
        total=checklist.total,
        due_words=show_due(checklist.due_at).words if checklist.is_open else "",
        open=[line for line in its if not line.is_over],
        over=[line for line in its if line.is_over],
    )
