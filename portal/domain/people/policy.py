"""Who may know of a person, and who may change what they may do?"""

from dataclasses import replace

from sqlalchemy import ColumnElement, or_, select, true

from portal.core.access import Fresh, Policy, Rule, Term, asked_of_each, with_one
from portal.core.language import _l
from portal.domain.deals.models import Deal
from portal.domain.organisations.models import Organisation, Side, is_in_family
from portal.domain.organisations.policy import OF_PEOPLE, is_in_portfolio
from portal.domain.people.actor import MemberActor
from portal.domain.people.granting import is_within
from portal.domain.people.models import (
    AccessRequest,
    EmailChange,
    Invitation,
    InvitationList,
    LoginSession,
    Membership,
    Reach,
    Role,
    User,
    UserIdentity,
)
from portal.domain.people.viewing_rules import VIEW_AS
from portal.domain.permissions import Permission as P


def myself(actor: MemberActor) -> ColumnElement[bool] | None:
    """The actor's own memberships: of the person, whichever of them is acting."""
    return Membership.user_id == actor.user_id if actor.user_id else None


def colleagues(actor: MemberActor) -> ColumnElement[bool] | None:
    """The organisation's people, for a partner who sees more than the own records."""
    if actor.side != Side.PARTNER or actor.reach == Reach.OWN:
        return None
    if actor.reach == Reach.FAMILY:
        return is_in_family(Membership.organisation_id, actor.organisation_id)
    return Membership.organisation_id == actor.organisation_id


def administered(actor: MemberActor) -> ColumnElement[bool] | None:
    """The organisation's people, for who administers them, whatever their reach."""
    if P.PERSON_ADMINISTER not in actor.permissions:
        return None
    return Membership.organisation_id == actor.organisation_id


def portfolio(actor: MemberActor) -> ColumnElement[bool] | None:
    """The people of the partners in a channel manager's portfolio, and the own colleagues."""
    if getattr(actor, "role", None) != Role.CHANNEL_MANAGER:
        return None
    return is_in_portfolio(Membership.organisation_id, actor.membership_id) | (
        Membership.organisation_id == actor.organisation_id
    )


def of_deals(actor: MemberActor) -> ColumnElement[bool] | None:
    """The owners of the deals with which a vendor's seller works."""
    if getattr(actor, "role", None) != Role.VENDOR_SELLER:
        return None
    table = Deal.__table__
    return Membership.id.in_(
        select(table.c.owner_id).where(table.c.vendor_owner_id == actor.membership_id)
    )


def looks_after(actor: MemberActor) -> ColumnElement[bool] | None:
    """The account manager of their company, for those who read what the vendor keeps of it."""
    if P.COMPANY_READ not in actor.permissions:
        return None
    table = Organisation.__table__
    return Membership.id.in_(
        select(table.c.account_manager_id).where(table.c.id == actor.organisation_id)
    )


def every(actor: MemberActor) -> ColumnElement[bool] | None:
    """Everybody, for the vendor's other roles that work with people."""
    is_reader = P.PERSON_READ in actor.permissions
    return true() if is_reader and actor.role != Role.CHANNEL_MANAGER else None


MEMBERSHIP_TERMS = [
    Term("myself", _l("It is they themselves."), myself),
    Term("colleagues", _l("Their reach includes the organisation's people."), colleagues),
    Term("administered", _l("They administer the organisation’s people."), administered),
    Term("portfolio", _l("The person's organisation is in their portfolio."), portfolio),
    Term("deals", _l("They work on a deal of the person."), of_deals),
    Term("account manager", _l("The person looks after their company."), looks_after),
    Term("vendor", _l("Their role works with people of every partner."), every),
]


def _is_another(actor: MemberActor, membership: Membership) -> bool:
    return membership.user_id != actor.user_id


def _is_administered(actor: MemberActor, membership: Membership) -> bool:
    return actor.side == Side.VENDOR or membership.organisation_id == actor.organisation_id


IS_OTHER_OF_MINE = Rule(
    "own membership",
    _l("You act for it already, or it is somebody else’s."),
    lambda actor, one: bool(one.user_id == actor.user_id and one.id != actor.membership_id),
    _l("People switch between the companies for which they act."),
)

MEMBERSHIP = Policy(
    Membership,
    scope=MEMBERSHIP_TERMS,
    rules={
        P.MEMBERSHIP_SWITCH: [IS_OTHER_OF_MINE],
        P.PERSON_READ: [],
        P.PERSON_VIEW_AS: VIEW_AS,
        P.SESSION_END_ALL: [],
        P.PORTFOLIO_SET: [
            Rule(
                "channel manager",
                _l("Only channel managers have a portfolio."),
                lambda _actor, one: bool(one.role == Role.CHANNEL_MANAGER),
            ),
        ],
        P.PERSON_HAND_OVER: [
            Rule("own organisation", _l("They work for another company."), _is_administered),
            Rule(
                "another",
                _l("What is your own goes from its own page."),
                _is_another,
                _l("What is one’s own goes from its own page."),
            ),
        ],
        P.PERSON_ADMINISTER: [
            Rule("own organisation", _l("They work for another company."), _is_administered),
            Rule(
                "within",
                _l("They may do or see more than you."),
                is_within,
                _l("Nobody decides on who may do or see more than they do."),
            ),
            Rule(
                "another",
                _l("Your own access is not yours to change. Another administrator can."),
                _is_another,
                _l("Another administrator decides on one’s own access."),
            ),
        ],
    },
    fresh={
        P.PERSON_ADMINISTER: OF_PEOPLE,
        P.SESSION_END_ALL: Fresh(_l("Signing somebody out needs a fresh sign-in.")),
    },
)


def _of_membership(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    theirs = select(Membership.id).where(Membership.user_id == User.id, condition)
    return asked_of_each(theirs, Membership)


USER = Policy(User, scope=[replace(term, behind=_of_membership) for term in MEMBERSHIP_TERMS])


def my_devices(actor: MemberActor) -> ColumnElement[bool] | None:
    """The actor's own sign-ins, for whichever organisation they act."""
    return LoginSession.user_id == actor.user_id if actor.user_id else None


def every_device(actor: MemberActor) -> ColumnElement[bool] | None:
    """Everybody's, for who ends what has fallen into wrong hands."""
    return true() if P.SESSION_END_ALL in actor.permissions else None


IS_MINE = Rule(
    "own device",
    _l("Somebody else is signed in there."),
    lambda actor, device: bool(device.user_id == actor.user_id),
)

DEVICE = Policy(
    LoginSession,
    scope=[
        Term("own device", _l("They signed in on it."), my_devices),
        Term("security", _l("Their role ends sign-ins of everybody."), every_device),
    ],
    rules={P.SESSION_END: [IS_MINE]},
)


def _of_administered_person(actor: MemberActor) -> ColumnElement[bool] | None:
    condition = _administered_here(actor)
    if condition is None:
        return None
    return with_one(Membership, Membership.user_id == UserIdentity.user_id, condition)


def _my_identity(actor: MemberActor) -> ColumnElement[bool] | None:
    return UserIdentity.user_id == actor.user_id if actor.user_id else None


IDENTITY = Policy(
    UserIdentity,
    scope=[
        Term("own", _l("They sign in with it."), _my_identity),
        Term("administered", _l("They administer whoever signs in with it."),
             _of_administered_person),
    ],
)  # fmt: skip


def _administered_here(actor: MemberActor) -> ColumnElement[bool] | None:
    """Whose access the actor decides on: the own company's people, or everybody's."""
    if P.PERSON_ADMINISTER not in actor.permissions:
        return None
    parts = [part for where in (administered, every) if (part := where(actor)) is not None]
    return or_(*parts) if parts else None


def _of_seen_membership(actor: MemberActor) -> ColumnElement[bool] | None:
    condition = _administered_here(actor)
    if condition is None:
        return None
    return with_one(Membership, Membership.id == Invitation.membership_id, condition)


def _to_myself(actor: MemberActor) -> ColumnElement[bool] | None:
    return Invitation.membership_id == actor.membership_id if actor.membership_id else None


INVITATION = Policy(
    Invitation,
    scope=[
        Term("theirs", _l("It invites them."), _to_myself),
        Term("administered", _l("They administer whom it invites."), _of_seen_membership),
    ],
)


def _own_list(actor: MemberActor) -> ColumnElement[bool] | None:
    if P.PERSON_ADMINISTER not in actor.permissions:
        return None
    return InvitationList.made_by_id == actor.membership_id


INVITATION_LIST = Policy(
    InvitationList,
    scope=[Term("own", _l("They sent the list."), _own_list)],
    # Its page is read; what came of the list was decided with a fresh sign-in.
    rules={P.PERSON_ADMINISTER: []},
)


def _asked_of_own(actor: MemberActor) -> ColumnElement[bool] | None:
    """What was asked of the organisation, for who administers its people."""
    if P.PERSON_ADMINISTER not in actor.permissions:
        return None
    return AccessRequest.organisation_id == actor.organisation_id


def _asked_of_all(actor: MemberActor) -> ColumnElement[bool] | None:
    """Everything that was asked, also by those whose company nobody knows."""
    is_security = P.PERSON_ADMINISTER in actor.permissions and actor.side == Side.VENDOR
    return true() if is_security else None


ACCESS_REQUEST = Policy(
    AccessRequest,
    scope=[
        Term("administered", _l("They administer the organisation’s people."), _asked_of_own),
        Term("security", _l("Their role lets people of every company in."), _asked_of_all),
    ],
    rules={P.PERSON_ADMINISTER: []},
    fresh={P.PERSON_ADMINISTER: OF_PEOPLE},
)


def _own_change(actor: MemberActor) -> ColumnElement[bool] | None:
    return EmailChange.user_id == actor.user_id if actor.user_id else None


EMAIL_CHANGE = Policy(
    EmailChange,
    scope=[Term("own", _l("It is their own address."), _own_change)],
    # An administrator's new sign-in link goes to that address: whoever changes it comes in by it.
    fresh={P.EMAIL_CHANGE: Fresh(_l("Another e-mail address needs a fresh sign-in."))},
)
