"""What can happen to an organisation, and how is it said?"""

from enum import StrEnum

from portal.core.events import EventKind, declare
from portal.core.language import _l


class E(StrEnum):
    """The tags of an organisation's events."""

    ACTIVATE = "organisation:activate"
    CREATE = "organisation:create"
    EDIT = "organisation:edit"
    END = "organisation:end"
    KEEP = "organisation:keep"
    MOVE = "organisation:move"
    ONBOARD = "organisation:onboard"
    REOPEN = "organisation:reopen"
    RESUME = "organisation:resume"
    SUSPEND = "organisation:suspend"


_none: frozenset[str] = frozenset()
_reason = frozenset({"reason"})
# What the vendor keeps of a company and the company may read.
_FACTS = frozenset(
    {
        "name",
        "types",
        "tier",
        "countries",
        "domains",
        "products",
        "company_email",
        "company_phone",
    }
)

# Why somebody lost access, and who stands above whom, are the vendor's own matters.
declare(
    EventKind(E.CREATE, _l("%(who)s added the partner"), partner_sees=False),
    EventKind(E.EDIT, _l("%(who)s changed the company’s data"), _none, fields=_FACTS),
    EventKind(E.KEEP, _l("%(who)s changed how the company is reached"), _none, fields=_FACTS),
    EventKind(E.MOVE, _l("%(who)s moved the partner"), _none, partner_sees=False),
    EventKind(E.ONBOARD, _l("%(who)s began the onboarding"), _none, _reason, partner_sees=False),
    EventKind(E.ACTIVATE, _l("%(who)s made the partner active"), _none, _reason,
              partner_sees=False),
    EventKind(E.SUSPEND, _l("%(who)s suspended the partner"), _none, _reason, partner_sees=False),
    EventKind(E.RESUME, _l("%(who)s ended the suspension"), _none, _reason, partner_sees=False),
    EventKind(E.END, _l("%(who)s ended the partnership"), _none, _reason, partner_sees=False),
    EventKind(E.REOPEN, _l("%(who)s opened the partnership again"), _none, _reason,
              partner_sees=False),
)  # fmt: skip
