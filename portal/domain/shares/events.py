"""What can happen to a share, and how is it said?"""

from enum import StrEnum

from portal.core.events import EventKind, declare
from portal.core.language import _l


class E(StrEnum):
    """The tags of a share's events; they stand in the history of the record that is shared."""

    CHANGE = "share:change"
    MAKE = "share:make"
    REVOKE = "share:revoke"


TAGS = frozenset(E)
_how = frozenset({"share", "level", "until"})

# With whom is no word of the history: who may know it reads it from the share.
declare(
    EventKind(E.MAKE, _l("%(who)s shared it"), _how),
    EventKind(E.CHANGE, _l("%(who)s changed how it is shared"), _how),
    EventKind(E.REVOKE, _l("%(who)s ended a share"), frozenset({"share"})),
)
