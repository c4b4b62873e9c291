"""What can a person be allowed to do?"""

from enum import StrEnum


class Permission(StrEnum):
    """Named ``noun:verb``, in alphabetical order."""

    ACCOUNT_EDIT = "account:edit"
    DEAL_EDIT = "deal:edit"
    DEAL_LIST = "deal:list"
    DEAL_READ = "deal:read"
    HOME_READ = "home:read"
    MEMBERSHIP_SWITCH = "membership:switch"
    ORGANISATION_READ = "organisation:read"
    ORGANISATION_SECURE = "organisation:secure"
    OUTBOX_READ = "outbox:read"
    PERSON_READ = "person:read"
    REGISTRATION_ANSWER = "registration:answer"
    REGISTRATION_CREATE = "registration:create"
    REGISTRATION_DECIDE = "registration:decide"
    REGISTRATION_EDIT = "registration:edit"
    REGISTRATION_LIST = "registration:list"
    REGISTRATION_READ = "registration:read"
    REGISTRATION_REVIEW = "registration:review"
    REGISTRATION_SUBMIT = "registration:submit"
    REGISTRATION_WITHDRAW = "registration:withdraw"
    REVIEW_READ = "review:read"
    SESSION_END = "session:end"
    SESSION_END_ALL = "session:end_all"
