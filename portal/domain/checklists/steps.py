"""Which item of a checklist is next for one person?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement

from portal.core.access import scope_of
from portal.core.language import _lc
from portal.core.workflow import PARTNER
from portal.domain.checklists.models import ChecklistItem, ItemStatus
from portal.domain.checklists.policy import owned_by
from portal.domain.people.actor import MemberActor

ONCE_MORE = frozenset({ItemStatus.RETURNED, ItemStatus.EXPIRED})
"""The states in which something is to be done once more: that comes before all that is new."""
BUTTON_WORDS: dict[str, Any] = {
    ItemStatus.NOT_STARTED: _lc("button", "Begin"),
    ItemStatus.IN_PROGRESS: _lc("button", "Finish it"),
    ItemStatus.RETURNED: _lc("button", "Put it right"),
    ItemStatus.EXPIRED: _lc("button", "Renew it"),
}
"""What leads to an item that waits for the reader."""


class Waiting(Protocol):
    """An item that waits, or a row of one."""

    @property
    def status(self) -> str: ...
    @property
    def is_mandatory(self) -> bool: ...
    @property
    def due_at(self) -> dt.datetime: ...
    @property
    def position(self) -> int: ...


W = TypeVar("W", bound=Waiting)


def theirs(actor: MemberActor) -> ColumnElement[bool]:
    """Return the condition on items that wait for the actor, or for people of the same role."""
    return (
        scope_of(ChecklistItem, actor)
        & (ChecklistItem.next_side == PARTNER)
        & ChecklistItem.owner.in_(sorted(owned_by(actor.role)))
    )


def soonest_first(items: Iterable[W]) -> list[W]:
    """Return the items as one does them: what is to be done once more, then by their day.

    What is not required comes last: it keeps nobody from being active.
    """

    def place(one: Waiting) -> tuple[object, ...]:
        return one.status not in ONCE_MORE, not one.is_mandatory, one.due_at, one.position

    return sorted(items, key=place)
