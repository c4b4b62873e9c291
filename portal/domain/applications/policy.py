"""Who may know that a company applies, and who decides?"""

from sqlalchemy import ColumnElement, String, cast, exists, false, or_, select

from portal.core.access import Fresh, Policy, Rule, Term, scope_of, terms_of, with_one
from portal.core.database import db
from portal.core.language import _l
from portal.domain.applications.models import Application, ApplicationMatch, Status
from portal.domain.applications.workflow import EXPIRE, FOLLOW
from portal.domain.organisations.models import Organisation
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership, PortfolioEntry, Role
from portal.domain.permissions import Permission as P
from portal.domain.portfolios.models import PortfolioRule, naming

_IS_CONFIRMED = Application.status != Status.UNVERIFIED
# A reason to read, and none to decide.
TERRITORY = "territory"


def country(actor: MemberActor) -> ColumnElement[bool] | None:
    """What comes from a country that the portfolio names: the partner will stand in it."""
    if getattr(actor, "role", None) != Role.CHANNEL_MANAGER:
        return None
    rule = PortfolioRule.__table__.c
    return _IS_CONFIRMED & exists().where(naming(rule, actor.membership_id, Application.country))


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


def _is_theirs(actor: MemberActor, application: Application) -> bool:
    """The partner that it becomes stands in the portfolio of whoever makes it one."""
    if actor.role != Role.CHANNEL_MANAGER:
        return True
    where = naming(PortfolioRule, actor.membership_id, application.country)
    return db.session.scalar(select(PortfolioRule.id).where(where).limit(1)) is not None


def decide_on(country: str) -> ColumnElement[bool]:
    """Return the same as a condition on memberships that review: they decide on that country."""
    rule = PortfolioRule.__table__.c
    is_named = exists().where(naming(rule, Membership.id, country))
    return (Membership.role != Role.CHANNEL_MANAGER) | is_named


def is_in_no_hands() -> ColumnElement[bool]:
    """Return the condition that nobody who is at work here has the application in review."""
    member = Membership.__table__.c
    has_it = exists().where(member.id == Application.next_membership_id, member.is_active)
    return ~has_it


DECIDERS = Rule(
    "country",
    _l("Your portfolio does not name the country: a programme administrator decides."),
    _is_theirs,
    _l("The portfolio names the country, or the role keeps the programme."),
)

POLICY = Policy(
    Application,
    scope=[
        Term("country", _l("Their portfolio names the country."), country),
        Term(TERRITORY, _l("A partner of theirs sells in that country."), territory),
        Term("programme", _l("Their role keeps or audits the partner programme."), every),
    ],
    rules={
        FOLLOW: [],
        EXPIRE: [],
        P.APPLICATION_READ: [],
        P.APPLICATION_REVIEW: [DECIDERS],
        P.APPLICATION_DECIDE: [DECIDERS],
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


def theirs_to_decide(actor: MemberActor) -> ColumnElement[bool]:
    """Return the condition on the applications that the actor reads and may decide as well."""
    terms = terms_of(Application, actor)
    return or_(false(), *(where for term, where in terms if term.name != TERRITORY))
