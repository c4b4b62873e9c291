"""Which permissions does a role carry, and in which workflows does a partner take part?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.core.language import _l
from portal.domain.organisations.models import OrganisationStatus, PartnerType, Side
from portal.domain.people.models import Reach, Role, Standing
from portal.domain.permissions import Permission as P

EVERYBODY = frozenset(
    {P.HOME_READ, P.ACCOUNT_EDIT, P.EMAIL_CHANGE, P.MEMBERSHIP_SWITCH, P.SESSION_END}
)
# The library of decks, price lists and notes.
_ASSETS = frozenset({P.ASSET_FAVOURITE, P.ASSET_READ})
_KEEP_ASSETS = frozenset({P.ASSET_FOLLOW, P.ASSET_REVIEW, P.ASSET_WRITE})
# How a partner is taken on, and its files, which come before any deal.
_CHECKLIST = frozenset({P.CHECKLIST_READ, P.CHECKLIST_WORK, P.FILE_READ, P.FILE_REMOVE})
_TAKE_ON = frozenset({P.CHECKLIST_FOLLOW, P.CHECKLIST_REVIEW, P.CHECKLIST_WAIVE, P.FILE_READ})
_DEALS = frozenset(
    {
        P.DEAL_CLOSE,
        P.DEAL_EDIT,
        P.DEAL_LIST,
        P.DEAL_READ,
        P.REGISTRATION_ANSWER,
        P.REGISTRATION_CREATE,
        P.REGISTRATION_EDIT,
        P.REGISTRATION_LIST,
        P.REGISTRATION_READ,
        P.REGISTRATION_SUBMIT,
        P.REGISTRATION_WITHDRAW,
        P.SHARE_MAKE,
        P.SHARE_REVOKE,
    }
)
_REASSIGN = frozenset({P.DEAL_REASSIGN, P.REGISTRATION_REASSIGN})
_FOLLOW = frozenset({P.REGISTRATION_READ, P.DEAL_READ, P.FILE_READ})
_PARTNERS = frozenset({P.ORGANISATION_READ, P.PERSON_READ})
_KEEP_PARTNERS = frozenset(
    {
        P.ORGANISATION_CREATE,
        P.ORGANISATION_EDIT,
        P.ORGANISATION_MOVE,
        P.ORGANISATION_SUSPEND,
    }
)
_JUDGE = frozenset({P.REVIEW_READ, P.REGISTRATION_REVIEW})
# What the vendor's side keeps to itself beside the records that it works on.
_KEEP_INSIDE = frozenset({P.NOTE_WRITE, P.DEAL_ASSESS})
_SHARE = frozenset({P.SHARE_MAKE, P.SHARE_REVOKE})

PERMISSIONS: dict[Role, frozenset[P]] = {
    Role.PARTNER_SELLER: _DEALS | _ASSETS | _CHECKLIST,
    Role.PARTNER_MANAGER: _DEALS | _ASSETS | _CHECKLIST | _REASSIGN,
    Role.PARTNER_ADMINISTRATOR: _DEALS
    | _ASSETS
    | _CHECKLIST
    | _REASSIGN
    | {P.ACCESS_REVIEW, P.LOG_READ, P.PERSON_ADMINISTER, P.PERSON_HAND_OVER},
    Role.CHANNEL_MANAGER: _FOLLOW
    | _PARTNERS
    | _JUDGE
    | _KEEP_ASSETS
    | _KEEP_INSIDE
    | _SHARE
    | _TAKE_ON
    | {
        P.APPLICATION_DECIDE,
        P.APPLICATION_READ,
        P.APPLICATION_REVIEW,
        P.DEAL_ASSIGN,
        P.DEAL_LIST,
        P.PERSON_VIEW_AS,
    },
    Role.VENDOR_SELLER: _KEEP_INSIDE | {P.DEAL_LIST, P.DEAL_READ, P.FILE_READ},
    Role.APPROVER: _FOLLOW
    | _PARTNERS
    | _JUDGE
    | _KEEP_INSIDE
    | {P.REGISTRATION_DECIDE, P.DEAL_LIST},
    Role.SUPPORT_AGENT: frozenset(),
    Role.FINANCE: frozenset(),
    Role.PROGRAMME_ADMINISTRATOR: _PARTNERS
    | _KEEP_PARTNERS
    | _KEEP_ASSETS
    | _TAKE_ON
    | {
        P.CHECKLIST_WRITE,
        P.ACCESS_EXPLAIN,
        P.APPLICATION_DECIDE,
        P.APPLICATION_READ,
        P.APPLICATION_REVIEW,
        P.ASSET_PUBLISH,
        P.FIELD_DECIDE,
        P.OUTBOX_READ,
        P.PERSON_VIEW_AS,
        P.PORTFOLIO_SET,
    },
    Role.SECURITY_ADMINISTRATOR: _PARTNERS
    | {
        P.ACCESS_EXPLAIN,
        P.ACCESS_REVIEW,
        P.ACCESS_REVIEW_READ,
        P.ACCESS_SIGN_OFF,
        P.AUDIT_READ,
        P.ORGANISATION_SECURE,
        P.PERSON_ADMINISTER,
        P.SESSION_END_ALL,
    },
    Role.AUDITOR: _FOLLOW
    | _PARTNERS
    | {
        P.APPLICATION_READ,
        P.REVIEW_READ,
        P.REGISTRATION_LIST,
        P.DEAL_LIST,
        P.OUTBOX_READ,
        P.ACCESS_EXPLAIN,
        P.ACCESS_REVIEW_READ,
        P.ASSET_FOLLOW,
        P.AUDIT_READ,
        P.CHECKLIST_FOLLOW,
    },
}

# What a partner's role may also while the partner has no workflow of its own yet.
COMPANY: dict[Role, frozenset[P]] = {
    Role.PARTNER_MANAGER: frozenset({P.COMPANY_READ}),
    Role.PARTNER_ADMINISTRATOR: frozenset({P.COMPANY_READ, P.COMPANY_EDIT}),
}

PARTNER_ROLES = frozenset({Role.PARTNER_SELLER, Role.PARTNER_MANAGER, Role.PARTNER_ADMINISTRATOR})
# Who works on every record of their organisation; a seller works on the own ones.
LEADS = frozenset({Role.PARTNER_MANAGER, Role.PARTNER_ADMINISTRATOR})

# What a partner's people may do before their company is active, and whatever its type.
ANYWHERE = frozenset({P.ACCESS_REVIEW, P.PERSON_ADMINISTER}) | _CHECKLIST

# Which partner types register and follow deals.
DEAL_TYPES = frozenset({PartnerType.RESELLER, PartnerType.DISTRIBUTOR})

# Which partner types have the library.
ASSET_TYPES = DEAL_TYPES | {PartnerType.REFERRAL, PartnerType.TECHNOLOGY}

ROLE_WORDS = {
    Role.PARTNER_SELLER: _l("Seller"),
    Role.PARTNER_MANAGER: _l("Manager"),
    Role.PARTNER_ADMINISTRATOR: _l("Administrator"),
    Role.CHANNEL_MANAGER: _l("Channel manager"),
    Role.VENDOR_SELLER: _l("Vendor seller"),
    Role.APPROVER: _l("Approver"),
    Role.SUPPORT_AGENT: _l("Support agent"),
    Role.FINANCE: _l("Finance"),
    Role.PROGRAMME_ADMINISTRATOR: _l("Programme administrator"),
    Role.SECURITY_ADMINISTRATOR: _l("Security administrator"),
    Role.AUDITOR: _l("Auditor"),
}

REACH_WORDS = {
    Reach.OWN: _l("Only mine, or where I was added"),
    Reach.ORGANISATION: _l("My company"),
    Reach.FAMILY: _l("My company and those below it"),
}

# The same of a colleague.
REACH_OF_COLLEAGUE = {
    Reach.OWN: _l("Only their own, or where they were added"),
    Reach.ORGANISATION: _l("Our company"),
    Reach.FAMILY: _l("Our company and those below it"),
}

# The same of somebody else.
REACH_OF_THEIRS = {
    Reach.OWN: _l("Only their own, or where they were added"),
    Reach.ORGANISATION: _l("The partner’s company"),
    Reach.FAMILY: _l("The partner’s company and those below it"),
}

STANDING_WORDS = {
    Standing.INVITED: (_l("Invited"), "info"),
    Standing.UNINVITED: (_l("Invitation taken back"), "neutral"),
    Standing.ACTIVE: (_l("Active"), "ok"),
    Standing.DEACTIVATED: (_l("Deactivated"), "neutral"),
}

TYPE_WORDS = {
    PartnerType.REFERRAL: _l("Referral"),
    PartnerType.RESELLER: _l("Reseller"),
    PartnerType.DISTRIBUTOR: _l("Distributor"),
    PartnerType.SERVICES: _l("Services"),
    PartnerType.TECHNOLOGY: _l("Technology"),
}


_NOT_OPEN = {
    OrganisationStatus.INVITED: _l(
        "Your company is not set up yet. This opens as soon as it is active."
    ),
    OrganisationStatus.ONBOARDING: _l(
        "Your company is being set up. This opens as soon as it is active."
    ),
}
_NO_DEALS = _l("Your company takes part without registering deals.")
_NO_ASSETS = _l("Your company takes part without the library.")


def lacking_of(role: Role, side: str, status: str, permission: str) -> Any:
    """Return why a partner's whole company lacks what ``role`` includes, in a sentence.

    Asked where the permission is missing; None where that is the role's doing.
    """
    if side != Side.PARTNER or role not in PARTNER_ROLES or permission not in PERMISSIONS[role]:
        return None
    without = _NO_ASSETS if permission in _ASSETS else _NO_DEALS
    return _NOT_OPEN.get(OrganisationStatus(status), without) if status else without


def permissions_of(role: Role, side: str, status: str, types: Sequence[str]) -> frozenset[str]:
    """Return what a membership of ``role`` may do in an organisation of that kind.

    A vendor role in a partner organisation, or the other way round, may do nothing.
    """
    if (role in PARTNER_ROLES) != (side == Side.PARTNER):
        return frozenset()
    if side == Side.VENDOR:
        return frozenset(EVERYBODY | PERMISSIONS[role])
    base = EVERYBODY | COMPANY.get(role, frozenset())
    if status != OrganisationStatus.ACTIVE:
        return frozenset(base | PERMISSIONS[role] & ANYWHERE)
    if DEAL_TYPES & set(types):
        return frozenset(base | PERMISSIONS[role])
    given = ANYWHERE | _ASSETS if ASSET_TYPES & set(types) else ANYWHERE
    return frozenset(base | PERMISSIONS[role] & given)
