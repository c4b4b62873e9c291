"""Which organisations, people and products does the demo world have?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.demo_personas import (
    COBALT,
    DEACTIVATED,
    HARBOUR,
    LAKESIDE,
    MAPLE,
    MERIDIAN,
    NORTHWIND,
    PERSONAS,
    PIXELFORGE,
    RIVERBEND,
    SUMMIT,
)
from portal.domain.organisations.models import (
    Organisation,
    OrganisationStatus,
    PartnerType,
    Side,
)
from portal.domain.organisations.operations import add_organisation
from portal.domain.people.models import Membership, Reach, Role
from portal.domain.people.operations import add_membership, bind_identity
from portal.domain.portfolios.deriving import Rule
from portal.domain.portfolios.models import RuleKind
from portal.domain.portfolios.operations import write_rules
from portal.domain.products.models import OrganisationProduct, Product


@dataclass(frozen=True)
class Place:
    """An organisation of the demo world; ``products`` are the codes of what it may sell."""

    name: str
    types: tuple[PartnerType, ...] = ()
    tier: str = ""
    countries: tuple[str, ...] = ("CA",)
    domains: tuple[str, ...] = ()
    parent: str = ""
    products: tuple[str, ...] = ()
    side: Side = Side.PARTNER
    status: OrganisationStatus = OrganisationStatus.ACTIVE


# code, English name, French name
PRODUCTS = (
    ("PAL", "Palletiser", "Palettiseur"),
    ("DEP", "Depalletiser", "Dépalettiseur"),
    ("ARM", "Collaborative arm", "Bras collaboratif"),
    ("AMR", "Mobile transport robot", "Robot de transport mobile"),
    ("VIS", "Vision inspection station", "Poste d’inspection par vision"),
    ("FLEET", "Fleet software, yearly", "Logiciel de flotte, annuel"),
)

# A parent stands before those below it.
PLACES = (
    Place(
        MERIDIAN,
        countries=("CA", "US"),
        domains=("meridianrobotics.com", "meridian.example"),
        side=Side.VENDOR,
    ),
    Place(
        HARBOUR,
        (PartnerType.DISTRIBUTOR,),
        tier="Gold",
        countries=("CA", "US"),
        domains=("harbourdistribution.ca", "harbour.example"),
        products=("PAL", "DEP", "ARM", "AMR", "VIS", "FLEET"),
    ),
    Place(
        NORTHWIND,
        (PartnerType.RESELLER,),
        tier="Gold",
        domains=("northwindresale.ca", "northwind.example"),
        parent=HARBOUR,
        products=("PAL", "ARM", "AMR", "VIS", "FLEET"),
    ),
    Place(
        LAKESIDE,
        (PartnerType.RESELLER,),
        tier="Silver",
        domains=("lakesideit.ca", "lakeside.example"),
        parent=HARBOUR,
        products=("ARM", "AMR", "VIS", "FLEET"),
    ),
    Place(
        COBALT,
        (PartnerType.RESELLER,),
        tier="Silver",
        countries=("US",),
        domains=("cobaltsystems.us", "cobalt.example"),
        products=("PAL", "DEP", "ARM", "AMR", "FLEET"),
    ),
    Place(
        SUMMIT,
        (PartnerType.SERVICES,),
        tier="Silver",
        countries=("CA", "US"),
        domains=("summit.example",),
    ),
    Place(
        PIXELFORGE,
        (PartnerType.TECHNOLOGY,),
        countries=("CA", "DE"),
        domains=("pixelforge.example",),
    ),
    Place(RIVERBEND, (PartnerType.REFERRAL,), domains=("riverbend.example",)),
    Place(
        MAPLE,
        (PartnerType.RESELLER,),
        domains=("maple.example",),
        products=("ARM", "FLEET"),
        status=OrganisationStatus.ONBOARDING,
    ),
)

PORTFOLIOS = {"carla": (HARBOUR, NORTHWIND, LAKESIDE)}
# Nobody sells there yet: who applies from there is theirs to decide.
COUNTRIES = {"carla": ("FR",)}
ACCOUNT_MANAGERS = {
    "carla": (HARBOUR, NORTHWIND, LAKESIDE),
    "pia": (COBALT, SUMMIT, PIXELFORGE, RIVERBEND, MAPLE),
}
APPROVAL_LIMITS = {"omar": 100_000}
FRENCH = frozenset({"olga", "noah", "lena", "theo"})
TIME_ZONES = {
    "vic": "America/Chicago",
    "sid": "America/Vancouver",
    "nadia": "America/Vancouver",
    "dora": "America/Halifax",
    "bruno": "America/Chicago",
    "sofia": "America/Vancouver",
    "ivo": "Europe/Berlin",
    "rosa": "America/Edmonton",
}
ELSEWHERE = "America/Toronto"


def settle(session: Session, issuer: str) -> dict[str, Membership]:
    """Add organisations, products and people; return the memberships by persona.

    Each persona signs in as the subject of that short name at ``issuer``.
    """
    organisations: dict[str, Organisation] = {}
    for place in PLACES:
        organisations[place.name] = add_organisation(
            session,
            place.name,
            place.side,
            types=place.types,
            tier=place.tier,
            countries=place.countries,
            domains=place.domains,
            parent=organisations[place.parent] if place.parent else None,
            status=place.status,
        )
    _stock(session, organisations)
    memberships = {}
    for persona in PERSONAS:
        membership = add_membership(
            session,
            organisations[persona.organisation],
            name=persona.name,
            email=persona.email,
            role=Role(persona.role),
            reach=Reach(persona.reach),
            approval_limit=APPROVAL_LIMITS.get(persona.short),
            language="fr" if persona.short in FRENCH else "en",
            timezone=TIME_ZONES.get(persona.short, ELSEWHERE),
            is_active=persona.short not in DEACTIVATED,
        )
        bind_identity(session, membership, issuer, persona.short)
        memberships[persona.short] = membership
    for short, names in PORTFOLIOS.items():
        rules = [Rule(RuleKind.PARTNER, organisations[name].reference) for name in names]
        rules += [Rule(RuleKind.COUNTRY, code) for code in COUNTRIES.get(short, ())]
        write_rules(session, memberships[short], rules)
    for short, kept in ACCOUNT_MANAGERS.items():
        for name in kept:
            organisations[name].account_manager_id = memberships[short].id
    session.flush()
    return memberships


def _stock(session: Session, organisations: Mapping[str, Organisation]) -> None:
    products = {
        code: Product(code=code, name=name, name_fr=french) for code, name, french in PRODUCTS
    }
    session.add_all(products.values())
    session.flush()
    session.add_all(
        OrganisationProduct(
            organisation_id=organisations[place.name].id, product_id=products[code].id
        )
        for place in PLACES
        for code in place.products
    )
    session.flush()
