"""Which item of a checklist is next for one person?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Protocol, TypeVar

from sqlalchemy import ColumnElement

from portal.core.access import scope_of
from portal.core.workflow import PARTNER
from portal.domain.checklists.models import ChecklistItem, ItemStatus
from portal.domain.checklists.policy import owned_by
from portal.domain.people.actor import MemberActor

ONCE_MORE = frozenset({ItemStatus.RETURNED, ItemStatus.EXPIRED})
"""The states in which something is to be done once more: that comes before all that is new."""


class Waiting(Protocol):
    """An item that waits, or a row of one."""

    @property
    def status(self) -> str: ...
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
    """Return the items as one does them: what is to be done once more, then by their day."""
    return sorted(items, key=lambda one: (one.status not in ONCE_MORE, one.due_at, one.position))
