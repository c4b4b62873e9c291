"""Who may know of a registration, and who may do what to it?"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import InstrumentedAttribute

from portal.core.access import Fresh, Policy, Rule, Term, scope_of, with_one
from portal.core.language import _l
from portal.core.money import to_major
from portal.domain.organisations.models import Side, is_in_family
from portal.domain.organisations.policy import (
    is_in_portfolio,
    led_by_family,
    led_by_portfolio,
)
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Reach, Role
from portal.domain.people.owner_rules import COLLEAGUES, WORKERS, is_workers
from portal.domain.permissions import Permission as P
from portal.domain.registrations.models import (
    Question,
    Receipt,
    Registration,
    RegistrationActivity,
    RegistrationMatch,
    RegistrationProduct,
    Status,
)
from portal.domain.shares.holding import held_registrations, may_edit, may_share

Condition = ColumnElement[bool]
# Major units, in whichever currency a registration is: above it a decision is a large one.
LARGE = 100_000


def _is_partner_reader(actor: MemberActor) -> bool:
    return actor.side == Side.PARTNER and P.REGISTRATION_READ in actor.permissions


def own(actor: MemberActor) -> Condition | None:
    """What they registered themselves."""
    if not _is_partner_reader(actor) or actor.reach != Reach.OWN:
        return None
    return and_(
        Registration.owner_id == actor.membership_id,
        Registration.organisation_id == actor.organisation_id,
    )


def organisation(actor: MemberActor) -> Condition | None:
    """What the own organisation registered."""
    if not _is_partner_reader(actor) or actor.reach == Reach.OWN:
        return None
    return Registration.organisation_id == actor.organisation_id


def family(actor: MemberActor) -> Condition | None:
    """What organisations below registered and sent; their drafts stay theirs."""
    if not _is_partner_reader(actor) or actor.reach != Reach.FAMILY:
        return None
    return and_(
        is_in_family(Registration.organisation_id, actor.organisation_id),
        Registration.status != Status.DRAFT,
    )


def portfolio(actor: MemberActor) -> Condition | None:
    """What partners in a channel manager's portfolio sent."""
    if getattr(actor, "role", None) != Role.CHANNEL_MANAGER:
        return None
    return and_(
        is_in_portfolio(Registration.organisation_id, actor.membership_id),
        Registration.status != Status.DRAFT,
    )


def sent(actor: MemberActor) -> Condition | None:
    """Everything that was sent, for approvers and auditors."""
    if actor.side != Side.VENDOR or P.REGISTRATION_READ not in actor.permissions:
        return None
    return Registration.status != Status.DRAFT if actor.role != Role.CHANNEL_MANAGER else None


def sees_own_registrations_alone(actor: MemberActor) -> bool:
    """Tell whether every registration in the actor's scope is their own organisation's."""
    sees_others = actor.reach == Reach.FAMILY or actor.holds_shares
    return actor.side == Side.PARTNER and not sees_others


def share(actor: MemberActor) -> Condition | None:
    """What was sent and somebody shared with the actor or their organisation; asked of holders.

    The vendor's people read registrations as their role says.
    """
    if not _is_partner_reader(actor) or not actor.holds_shares:
        return None
    return Registration.id.in_(held_registrations(actor))


def is_strangers(actor: MemberActor, registration: Registration) -> bool:
    """Somebody of another organisation than the one that registered."""
    return registration.organisation_id != actor.organisation_id


def is_other_person(actor: MemberActor, registration: Registration) -> bool:
    """Not the person who submitted, under whatever membership."""
    return registration.submitter_user_id != actor.user_id


def is_within_limit(actor: MemberActor, registration: Registration) -> bool:
    """The value is within the approver's limit (compared in the registration's own currency)."""
    if actor.approval_limit is None:
        return True
    if registration.value_minor is None:
        return True
    return to_major(registration.value_minor, registration.currency) <= actor.approval_limit


def is_large(actor: MemberActor, registration: Registration) -> bool:
    """The value is over 100,000 or the approver's limit, whichever is lower, in its currency."""
    if registration.value_minor is None:
        return False
    limit = LARGE if actor.approval_limit is None else min(LARGE, actor.approval_limit)
    return to_major(registration.value_minor, registration.currency) > limit


ANSWERERS = Rule(
    "answerer",
    _l("Its owner, a manager of that organisation, or who holds a share for it does this."),
    lambda actor, registration: is_workers(actor, registration) or may_edit(actor, registration),
)
SHARERS = Rule(
    "sharer",
    _l("Its owner, a manager of that organisation, or its channel manager does this."),
    lambda actor, registration: may_share(actor, registration, is_workers(actor, registration)),
)
STRANGERS = Rule("other organisation", _l("Nobody decides for their own side."), is_strangers)
OTHER_PERSON = Rule(
    "four eyes",
    _l("You sent this; another person decides."),
    is_other_person,
    _l("Nobody decides on what they sent themselves."),
)
LIMIT = Rule(
    "limit",
    _l("This is over your limit; an approver above it decides."),
    is_within_limit,
    _l("An approver decides up to their own limit."),
)

REGISTRATION = Policy(
    Registration,
    scope=[
        Term("own", _l("They registered it."), own),
        Term("organisation", _l("Their organisation registered it."), organisation),
        Term(
            "family",
            _l("An organisation below theirs registered it."),
            family,
            led_by_family(Registration.organisation_id),
        ),
        Term(
            "portfolio",
            _l("The partner is in their portfolio."),
            portfolio,
            led_by_portfolio(Registration.organisation_id),
        ),
        Term("sent", _l("Their role reads every registration that was sent."), sent),
        Term("share", _l("It is shared with them."), share),
    ],
    rules={
        P.REGISTRATION_READ: [],
        P.REVIEW_READ: [],
        P.NOTE_WRITE: [],
        P.REGISTRATION_EDIT: [WORKERS],
        P.REGISTRATION_SUBMIT: [WORKERS],
        P.REGISTRATION_ANSWER: [ANSWERERS],
        P.REGISTRATION_WITHDRAW: [WORKERS],
        P.REGISTRATION_REASSIGN: [COLLEAGUES],
        P.REGISTRATION_REVIEW: [STRANGERS, OTHER_PERSON],
        P.REGISTRATION_DECIDE: [STRANGERS, OTHER_PERSON, LIMIT],
        P.SHARE_MAKE: [SHARERS],
    },
    fresh={
        P.REGISTRATION_DECIDE: Fresh(
            _l(
                "A decision over 100,000, or over the approver’s own limit if that is lower, needs"
                " a fresh sign-in."
            ),
            is_large,
        ),
    },
)


def _of_registration(column: InstrumentedAttribute[int]) -> Term:
    def where(actor: MemberActor) -> Condition | None:
        if P.REGISTRATION_READ not in actor.permissions:
            return None
        return with_one(Registration, Registration.id == column, scope_of(Registration, actor))

    return Term("registration", _l("They see the registration."), where)


def _of_reviewed(actor: MemberActor) -> Condition | None:
    if actor.side != Side.VENDOR:
        return None
    is_theirs = Registration.id == RegistrationMatch.registration_id
    return with_one(Registration, is_theirs, scope_of(Registration, actor))


PRODUCTS = Policy(
    RegistrationProduct, scope=[_of_registration(RegistrationProduct.registration_id)]
)
ACTIVITIES = Policy(
    RegistrationActivity, scope=[_of_registration(RegistrationActivity.registration_id)]
)
QUESTIONS = Policy(Question, scope=[_of_registration(Question.registration_id)])
RECEIPTS = Policy(Receipt, scope=[_of_registration(Receipt.registration_id)])
MATCHES = Policy(
    RegistrationMatch,
    scope=[Term("reviewer", _l("They read the registration for the vendor."), _of_reviewed)],
)
