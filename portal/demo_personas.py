"""Who lives in the demo world, and how does its identity provider know the portal?"""

from __future__ import annotations

from dataclasses import dataclass

# Fixed and public on purpose: the demo provider answers on loopback addresses only.
DEMO_CLIENT_ID = "quayside-demo"
DEMO_CLIENT_SECRET = "a-demo-secret-that-protects-nothing"  # noqa: S105


@dataclass(frozen=True)
class Persona:
    """One person of the demo world; `short` is also the subject that the provider states."""

    short: str
    name: str
    email: str
    organisation: str
    role: str
    reach: str
    note: str


MERIDIAN = "Meridian Robotics"
HARBOUR = "Harbour Distribution"
NORTHWIND = "Northwind Resale"
LAKESIDE = "Lakeside IT"
COBALT = "Cobalt Systems"
SUMMIT = "Summit Services"
PIXELFORGE = "Pixelforge"
RIVERBEND = "Riverbend Referrals"
MAPLE = "Maple Onboard"

_PLACES = (
    # organisation, mail domain, its people: short, name, role, reach, note
    (
        MERIDIAN,
        "meridian.example",
        (
            (
                "carla",
                "Carla Mendes",
                "channel_manager",
                "organisation",
                "Looks after Harbour, Northwind and Lakeside",
            ),
            ("omar", "Omar Haddad", "approver", "organisation", "Decides up to 100,000"),
            ("olga", "Olga Lindqvist", "approver", "organisation", "Decides without a limit"),
            ("sam", "Sam Whitlock", "support_agent", "organisation", "Answers support cases"),
            ("fay", "Fay Okonkwo", "finance", "organisation", "Keeps budgets and payments"),
            (
                "vic",
                "Victor Brandt",
                "vendor_seller",
                "organisation",
                "Works the deals owned by or shared with him",
            ),
            (
                "pia",
                "Pia Castellanos",
                "programme_administrator",
                "organisation",
                "Sets up the partner programme",
            ),
            (
                "sid",
                "Sidney Marsh",
                "security_administrator",
                "organisation",
                "Sees people and sign-ins, no deals",
            ),
            (
                "axel",
                "Axel Tremblay",
                "auditor",
                "organisation",
                "Reads everything, writes nothing",
            ),
        ),
    ),
    (
        HARBOUR,
        "harbour.example",
        (
            (
                "diego",
                "Diego Salazar",
                "partner_manager",
                "family",
                "Distributor; sees Northwind and Lakeside too",
            ),
        ),
    ),
    (
        NORTHWIND,
        "northwind.example",
        (
            ("ana", "Ana Duarte", "partner_seller", "own", "Sees her own records"),
            ("noah", "Noah Bergeron", "partner_seller", "own", "Sees his own records"),
            (
                "marc",
                "Marc Lefebvre",
                "partner_manager",
                "organisation",
                "Sees all of Northwind’s records",
            ),
            (
                "nadia",
                "Nadia Rahman",
                "partner_administrator",
                "organisation",
                "Keeps Northwind’s people",
            ),
            ("dora", "Dora Kessler", "partner_seller", "own", "Her access was switched off"),
        ),
    ),
    (LAKESIDE, "lakeside.example", (("lena", "Lena Fournier", "partner_seller", "own", ""),)),
    (COBALT, "cobalt.example", (("bruno", "Bruno Keller", "partner_manager", "organisation", ""),)),
    (
        SUMMIT,
        "summit.example",
        (("sofia", "Sofia Marchetti", "partner_manager", "organisation", ""),),
    ),
    (
        PIXELFORGE,
        "pixelforge.example",
        (("ivo", "Ivo Petrov", "partner_manager", "organisation", ""),),
    ),
    (RIVERBEND, "riverbend.example", (("rosa", "Rosa Delgado", "partner_seller", "own", ""),)),
    (
        MAPLE,
        "maple.example",
        (
            (
                "theo",
                "Théo Gagnon",
                "partner_administrator",
                "organisation",
                "Just joining the programme",
            ),
        ),
    ),
)

PERSONAS: tuple[Persona, ...] = tuple(
    Persona(short, name, f"{short}@{domain}", organisation, role, reach, note)
    for organisation, domain, people in _PLACES
    for short, name, role, reach, note in people
)

# Known to the demo provider alone: they can ask for access, or be invited.
GUESTS: tuple[Persona, ...] = (
    Persona(
        "uma",
        "Uma Sato",
        "uma@northwind.example",
        "",
        "guest",
        "",
        "Works at Northwind; nobody has invited her yet",
    ),
)

DEACTIVATED = frozenset({"dora"})
