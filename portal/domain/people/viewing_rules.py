"""As whom may somebody see the portal?"""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select, true

from portal.core.access import Policy, Rule, Term
from portal.core.database import db
from portal.core.language import _l
from portal.core.net import system_mode
from portal.domain.deals.models import Deal
from portal.domain.organisations.models import Organisation, Side, is_in_family
from portal.domain.organisations.policy import is_in_portfolio
from portal.domain.people.actor import CLOSED, MemberActor, actor_from
from portal.domain.people.models import Membership, Reach, Role, Standing, Viewing
from portal.domain.people.roles import permissions_of
from portal.domain.permissions import Permission as P
from portal.domain.registrations.models import Registration
from portal.domain.shares.holding import held_deals, held_registrations

NEVER = frozenset({Role.SECURITY_ADMINISTRATOR, Role.AUDITOR})


def _is_another(actor: MemberActor, person: Membership) -> bool:
    return person.user_id != actor.user_id


def _is_open(_actor: MemberActor, person: Membership) -> bool:
    is_active = person.standing == Standing.ACTIVE
    return is_active and person.organisation.status not in CLOSED


def _is_plain(_actor: MemberActor, person: Membership) -> bool:
    return person.role not in NEVER


def _is_of_work(actor: MemberActor, person: Membership) -> bool:
    """A channel manager works with partners; the portfolio itself is the scope's to say."""
    return actor.role != Role.CHANNEL_MANAGER or person.organisation.side == Side.PARTNER


def _has_no_more(actor: MemberActor, person: Membership) -> bool:
    """Of the vendor's people nobody with a right that the viewer has not."""
    place = person.organisation
    if place.side == Side.PARTNER:
        return True
    rights = permissions_of(Role(person.role), place.side, place.status, place.types)
    return rights <= actor.permissions


def _stays_inside(actor: MemberActor, person: Membership) -> bool:
    """Nobody whose reach leads a channel manager to companies beyond the portfolio."""
    if actor.role != Role.CHANNEL_MANAGER or person.reach != Reach.FAMILY:
        return True
    beyond = select(func.count(Organisation.id)).where(
        is_in_family(Organisation.id, person.organisation_id),
        ~is_in_portfolio(Organisation.id, actor.membership_id),
    )
    with system_mode("does a person see beyond a portfolio"):
        return not db.session.scalar(beyond)


def _holds_nothing_beyond(actor: MemberActor, person: Membership) -> bool:
    """Nobody with whom a record is shared that is outside a channel manager's portfolio."""
    if actor.role != Role.CHANNEL_MANAGER:
        return True
    with system_mode("does a share lead beyond a portfolio"):
        holder = actor_from(person)
        return not any(
            db.session.scalar(
                select(model.id)
                .where(
                    model.id.in_(held(holder)),
                    ~is_in_portfolio(model.organisation_id, actor.membership_id),
                )
                .limit(1)
            )
            for model, held in ((Deal, held_deals), (Registration, held_registrations))
        )


VIEW_AS = [
    Rule("another", _l("This is you."), _is_another, _l("It is somebody else.")),
    Rule("open", _l("The person’s access is not open."), _is_open, _l("The access is open.")),
    Rule(
        "no administrator of security",
        _l("Nobody views as a security administrator or an auditor."),
        _is_plain,
    ),
    Rule("partner", _l("Channel managers view as people of partners."), _is_of_work),
    Rule("no more rights", _l("The person may do more than you."), _has_no_more,
         _l("The person may do nothing that they may not do themselves.")),
    Rule("inside", _l("The person sees companies outside your portfolio."), _stays_inside,
         _l("The person sees no company outside their portfolio.")),
    Rule("nothing from outside",
         _l("A record of a company outside your portfolio is shared with the person."),
         _holds_nothing_beyond,
         _l("No record of a company outside their portfolio is shared with the person.")),
]  # fmt: skip


def _own(actor: MemberActor) -> ColumnElement[bool] | None:
    return Viewing.membership_id == actor.membership_id if actor.membership_id else None


def _audit(actor: MemberActor) -> ColumnElement[bool] | None:
    return true() if P.AUDIT_READ in actor.permissions else None


VIEWING = Policy(
    Viewing,
    scope=[
        Term("own", _l("They began it."), _own),
        Term("audit", _l("Their role reads what happened to every record."), _audit),
    ],
)
