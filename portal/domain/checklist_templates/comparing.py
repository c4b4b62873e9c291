"""In what does a template differ from what partners got of it last?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.database import db
from portal.core.language import _l
from portal.domain.checklist_templates.content import Item
from portal.domain.checklist_templates.models import ChecklistEdition, ChecklistTemplate

# In what an item can change, each with the fields that say so.
ASPECTS: Sequence[tuple[Any, tuple[str, ...]]] = (
    (_l("the title"), ("title", "title_fr")),
    (_l("what is to be done"), ("help", "help_fr")),
    (_l("the questions"), ("questions",)),
    (_l("when it is done"), ("fact",)),
    (_l("the file"), ("needs_file",)),
    (_l("the link"), ("link",)),
    (_l("who does it"), ("owner",)),
    (_l("the days"), ("due_days",)),
    (_l("what comes before"), ("after",)),
    (_l("the renewal"), ("renew_months",)),
    (_l("whether it can stay undone"), ("is_mandatory",)),
)


def aspects_of(before: Item, after: Item) -> list[str]:
    """Return in words in what an item has changed."""
    return [
        str(words)
        for words, names in ASPECTS
        if any(getattr(before, name) != getattr(after, name) for name in names)
    ]


@dataclass(frozen=True)
class Comparison:
    """What is asked for now and was not, is asked in another way, or is not asked for any more.

    What changed stands there as it was and as it is.
    """

    added: tuple[Item, ...]
    changed: tuple[tuple[Item, Item], ...]
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
        changed=tuple(
            (was[one.key], one) for one in after if one.key in was and was[one.key] != one
        ),
        gone=tuple(one for one in before if one.key not in asks),
        is_reordered=stay != [one.key for one in before if one.key in asks],
    )


def published_items(template: ChecklistTemplate) -> list[Item]:
    """Return the items of the edition that was published last; none before the first."""
    return edition_of(db.session(), template).items if template.edition else []


def edition_of(session: Session, template: ChecklistTemplate) -> ChecklistEdition:
    """Return what the template asked when it was published last."""
    query = select(ChecklistEdition).where(
        ChecklistEdition.template_id == template.id, ChecklistEdition.number == template.edition
    )
    return session.scalars(query).one()
