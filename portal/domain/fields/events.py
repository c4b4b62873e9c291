"""What can happen to the decisions on fields, and how is it said?"""

from enum import StrEnum

from portal.core.events import EventKind, declare
from portal.core.language import _l


class E(StrEnum):
    """The tags of events about what partners read."""

    SET = "field:set"


declare(
    EventKind(
        E.SET,
        _l("%(who)s decided what partners read"),
        frozenset({"shown", "hidden"}),
        partner_sees=False,
    )
)
