"""What can happen to the files of a record, and how is it said?"""

from enum import StrEnum

from portal.core import previews
from portal.core.events import EventKind, declare
from portal.core.language import _l


class E(StrEnum):
    """The tags of events about files; they stand in the history of the record."""

    ATTACH = "file:attach"
    REMOVE = "file:remove"


# The content is proved by its digest; the name is a word of the partner's.
_what = frozenset({"file", "digest"})
declare(
    EventKind(E.ATTACH, _l("%(who)s attached a file"), _what, frozenset({"name"})),
    EventKind(E.REMOVE, _l("%(who)s took a file away"), _what, frozenset({"name"})),
)
previews.follow(E.ATTACH)
