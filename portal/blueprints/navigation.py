"""Which tabs does a person have?"""

from __future__ import annotations

from dataclasses import dataclass

from portal.core.addresses import address
from portal.core.language import _, _l, _lc
from portal.domain.people.actor import MemberActor
from portal.domain.permissions import Permission as P


@dataclass(frozen=True)
class Tab:
    """One entry of the tab bar or sidebar."""

    label: str
    url: str
    icon: str
    is_current: bool = False
    is_primary: bool = False
    method: str = "get"


# endpoint, label, icon, the permission that shows it, the blueprint that makes it current
_TABS = (
    ("home.index", _l("Home"), "home", P.HOME_READ, "home"),
    ("onboarding.index", _lc("tab", "Checklist"), "review", P.CHECKLIST_READ, "onboarding"),
    ("admin.review.index", _l("Review"), "review", P.REVIEW_READ, "admin.review"),
    ("deals.index", _l("Deals"), "deals", P.DEAL_LIST, "deals"),
    ("registrations.create", _l("Register"), "plus", P.REGISTRATION_CREATE, None),
    (
        "registrations.index",
        _l("Registrations"),
        "registrations",
        P.REGISTRATION_LIST,
        "registrations",
    ),
    ("assets.index", _lc("tab", "Library"), "assets", P.ASSET_READ, "assets"),
    ("admin.assets.index", _l("Assets"), "assets", P.ASSET_FOLLOW, "admin.assets"),
    ("company.show", _l("My company"), "organisations", P.COMPANY_READ, "company"),
    (
        "admin.organisations.index",
        _l("Partners"),
        "organisations",
        P.ORGANISATION_READ,
        "admin.organisations",
    ),
    (
        "admin.applications.index",
        _l("Applications"),
        "registrations",
        P.APPLICATION_READ,
        "admin.applications",
    ),
    (
        "admin.onboarding.index",
        _lc("tab", "Onboarding"),
        "onboarding",
        P.CHECKLIST_FOLLOW,
        "admin.onboarding",
    ),
    (
        "admin.checklists.index",
        _l("Checklists"),
        "checklists",
        P.CHECKLIST_WRITE,
        "admin.checklists",
    ),
    ("people.index", _l("People"), "people", P.PERSON_ADMINISTER, "people"),
    ("admin.people.index", _l("People"), "people", P.PERSON_READ, "admin.people"),
    ("admin.outbox.index", _l("Outbox"), "outbox", P.OUTBOX_READ, "admin.outbox"),
    ("admin.access.index", _l("Access"), "access", P.ACCESS_EXPLAIN, "admin.access"),
    ("admin.fields.index", _l("Fields"), "fields", P.FIELD_DECIDE, "admin.fields"),
    ("admin.audit.index", _l("Audit"), "audit", P.AUDIT_READ, "admin.audit"),
    ("log.index", _l("Log"), "audit", P.LOG_READ, "log"),
)


def tabs_of(actor: MemberActor, blueprint: str, endpoint: str) -> list[Tab]:
    """Return the actor's tabs, the one of ``blueprint`` marked as current."""
    tabs = []
    for name, label, icon, permission, current in _TABS:
        # The security administrator has everybody's people on one list, the own among them.
        is_doubled = name == "people.index" and P.PERSON_READ in actor.permissions
        # Who has nothing to do there reaches it from the company's page.
        is_over = name == "onboarding.index" and not actor.has_open_checklist
        if permission not in actor.permissions or permission in actor.withheld:
            continue
        if is_doubled or is_over:
            continue
        is_primary = name == "registrations.create"
        words = _("My deals") if name == "deals.index" and actor.side == "partner" else str(label)
        tabs.append(
            Tab(
                words,
                address(name),
                icon,
                current == blueprint and endpoint != "registrations.create",
                is_primary,
                "post" if is_primary else "get",
            )
        )
    return tabs
