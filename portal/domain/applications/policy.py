"""Who may know that a company applies, and who decides?"""

from sqlalchemy import ColumnElement, String, cast, exists, select

from portal.core.access import Fresh, Policy, Term, scope_of, with_one
from portal.core.language import _l
from portal.domain.applications.models import Application, ApplicationMatch, Status
from portal.domain.applications.workflow import FOLLOW
from portal.domain.organisations.models import Organisation
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import PortfolioEntry, Role
from portal.domain.permissions import Permission as P

_IS_CONFIRMED = Application.status != Status.UNVERIFIED


def territory(actor: MemberActor) -> ColumnElement[bool] | None:
    """What comes from a country in which a partner of the portfolio sells."""
    if getattr(actor, "role", None) != Role.CHANNEL_MANAGER:
        return None
    place, entry = Organisation.__table__, PortfolioEntry.__table__
    sells_there = cast(place.c.countries, String).contains('"' + Application.country + '"')
    found = (
        select(place.c.id)
        .join(entry, entry.c.organisation_id == place.c.id)
        .where(entry.c.membership_id == actor.membership_id, sells_there)
        .correlate(Application.__table__)
    )
    return _IS_CONFIRMED & exists(found)


def every(actor: MemberActor) -> ColumnElement[bool] | None:
    """Every application, for those who keep or audit the programme."""
    is_reader = P.APPLICATION_READ in actor.permissions
    return _IS_CONFIRMED if is_reader and actor.role != Role.CHANNEL_MANAGER else None


POLICY = Policy(
    Application,
    scope=[
        Term("territory", _l("A partner of theirs sells in that country."), territory),
        Term("programme", _l("Their role keeps or audits the partner programme."), every),
    ],
    rules={
        FOLLOW: [],
        P.APPLICATION_READ: [],
        P.APPLICATION_REVIEW: [],
        P.APPLICATION_DECIDE: [],
    },
    fresh={
        P.APPLICATION_DECIDE: Fresh(
            _l("Deciding who comes in, and as what, needs a fresh sign-in.")
        )
    },
)


def of_application(actor: MemberActor) -> ColumnElement[bool] | None:
    """The partners that an application might be of, for who reads the application."""
    if P.APPLICATION_READ not in actor.permissions:
        return None
    seen = scope_of(Application, actor)
    return with_one(Application, Application.id == ApplicationMatch.application_id, seen)


MATCHES = Policy(
    ApplicationMatch,
    scope=[Term("application", _l("They read the application."), of_application)],
)
