"""What can happen to a registration, and how is it said?"""

from enum import StrEnum

from portal.core.events import EventKind, declare
from portal.core.language import _l
from portal.domain.registrations.content import LABELS


class E(StrEnum):
    """The tags of a registration's events."""

    ANSWER = "registration:answer"
    APPROVE = "registration:approve"
    ASK = "registration:ask"
    COMPARE = "registration:compare"
    CREATE = "registration:create"
    DISCARD = "registration:discard"
    EDIT = "registration:edit"
    HAND_OVER = "registration:hand_over"
    MATCH = "registration:match"
    REASSIGN = "registration:reassign"
    REASSIGN_DRAFT = "registration:reassign_draft"
    REJECT = "registration:reject"
    SUBMIT = "registration:submit"
    TAKE = "registration:take"
    WITHDRAW = "registration:withdraw"


WHILE_DRAFT = frozenset({E.CREATE, E.EDIT, E.DISCARD, E.REASSIGN_DRAFT})
"""What happens before anything was sent: the owner's organisation alone reads of it."""

_some = frozenset

declare(
    EventKind(E.CREATE, _l("%(who)s began a draft")),
    EventKind(E.EDIT, _l("%(who)s saved the draft"), _some({"fields"})),
    EventKind(E.DISCARD, _l("%(who)s threw the draft away")),
    EventKind(E.SUBMIT, _l("%(who)s submitted it"), _some({"receipt", "content"})),
    EventKind(E.MATCH, _l("Possible matches were found"), _some({"others"}), partner_sees=False),
    EventKind(E.TAKE, _l("%(who)s took it for review")),
    EventKind(
        E.COMPARE,
        _l("%(who)s compared it with %(other)s"),
        _some({"other", "answer"}),
        partner_sees=False,
    ),
    EventKind(E.ASK, _l("%(who)s asked for information"), _some({"fields"}), _some({"comments"})),
    EventKind(
        E.ANSWER,
        _l("%(who)s answered"),
        _some({"fields"}),
        _some({"replies"}),
        fields=_some(LABELS),
    ),
    EventKind(
        E.APPROVE, _l("%(who)s approved it and protected the customer"), _some({"deal", "until"})
    ),
    EventKind(E.REJECT, _l("%(who)s rejected it"), _some({"reason"}), _some({"text"})),
    EventKind(
        # Among many at once each person concerned is told of all together.
        E.REASSIGN,
        _l("%(who)s handed it over"),
        _some({"left", "taken", "together"}),
        fields=_some({"owner"}),
    ),
    EventKind(
        E.REASSIGN_DRAFT,
        _l("%(who)s handed the draft over"),
        _some({"left", "taken", "together"}),
        fields=_some({"owner"}),
    ),
    EventKind(
        E.HAND_OVER,
        _l("%(who)s handed the review over"),
        _some({"left", "taken"}),
        partner_sees=False,
    ),
    EventKind(E.WITHDRAW, _l("%(who)s withdrew it"), _some(set()), _some({"text"})),
)
