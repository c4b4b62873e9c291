"""In what does a template differ from what partners got of it last?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from portal.core.database import db
from portal.domain.checklist_templates.content import Item
from portal.domain.checklist_templates.models import ChecklistEdition, ChecklistTemplate


@dataclass(frozen=True)
class Comparison:
    """What is asked for now and was not, is asked in another way, or is not asked for any more."""

    added: tuple[Item, ...]
    changed: tuple[Item, ...]
    gone: tuple[Item, ...]
    is_reordered: bool

    @property
    def is_none(self) -> bool:
        """Tell whether both ask the same."""
        return not (self.added or self.changed or self.gone or self.is_reordered)


def compare(before: Sequence[Item], after: Sequence[Item]) -> Comparison:
    """Return what ``after`` asks otherwise than ``before``; items are the same by their key."""
    was = {one.key: one for one in before}
    asks = {one.key for one in after}
    stay = [one.key for one in after if one.key in was]
    return Comparison(
        added=tuple(one for one in after if one.key not in was),
        changed=tuple(one for one in after if one.key in was and was[one.key] != one),
        gone=tuple(one for one in before if one.key not in asks),
        is_reordered=stay != [one.key for one in before if one.key in asks],
    )


def published_items(template: ChecklistTemplate) -> list[Item]:
    """Return the items of the edition that was published last; none before the first."""
    query = select(ChecklistEdition).where(
        ChecklistEdition.template_id == template.id, ChecklistEdition.number == template.edition
    )
    edition = db.session.scalar(query)
    return edition.items if edition else []
