"""What can happen to an application, and how is it said?"""

from enum import StrEnum

from portal.core.events import EventKind, declare
from portal.core.language import _l


class E(StrEnum):
    """The tags of an application's events."""

    ANSWER = "application:answer"
    APPLY = "application:apply"
    APPROVE = "application:approve"
    ASK = "application:ask"
    COMPARE = "application:compare"
    CONFIRM = "application:confirm"
    EXPIRE = "application:expire"
    HAND_OVER = "application:hand_over"
    PASS_ON = "application:pass_on"  # noqa: S105 - no password
    REJECT = "application:reject"
    REMIND = "application:remind"
    TAKE = "application:take"
    WITHDRAW = "application:withdraw"


_none: frozenset[str] = frozenset()

# None of it is a partner's to read: who applies is none yet.
declare(
    EventKind(E.APPLY, _l("Somebody applied to become a partner"), partner_sees=False),
    EventKind(E.CONFIRM, _l("The applicant confirmed their address"), partner_sees=False),
    EventKind(E.TAKE, _l("%(who)s took it for review"), partner_sees=False),
    EventKind(
        E.HAND_OVER,
        _l("%(who)s handed the review over"),
        frozenset({"left", "taken"}),
        partner_sees=False,
    ),
    EventKind(
        E.COMPARE,
        _l("%(who)s compared it with %(other)s"),
        frozenset({"other", "answer"}),
        partner_sees=False,
    ),
    EventKind(
        E.ASK,
        _l("%(who)s asked for information"),
        _none,
        frozenset({"question"}),
        partner_sees=False,
    ),
    EventKind(
        E.ANSWER, _l("The applicant answered"), _none, frozenset({"reply"}), partner_sees=False
    ),
    EventKind(
        E.APPROVE,
        _l("%(who)s approved it: the company is a partner"),
        frozenset({"organisation"}),
        partner_sees=False,
    ),
    EventKind(
        E.REJECT,
        _l("%(who)s rejected it"),
        frozenset({"reason"}),
        frozenset({"text"}),
        partner_sees=False,
    ),
    EventKind(
        E.PASS_ON,
        _l("%(who)s made it a request for access to the partner"),
        frozenset({"organisation", "request"}),
        partner_sees=False,
    ),
    EventKind(E.REMIND, _l("The applicant was reminded of the question"), partner_sees=False),
    EventKind(E.EXPIRE, _l("It ended because nobody answered in time"), partner_sees=False),
    EventKind(E.WITHDRAW, _l("The applicant withdrew it"), partner_sees=False),
)
