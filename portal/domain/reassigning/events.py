"""What happens when somebody's work goes to a colleague, and how is it said?"""

from enum import StrEnum

from portal.core.events import EventKind, declare
from portal.core.language import _l


class E(StrEnum):
    """The tags of the events on the chains of the two people."""

    HAND_OVER = "person:hand_over"
    TAKE_OVER = "person:take_over"


declare(
    EventKind(
        E.HAND_OVER,
        _l("%(who)s handed everything open to a colleague"),
        frozenset({"taken", "deals", "registrations"}),
        partner_sees=False,
    ),
    EventKind(
        E.TAKE_OVER,
        _l("%(who)s handed over everything that a colleague had open"),
        frozenset({"left", "deals", "registrations"}),
        partner_sees=False,
    ),
)
