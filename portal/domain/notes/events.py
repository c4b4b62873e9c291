"""What can happen to notes, and how is it said?"""

from enum import StrEnum

from portal.core.events import EventKind, declare
from portal.core.language import _l


class E(StrEnum):
    """The tags of events about notes."""

    WRITE = "note:write"


# The note itself is kept in its own row; its digest proves that it was not rewritten.
declare(
    EventKind(
        E.WRITE,
        _l("%(who)s wrote a note for our own side"),
        frozenset({"digest"}),
        partner_sees=False,
    )
)
