"""Which companies have applied to the demo vendor, and how far has each come?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.events import record_event
from portal.core.times import at, now
from portal.demo.story import Clock
from portal.domain.applications import applying, operations
from portal.domain.applications.clock import CLOCK
from portal.domain.applications.events import E
from portal.domain.applications.models import Application, RefuseReason
from portal.domain.applications.workflow import APPLICATION
from portal.domain.people.actor import MemberActor, actor_from
from portal.domain.people.models import Membership

CONSENT = {
    "en": "I may speak for the company, and what I say here is true",
    "fr": "Je peux parler au nom de l’entreprise, et ce que je dis ici est vrai",
}
CONFIRMED_AFTER = dt.timedelta(minutes=4)
Act = Callable[[Application, MemberActor], None]
# When, who (a persona's short name, or "" for nobody here), and what they do.
Happening = tuple[dt.datetime, str, Callable[[Any], None]]


@dataclass(frozen=True)
class Applicant:
    """One company's application: what it says, when it came, and what became of it since."""

    company: str
    domain: str
    country: str
    region: str
    city: str
    types: tuple[str, ...]
    products: tuple[str, ...]
    people: int
    contact: str
    business: str
    came: str
    language: str = "en"
    # (who, when, what they did)
    since: tuple[tuple[str, str, Act], ...] = ()


def _take(application: Application, actor: MemberActor) -> None:
    operations.take(application, actor)


def _asks(question: str) -> Act:
    return lambda application, actor: operations.ask(application, actor, question)


def _rejects(text: str) -> Act:
    return lambda application, actor: operations.reject(
        application, actor, RefuseReason.NO_FIT, text
    )


def _approves(application: Application, actor: MemberActor) -> None:
    operations.approve(application, actor, {
        "name": application.company, "types": application.types, "tier": "Bronze",
        "countries": [application.country], "domains": [application.domain],
        "products": application.products, "account_manager": None,
        "contact_email": "", "contact_phone": "",
    })  # fmt: skip


def _is_reminded(application: Application, _actor: MemberActor) -> None:
    application.reminded_at = now()
    record_event(E.REMIND, application, CLOCK, to_state=application.status)


def _runs_out(application: Application, _actor: MemberActor) -> None:
    application.decided_at = now()
    APPLICATION.apply(application, "expire", CLOCK)


APPLICANTS = (
    Applicant(
        "Prairie Automation", "prairieautomation.ca", "CA", "SK", "Regina", ("reseller",),
        ("ARM", "PAL"), 22, "Jordan Fehr",
        "We fit out grain terminals and seed plants in Saskatchewan and Manitoba, and keep them "
        "running. Customers ask us for palletising more and more often.",
        "35m",
    ),
    Applicant(
        "Kestrel Machines", "kestrelmachines.ca", "CA", "NS", "Dartmouth", ("reseller", "services"),
        ("AMR", "FLEET"), 9, "Moira Blackwood",
        "Service and spare parts for harbour cranes and conveyors. Two of our customers want "
        "transport robots in their sheds.",
        "6d 15:20",
        since=(("pia", "5d 09:40", _take),),
    ),
    Applicant(
        "Atelier Robotique du Rhône", "atelier-robotique.fr", "FR", "", "Lyon", ("reseller",),
        ("VIS", "ARM"), 31, "Camille Perret",
        "Nous équipons des ateliers de mécanique de précision entre Lyon et Grenoble, et nous "
        "cherchons un poste d’inspection que nos clients puissent régler eux-mêmes.",
        "1d 09:10", "fr",
    ),
    Applicant(
        "Bayou Systems", "bayousystems.us", "US", "LA", "Baton Rouge", ("services",),
        ("PAL", "DEP"), 54, "Andre Thibodeaux",
        "We install and service packaging lines for sugar and rice mills along the river.",
        "7d 11:00",
        since=(
            ("pia", "6d 10:15", _take),
            ("pia", "6d 10:30", _asks(
                "Which lines have you installed in the last two years, and who can we call there?"
            )),
        ),
    ),
    Applicant(
        "Northwind Resale Inc.", "northwindresale.ca", "CA", "ON", "Ottawa", ("reseller",),
        ("ARM",), 40, "Tessa Grant",
        "I have just started in the Ottawa office of Northwind and would like to register our "
        "deals in the east.",
        "1d 13:30",
    ),
    Applicant(
        "Fundy Fitness", "fundyfitness.ca", "CA", "NB", "Saint John", ("referral",), (), 6,
        "Paul Arsenault",
        "We run three gyms and would like to recommend robots to our members.",
        "13d 16:05",
        since=(
            ("pia", "12d 09:20", _take),
            ("pia", "12d 09:35", _rejects(
                "Thank you for writing. Our programme is for companies that work with factories "
                "and warehouses, and we would not be of use to you."
            )),
        ),
    ),
    Applicant(
        "Vosges Automatisme", "vosges-automatisme.fr", "FR", "", "Épinal", ("reseller",),
        ("ARM", "VIS"), 18, "Claire Marchal",
        "Nous automatisons des scieries et des papeteries dans l’est de la France, et nos clients "
        "nous demandent des bras collaboratifs.",
        "16d 10:20", "fr",
        since=(("carla", "15d 09:15", _take), ("carla", "14d 11:40", _approves)),
    ),
    Applicant(
        "Osprey Controls", "ospreycontrols.ca", "CA", "BC", "Kelowna", ("technology",), ("FLEET",),
        12, "Lee Nakamura",
        "We write software for wineries and would like to connect it to your fleet software.",
        "c24 10:00",
        since=(
            ("pia", "c22 09:30", _take),
            ("pia", "c22 09:45", _asks(
                "Which interfaces does your software have today, and which would you need?"
            )),
            ("", "c11 09:46", _is_reminded),
            ("", "c8 09:46", _runs_out),
        ),
    ),
)  # fmt: skip


def apply_all(session: Session, clock: Clock, memberships: Mapping[str, Membership]) -> None:
    """Let every company apply, and everything happen that came after; call in system mode."""
    happenings = [one for applicant in APPLICANTS for one in _of(session, applicant, clock)]
    people = {short: actor_from(member) for short, member in memberships.items()}
    for moment, who, act in sorted(happenings, key=lambda one: one[0]):
        with at(moment):
            act(people.get(who))
            session.flush()


def _of(session: Session, applicant: Applicant, clock: Clock) -> list[Happening]:
    one, came = applicant, clock.past(applicant.came)

    def found() -> Application:
        query = select(Application).where(Application.form_key == one.domain)
        return session.scalars(query).one()

    values = {
        "company": one.company, "website": f"https://www.{one.domain}", "domain": one.domain,
        "country": one.country, "region": one.region, "city": one.city, "types": list(one.types),
        "products": list(one.products), "business": one.business, "people": one.people,
        "contact_name": one.contact, "language": one.language,
        "contact_email": f"{one.contact.split()[0].lower()}@{one.domain}",
        "consent_words": CONSENT[one.language],
    }  # fmt: skip
    happenings: list[Happening] = [
        (came, "", lambda _actor: applying.apply(one.domain, values)),
        (came + CONFIRMED_AFTER, "", lambda _actor: applying.confirm(found())),
    ]
    happenings += [(clock.past(when), who, _later(found, act)) for who, when, act in one.since]
    return happenings


def _later(found: Callable[[], Application], act: Act) -> Callable[[Any], None]:
    return lambda actor: act(found(), actor)
