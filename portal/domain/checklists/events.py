"""What can happen to a partner's checklist and its items, and how is it said?"""

from enum import StrEnum

from portal.core.events import EventKind, declare
from portal.core.language import _l


class E(StrEnum):
    """The tags of events about checklists; those of items stand in each item's own history."""

    BEGIN = "checklist:begin"
    CARRY = "checklist:carry"
    COMPLETE = "checklist:complete"
    REMIND = "checklist:remind"
    REOPEN = "checklist:reopen"
    START = "checklist:start"
    ACCEPT = "checklist_item:accept"
    ASK_AGAIN = "checklist_item:ask_again"
    BEGIN_ITEM = "checklist_item:begin"
    CHANGE = "checklist_item:change"
    DERIVE = "checklist_item:derive"
    DO = "checklist_item:do"
    EXPIRE = "checklist_item:expire"
    FALL_BACK = "checklist_item:fall_back"
    RENEW = "checklist_item:renew"
    RETURN = "checklist_item:return"
    SUBMIT = "checklist_item:submit"
    WAIVE = "checklist_item:waive"


_none: frozenset[str] = frozenset()
_reason = frozenset({"reason"})
_count = frozenset({"count"})

declare(
    EventKind(E.BEGIN, _l("The checklist was begun")),
    EventKind(E.CARRY, _l("What is asked has changed"), frozenset({"edition", "added"})),
    EventKind(E.START, _l("The first item was begun")),
    EventKind(E.COMPLETE, _l("Everything is done")),
    EventKind(E.REOPEN, _l("Something is to be done again")),
    EventKind(E.REMIND, _l("A reminder was sent"), _count),
    EventKind(E.BEGIN_ITEM, _l("%(who)s began it")),
    EventKind(E.SUBMIT, _l("%(who)s sent it"), frozenset({"digest"})),
    EventKind(E.ACCEPT, _l("%(who)s accepted it")),
    EventKind(E.RETURN, _l("%(who)s gave it back"), _none, _reason),
    EventKind(E.DO, _l("%(who)s did it")),
    EventKind(E.WAIVE, _l("%(who)s no longer asks for it"), _none, _reason),
    EventKind(E.ASK_AGAIN, _l("%(who)s asks for it again")),
    EventKind(E.CHANGE, _l("What it asks has changed")),
    EventKind(E.DERIVE, _l("It is done: the data is there")),
    EventKind(E.FALL_BACK, _l("The data is there no more")),
    EventKind(E.RENEW, _l("It is to be renewed")),
    EventKind(E.EXPIRE, _l("Its time was over")),
)
