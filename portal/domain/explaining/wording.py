"""How is a permission said to people?"""

from __future__ import annotations

from portal.core.language import _l
from portal.domain.permissions import Permission as P

PERMISSION_WORDS = {
    P.ACCESS_EXPLAIN: _l("See who may see and do what"),
    P.ACCESS_REVIEW: _l("Look again at who still needs their access"),
    P.ACCESS_REVIEW_READ: _l("Read every access review"),
    P.ACCESS_SIGN_OFF: _l("Sign for an access review"),
    P.ACCOUNT_EDIT: _l("Change their own language and time zone"),
    P.AUDIT_READ: _l("Read and export what happened in the whole portal"),
    P.COMPANY_EDIT: _l("Change how their own company is reached"),
    P.COMPANY_READ: _l("Read what is kept of their own company"),
    P.DEAL_EDIT: _l("Work on a deal"),
    P.DEAL_LIST: _l("Have a list of deals"),
    P.DEAL_READ: _l("Read a deal"),
    P.HOME_READ: _l("See what is next on home"),
    P.LOG_READ: _l("Read the log of their own organisation"),
    P.MEMBERSHIP_SWITCH: _l("Act for another organisation of theirs"),
    P.ORGANISATION_CREATE: _l("Add a partner"),
    P.ORGANISATION_EDIT: _l("Change what is kept of a partner"),
    P.ORGANISATION_MOVE: _l("Move a partner in the hierarchy"),
    P.ORGANISATION_READ: _l("Look up partners"),
    P.ORGANISATION_SECURE: _l("Decide how a partner’s people sign in"),
    P.ORGANISATION_SUSPEND: _l("Suspend a partner, end or resume the partnership"),
    P.OUTBOX_READ: _l("Read what left the portal"),
    P.PERSON_ADMINISTER: _l("Invite people, change and end their access"),
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
    P.SESSION_END: _l("End their own sign-in on another device"),
    P.SESSION_END_ALL: _l("Sign somebody out everywhere"),
}
