"""What can happen to a checklist template, and how is it said?"""

from enum import StrEnum

from portal.core.events import EventKind, declare
from portal.core.language import _l


class E(StrEnum):
    """The tags of events about templates; only the vendor's side reads them."""

    CREATE = "checklist_template:create"
    EDIT = "checklist_template:edit"
    ITEM = "checklist_template:item"
    ORDER = "checklist_template:order"
    PUBLISH = "checklist_template:publish"
    REMOVE = "checklist_template:remove"
    RETIRE = "checklist_template:retire"


_none: frozenset[str] = frozenset()
_title = frozenset({"title"})
_number = frozenset({"number"})

declare(
    EventKind(E.CREATE, _l("%(who)s began the checklist"), partner_sees=False),
    EventKind(E.EDIT, _l("%(who)s changed the checklist"), partner_sees=False),
    EventKind(E.ITEM, _l("%(who)s wrote an item"), _none, _title, partner_sees=False),
    EventKind(E.ORDER, _l("%(who)s moved an item"), _none, _title, partner_sees=False),
    EventKind(E.REMOVE, _l("%(who)s took an item out"), _none, _title, partner_sees=False),
    EventKind(E.PUBLISH, _l("It was put in use as edition %(number)s"), _number,
              partner_sees=False),
    EventKind(E.RETIRE, _l("%(who)s took the checklist out of use"), partner_sees=False),
)  # fmt: skip
