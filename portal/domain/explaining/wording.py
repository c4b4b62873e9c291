"""How is a permission said to people?"""

from __future__ import annotations

from portal.core.language import _l
from portal.domain.permissions import Permission as P

PERMISSION_WORDS = {
    P.ACCESS_EXPLAIN: _l("See who may see and do what"),
    P.ACCOUNT_EDIT: _l("Change their own language and time zone"),
    P.AUDIT_READ: _l("Read and export what happened in the whole portal"),
    P.DEAL_EDIT: _l("Work on a deal"),
    P.DEAL_LIST: _l("Have a list of deals"),
    P.DEAL_READ: _l("Read a deal"),
    P.HOME_READ: _l("See what is next on home"),
    P.LOG_READ: _l("Read the log of their own organisation"),
    P.ORGANISATION_READ: _l("Look up partners"),
    P.OUTBOX_READ: _l("Read what left the portal"),
    P.PERSON_READ: _l("Look up people"),
    P.REGISTRATION_ANSWER: _l("Answer questions about a registration"),
    P.REGISTRATION_CREATE: _l("Begin a registration"),
    P.REGISTRATION_DECIDE: _l("Approve or reject a registration"),
    P.REGISTRATION_EDIT: _l("Fill in a registration"),
    P.REGISTRATION_LIST: _l("Have a list of registrations"),
    P.REGISTRATION_READ: _l("Read a registration"),
    P.REGISTRATION_REVIEW: _l("Take a registration for review and ask about it"),
    P.REGISTRATION_SUBMIT: _l("Send a registration"),
    P.REGISTRATION_WITHDRAW: _l("Withdraw a registration"),
    P.REVIEW_READ: _l("Read what waits for a decision"),
}
