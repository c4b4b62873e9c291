"""What can happen to an access review, and how is it said?"""

from enum import StrEnum

from portal.core.events import EventKind, declare
from portal.core.language import _l


class E(StrEnum):
    """The tags of an access review's events."""

    ANSWER = "access_review:answer"
    DECIDE = "access_review:decide"
    HAND_OVER = "access_review:hand_over"
    OPEN = "access_review:open"
    REDUCE = "access_review:reduce"
    REMIND = "access_review:remind"
    REST = "access_review:rest"
    SIGN_OFF = "access_review:sign_off"
    UNDO = "access_review:undo"


_some = frozenset

# ``people`` are numbers of people or their references, ``why`` a code of WHY.
declare(
    EventKind(E.OPEN, _l("The monthly access review began"), _some({"people", "asks"})),
    EventKind(E.REMIND, _l("The company’s administrators were reminded")),
    EventKind(E.DECIDE, _l("%(who)s decided on an access"), _some({"person", "decision"})),
    EventKind(E.UNDO, _l("%(who)s took a decision back"), _some({"person", "decision"})),
    EventKind(E.ANSWER, _l("%(who)s sent the answer")),
    EventKind(
        E.HAND_OVER,
        _l("The review went on to the vendor’s security administrators"),
        _some({"why"}),
    ),
    EventKind(
        E.REDUCE,
        _l("The time was over: who had not been looked at sees only their own records now"),
        _some({"people"}),
    ),
    EventKind(E.REST, _l("Nobody had to be looked at"), _some({"digest", "people"})),
    EventKind(E.SIGN_OFF, _l("%(who)s signed it off"), _some({"digest", "people"})),
)
