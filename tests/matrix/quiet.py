"""Who and what is in the matrix's world only so that each part of a policy makes a difference?

These people never come to the door, so they cost no cells: what they know of and may do is asked
of the policies alone.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.changes import Changed
from portal.core.events import record_event
from portal.core.times import now
from portal.demo_personas import HARBOUR, LAKESIDE, MAPLE, MERIDIAN, NORTHWIND, SUMMIT
from portal.domain.deals.models import Deal, Stage
from portal.domain.fields.models import FieldSetting
from portal.domain.organisations.models import Organisation, OrganisationStatus, Side
from portal.domain.organisations.operations import add_organisation
from portal.domain.people.actor import actor_from
from portal.domain.people.models import Invitation, Membership, PortfolioEntry, Reach, Role, User
from portal.domain.portfolios.models import PortfolioRule, RuleKind
from portal.domain.products.models import OrganisationProduct, Product
from portal.domain.registrations.models import Registration, Status
from portal.domain.shares.models import Level, Share
from tests.matrix.planting import HOLDER, Planted
from tests.matrix.planting import SUMMIT as TOP
from tests.matrix.records import deal_of, registration_of

_PEOPLE = {
    # Sees the people and companies below, and decides on the own company's alone.
    "hugo": (HARBOUR, Role.PARTNER_ADMINISTRATOR, Reach.FAMILY),
    # Administers people of whom the reach shows nothing, and whom nobody sees less than.
    "olive": (NORTHWIND, Role.PARTNER_ADMINISTRATOR, Reach.OWN),
    # The company registers nothing: neither those below nor a share lead to a record.
    "sven": (SUMMIT, Role.PARTNER_MANAGER, Reach.FAMILY),
    # The vendor's people see as their role says, whatever the reach.
    "fern": (MERIDIAN, Role.FINANCE, Reach.FAMILY),
    # No role of the vendor's: no access at all.
    "mira": (MERIDIAN, Role.PARTNER_SELLER, Reach.FAMILY),
}
QUIET = tuple(_PEOPLE)


def plant_quiet(session: Session, planted: Planted) -> None:
    """Add them, and records that a single rule or term keeps from somebody."""
    places = {place.name: place for place in session.scalars(select(Organisation))}
    for short, (home, role, reach) in _PEOPLE.items():
        planted.holders[short] = _member(session, places[home], short, role, reach)
    # Sees more than Northwind's administrator; through the second nobody sees beyond a portfolio.
    _member(session, places[NORTHWIND], "wide-1", Role.PARTNER_MANAGER, Reach.FAMILY)
    _member(session, places[LAKESIDE], "wide-2", Role.PARTNER_MANAGER, Reach.FAMILY)
    # One more, so that whoever is deactivated there leaves two: its checklist asks for two.
    _member(session, places[MAPLE], "third", Role.PARTNER_SELLER, Reach.OWN)
    below = places[f"{LAKESIDE} Below"]
    session.add(PortfolioEntry(membership_id=planted.holders["carla"].id, organisation_id=below.id))
    shut = add_organisation(
        session, "Shut doors", Side.PARTNER, types=["reseller"], parent=places[MERIDIAN],
        status=OrganisationStatus.SUSPENDED,
    )  # fmt: skip
    _member(session, shut, "shut", Role.PARTNER_SELLER, Reach.OWN)
    _records(session, planted)
    _others(session, planted)
    session.flush()


def _member(
    session: Session, place: Organisation, name: str, role: Role, reach: Reach
) -> Membership:
    user = User(name=name.title(), email=f"{name}@quiet.example", language="en", timezone="")
    made = Membership(user=user, organisation=place, role=role, reach=reach, joined_at=now())
    session.add(made)
    session.flush()
    return made


def _records(session: Session, planted: Planted) -> None:
    """Records of the vendor's own, left behind elsewhere, without a value, of a rare product."""
    held = planted.holders
    arm = session.scalars(select(Product).where(Product.code == "ARM")).one()
    sam, noah, olga = held["sam"], held["noah"], held["olga"]
    for status in (Status.DRAFT, Status.UNDER_REVIEW, Status.APPROVED):
        own = registration_of(session, sam, arm, status, olga)
    deal_of(session, own, Stage.PROSPECT, None)
    top = session.scalars(select(Organisation).where(Organisation.reference == TOP)).one()
    left = registration_of(session, held["ana"], arm, Status.APPROVED, olga)
    left.organisation_id = top.id
    deal_of(session, left, Stage.PROSPECT, None)
    registration_of(session, noah, arm, Status.UNDER_REVIEW, held["omar"]).value_minor = None
    rare = Product(code="RARE", name="Rare machine", name_fr="Machine rare")
    session.add(rare)
    session.flush()
    session.add(OrganisationProduct(organisation_id=noah.organisation_id, product_id=rare.id))
    about = registration_of(session, noah, rare, Status.APPROVED, olga)
    _shared(session, about, held[HOLDER])
    _shared(session, about, held["sven"])
    reference = deal_of(session, about, Stage.PROSPECT, None)
    deal = session.scalars(select(Deal).where(Deal.reference == reference)).one()
    _shared(session, deal, held["sven"])
    wanted = planted.references["bruno", Status.UNDER_REVIEW.value]
    strange = session.scalars(select(Registration).where(Registration.reference == wanted)).one()
    # Carla reads a deal that is in nobody's portfolio, and so does somebody in hers.
    sold = registration_of(session, held["bruno"], arm, Status.APPROVED, olga)
    foreign = deal_of(session, sold, Stage.PROSPECT, None)
    deal = session.scalars(select(Deal).where(Deal.reference == foreign)).one()
    holding = _member(session, noah.organisation, "holding", Role.PARTNER_SELLER, Reach.OWN)
    for reader in (held["carla"], holding):
        _shared(session, deal, reader, Level.VIEW)
    # Shared with the vendor's people a registration lets nobody in.
    for short in ("carla", "omar"):
        _shared(session, strange, held[short])


def _shared(
    session: Session,
    record: Deal | Registration,
    holder: Membership,
    level: Level = Level.EDIT,
) -> None:
    """Share it, whether or not the holder's role reads such records."""
    owner = actor_from(session.get_one(Membership, record.owner_id))
    session.add(
        Share(
            deal_id=record.id if isinstance(record, Deal) else None,
            registration_id=None if isinstance(record, Deal) else record.id,
            membership_id=holder.id,
            holder_name=holder.user.name,
            holder_place=holder.organisation.name,
            holder_side=holder.organisation.side,
            made_by_id=owner.membership_id,
            maker_name=owner.name,
            maker_place=owner.organisation_name,
            maker_side=owner.side,
            level=level,
        )
    )
    record.is_shared = holder.holds_shares = True


def _others(session: Session, planted: Planted) -> None:
    """A decision, an invitation, another portfolio, and a change that no record shows."""
    ana, pia = planted.holders["ana"], actor_from(planted.holders["pia"])
    session.add(FieldSetting(id=1, chosen=""))
    soon = now() + dt.timedelta(days=3)
    invited = Invitation(membership_id=ana.id, email="ana@quiet.example", expires_at=soon)
    invited.accepted_at = now()
    session.add(invited)
    vendor = planted.holders["pia"].organisation
    former = _member(session, vendor, "former", Role.CHANNEL_MANAGER, Reach.ORGANISATION)
    former.is_active = False
    top = session.scalars(select(Organisation).where(Organisation.reference == TOP)).one()
    session.add(PortfolioEntry(membership_id=former.id, organisation_id=top.id))
    session.add(PortfolioRule(membership_id=former.id, kind=RuleKind.COUNTRY, value="JP"))
    moved = [Changed("role", "Manager", "Seller")]
    record_event(
        "person:change",
        f"membership:{ana.id}",
        pia,
        session=session,
        changes=moved,
        fields=["role"],
    )
