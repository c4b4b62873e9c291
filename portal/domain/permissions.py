"""What can a person be allowed to do?"""

from enum import StrEnum


class Permission(StrEnum):
    """Named ``noun:verb``, in alphabetical order."""

    ACCESS_EXPLAIN = "access:explain"
    ACCESS_REVIEW = "access:review"
    ACCESS_REVIEW_READ = "access:review_read"
    ACCESS_SIGN_OFF = "access:sign_off"
    ACCOUNT_EDIT = "account:edit"
    APPLICATION_DECIDE = "application:decide"
    APPLICATION_READ = "application:read"
    APPLICATION_REVIEW = "application:review"
    ASSET_FAVOURITE = "asset:favourite"
    ASSET_FOLLOW = "asset:follow"
    ASSET_PUBLISH = "asset:publish"
    ASSET_READ = "asset:read"
    ASSET_REVIEW = "asset:review"
    ASSET_WRITE = "asset:write"
    AUDIT_READ = "audit:read"
    CHECKLIST_FOLLOW = "checklist:follow"
    CHECKLIST_READ = "checklist:read"
    CHECKLIST_REVIEW = "checklist:review"
    CHECKLIST_WAIVE = "checklist:waive"
    CHECKLIST_WORK = "checklist:work"
    CHECKLIST_WRITE = "checklist:write"
    COMPANY_EDIT = "company:edit"
    COMPANY_READ = "company:read"
    DEAL_ASSIGN = "deal:assign"
    DEAL_ASSESS = "deal:assess"
    DEAL_CLOSE = "deal:close"
    DEAL_EDIT = "deal:edit"
    DEAL_LIST = "deal:list"
    DEAL_READ = "deal:read"
    DEAL_REASSIGN = "deal:reassign"
    EMAIL_CHANGE = "email:change"
    FIELD_DECIDE = "field:decide"
    FILE_READ = "file:read"
    FILE_REMOVE = "file:remove"
    HOME_READ = "home:read"
    LOG_READ = "log:read"
    ORGANISATION_CREATE = "organisation:create"
    ORGANISATION_EDIT = "organisation:edit"
    ORGANISATION_MOVE = "organisation:move"
    MEMBERSHIP_SWITCH = "membership:switch"
    ORGANISATION_READ = "organisation:read"
    ORGANISATION_SUSPEND = "organisation:suspend"
    ORGANISATION_SECURE = "organisation:secure"
    NOTE_WRITE = "note:write"
    OUTBOX_READ = "outbox:read"
    PERSON_ADMINISTER = "person:administer"
    PERSON_HAND_OVER = "person:hand_over"
    PERSON_READ = "person:read"
    PERSON_VIEW_AS = "person:view_as"
    PORTFOLIO_SET = "portfolio:set"
    REGISTRATION_ANSWER = "registration:answer"
    REGISTRATION_CREATE = "registration:create"
    REGISTRATION_DECIDE = "registration:decide"
    REGISTRATION_EDIT = "registration:edit"
    REGISTRATION_LIST = "registration:list"
    REGISTRATION_READ = "registration:read"
    REGISTRATION_REASSIGN = "registration:reassign"
    REGISTRATION_REVIEW = "registration:review"
    REGISTRATION_SUBMIT = "registration:submit"
    REGISTRATION_WITHDRAW = "registration:withdraw"
    REVIEW_READ = "review:read"
    SESSION_END = "session:end"
    SESSION_END_ALL = "session:end_all"
    SHARE_MAKE = "share:make"
    SHARE_REVOKE = "share:revoke"


READING = frozenset(
    {
        Permission.ACCESS_EXPLAIN,
        Permission.APPLICATION_READ,
        Permission.ASSET_FOLLOW,
        Permission.ASSET_READ,
        Permission.AUDIT_READ,
        Permission.CHECKLIST_FOLLOW,
        Permission.CHECKLIST_READ,
        Permission.COMPANY_READ,
        Permission.DEAL_LIST,
        Permission.DEAL_READ,
        Permission.FILE_READ,
        Permission.HOME_READ,
        Permission.LOG_READ,
        Permission.ORGANISATION_READ,
        Permission.OUTBOX_READ,
        Permission.PERSON_READ,
        Permission.REGISTRATION_LIST,
        Permission.REGISTRATION_READ,
        Permission.REVIEW_READ,
    }
)
"""What whoever sees the portal as another person may do there.

Every other right is for the person alone: what writes, and the pages on which it is asked for,
such as the account with its devices and addresses, or the people whom an administrator keeps.
"""
