"""What can happen to a deal, and how is it said?"""

from enum import StrEnum

from portal.core.events import EventKind, declare
from portal.core.language import _l


class E(StrEnum):
    """The tags of a deal's events."""

    ASSIGN = "deal:assign"
    ASSESS = "deal:assess"
    CREATE = "deal:create"
    EDIT = "deal:edit"
    EXPORT = "deal:export"
    LOSE = "deal:lose"
    MOVE = "deal:move"
    PLAN = "deal:plan"
    REASSIGN = "deal:reassign"
    STEP_DONE = "deal:step_done"
    WIN = "deal:win"


_some = frozenset

declare(
    EventKind(E.ASSESS, _l("%(who)s assessed the deal for our side"), partner_sees=False),
    EventKind(
        # The page links the registration for whoever may see it.
        E.CREATE,
        _l("%(who)s opened the deal"),
        _some({"registration"}),
    ),
    EventKind(
        E.EDIT,
        _l("%(who)s changed the deal"),
        _some({"fields"}),
        fields=_some({"amount", "close_on", "own_reference"}),
    ),
    EventKind(
        E.EXPORT, _l("%(who)s exported deals"), _some({"stage", "typed"}), partner_sees=False
    ),
    EventKind(E.MOVE, _l("%(who)s moved it from %(before)s to %(after)s")),
    EventKind(E.WIN, _l("%(who)s marked it as won; it stood at %(before)s")),
    EventKind(E.LOSE, _l("%(who)s marked it as lost; it stood at %(before)s"), _some({"reason"})),
    EventKind(
        E.PLAN,
        _l("%(who)s set the next step"),
        _some({"on"}),
        _some({"step"}),
        fields=_some({"next_step"}),
    ),
    EventKind(
        # Among many at once each person concerned is told of all together.
        E.REASSIGN,
        _l("%(who)s handed it over"),
        _some({"left", "taken", "together"}),
        fields=_some({"owner"}),
    ),
    EventKind(
        E.ASSIGN,
        _l("%(who)s chose who works on it for the vendor"),
        _some({"left", "taken"}),
        partner_sees=False,
    ),
    EventKind(E.STEP_DONE, _l("%(who)s did the next step"), _some(set()), _some({"step"})),
)
