"""Which records were made for the matrix, so that each relation has one in each state?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.drafts import Draft
from portal.core.events import record_event
from portal.core.times import at, now
from portal.demo_personas import COBALT, HARBOUR, LAKESIDE, MERIDIAN, NORTHWIND, PERSONAS
from portal.domain.claims.models import Claim
from portal.domain.deals.events import E as D
from portal.domain.deals.models import Deal, Stage
from portal.domain.deals.workflow import DEAL
from portal.domain.notifications.models import Letter
from portal.domain.organisations.models import Organisation, Side
from portal.domain.organisations.operations import add_organisation
from portal.domain.people.actor import actor_from
from portal.domain.people.models import Membership, Reach, Role, UserIdentity
from portal.domain.people.operations import add_membership, bind_identity
from portal.domain.products.models import OrganisationProduct, Product
from portal.domain.registrations.events import E as R
from portal.domain.registrations.models import (
    Question,
    Receipt,
    Registration,
    RegistrationActivity,
    RegistrationMatch,
    Status,
)
from portal.domain.registrations.workflow import REGISTRATION

STAFF = tuple(one.short for one in PERSONAS if one.organisation == MERIDIAN)
PARTNERS = tuple(one for one in PERSONAS if one.short not in STAFF)
EXTRA = "cole"
"""A seller of Northwind who sees the whole company: inside the scope, without the right to work."""
OPEN, WON, LARGE, TWIN = "open", "won", "large", "twin"
# Whose records somebody may work on or decide, and which states all others have.
BUSY = frozenset(
    (
        *"diego ana noah marc nadia lena bruno".split(),
        EXTRA,
        *(f"colleague at {one}" for one in (HARBOUR, LAKESIDE, COBALT)),
        f"below {NORTHWIND}",
        *(f"by {one}" for one in "carla omar olga vic axel".split()),
    )
)
FEW = (Status.DRAFT, Status.SUBMITTED, Status.UNDER_REVIEW, Status.APPROVED)


@dataclass
class Planted:
    """References by who holds the record and in which state it is, and keys of deliveries."""

    references: dict[tuple[str, str], str] = field(default_factory=dict)
    deals: dict[tuple[str, str], str] = field(default_factory=dict)
    holders: dict[str, Membership] = field(default_factory=dict)


def plant(session: Session) -> Planted:
    """Add people, organisations and records beside the demo world's; call in system mode."""
    planted = Planted(holders=dict(_people(session)))
    products = {product.code: product for product in session.scalars(select(Product))}
    strange = Product(code="ODD", name="Odd machine", name_fr="Machine étrange")
    session.add(strange)
    session.flush()
    bruno = planted.holders["bruno"].organisation
    session.add(OrganisationProduct(organisation_id=bruno.id, product_id=strange.id))
    with at(now() - dt.timedelta(days=2)), session.no_autoflush:
        for holder, membership in planted.holders.items():
            if holder not in STAFF:
                _records(session, planted, holder, membership, products["ARM"])
        for short in STAFF:
            handler = planted.holders[short]
            noah = planted.holders["noah"]
            _records(session, planted, f"by {short}", noah, products["ARM"], handler)
        _special(session, planted, products["ARM"])
        session.flush()
    session.flush()
    return planted


def _people(session: Session) -> Iterable[tuple[str, Membership]]:
    rows = session.execute(
        select(UserIdentity, Membership).join(
            Membership, Membership.user_id == UserIdentity.user_id
        )
    ).all()
    found = {identity.subject: membership for identity, membership in rows}
    issuer = rows[0][0].issuer
    yield from found.items()
    product = session.scalars(select(Product).where(Product.code == "ARM")).one()
    places = {found[one.short].organisation for one in PARTNERS}
    for place in sorted(places, key=lambda one: one.id):
        yield f"colleague at {place.name}", _seller(session, place, "Colleague", Reach.OWN)
        below = add_organisation(
            session, f"{place.name} Below", Side.PARTNER, types=["reseller"], parent=place
        )
        session.add(OrganisationProduct(organisation_id=below.id, product_id=product.id))
        yield f"below {place.name}", _seller(session, below, "Seller below", Reach.OWN)
    extra = _seller(session, found["ana"].organisation, "Cole Mercer", Reach.ORGANISATION)
    bind_identity(session, extra, issuer, EXTRA)
    yield EXTRA, extra


def _seller(session: Session, place: Organisation, name: str, reach: Reach) -> Membership:
    email = f"{fold(name)}@{fold(place.name)}.example"
    role = Role.PARTNER_SELLER
    return add_membership(session, place, name=name, email=email, role=role, reach=reach)


def fold(text: str) -> str:
    """Return ``text`` as one word of an address."""
    return "-".join(text.lower().split())


def _records(
    session: Session,
    planted: Planted,
    holder: str,
    owner: Membership,
    product: Product,
    handler: Membership | None = None,
) -> None:
    for status in Status if holder in BUSY else FEW:
        record = _registration(session, owner, product, status, handler)
        planted.references[holder, status.value] = record.reference
        if status in (Status.DRAFT, Status.NEEDS_INFO):
            _typed(session, owner, record)
        if status == Status.APPROVED:
            planted.deals[holder, OPEN] = _deal(session, record, Stage.PROSPECT, handler)
    if holder not in BUSY:
        return
    won = _registration(session, owner, product, Status.APPROVED, handler)
    planted.deals[holder, WON] = _deal(session, won, Stage.WON, handler)


def _special(session: Session, planted: Planted, product: Product) -> None:
    """One over the approver's limit, and one that the approver sent under another hat."""
    noah, omar = planted.holders["noah"], planted.holders["omar"]
    large = _registration(session, noah, product, Status.UNDER_REVIEW, omar)
    large.value_minor = 200_000_00
    twin = _registration(session, noah, product, Status.UNDER_REVIEW, omar)
    twin.submitter_user_id = omar.user_id
    planted.references["noah", LARGE] = large.reference
    planted.references["noah", TWIN] = twin.reference


def _registration(
    session: Session,
    owner: Membership,
    product: Product,
    status: Status,
    handler: Membership | None,
) -> Registration:
    moment, day = now(), now().date()
    is_sent = status != Status.DRAFT
    record = Registration(
        organisation_id=owner.organisation_id,
        owner_id=owner.id,
        status=status,
        company="Firm",
        website="www.firm.example",
        domain="firm.example",
        customer_key="key",
        legal_name="Firm Limited",
        street="1 Street",
        postal_code="A1A 1A1",
        country="CA",
        region="ON",
        city="Town",
        contact_name="Contact",
        contact_email="contact@firm.example",
        contact_phone="+1416",
        value_minor=50_000_00,
        currency="CAD",
        close_on=day + dt.timedelta(days=90),
        need="They need a machine that does the work of two people.",
        rivals="Rival",
        own_reference="Own",
        may_contact="yes",
        consent_at=moment,
        consent_words="They know",
        submitted_at=moment if is_sent else None,
        submitted_by_id=owner.id if is_sent else None,
        submitter_user_id=owner.user_id if is_sent else None,
        reviewer_id=handler.id if handler and is_sent else None,
        decided_at=moment if status in (Status.APPROVED, Status.REJECTED) else None,
        reason_code="other" if status == Status.REJECTED else "",
        reason_text="Reason" if status == Status.REJECTED else "",
        products=[product],
        activities=[RegistrationActivity(kind="call", on=day)],
        questions=[Question(field="rivals", comment="Who?", reply="Nobody", answered_at=moment)],
    )
    if status == Status.NEEDS_INFO:
        record.questions.append(Question(field="need", comment="Why?"))
    session.add(record)
    session.flush()
    REGISTRATION.plan_next(record)
    _history(session, owner, record, is_sent)
    return record


def _history(session: Session, owner: Membership, record: Registration, is_sent: bool) -> None:
    actor = actor_from(owner)
    record_event(R.CREATE, record, actor, session=session)
    if not is_sent:
        return
    receipt = Receipt(registration_id=record.id, at=now(), content_hash="0" * 64, rule_version="1")
    session.add(receipt)
    other = session.scalars(
        select(Deal).join(Deal.organisation).where(Organisation.name == COBALT)
    ).first()
    assert other is not None
    match = RegistrationMatch(
        registration_id=record.id,
        other_reference=other.reference,
        organisation_id=other.organisation_id,
        organisation_name="Match",
        company="Match",
        domain="match.example",
        place="Match",
        state=other.stage,
        evidence=["+company"],
        answer="different",
        answered_by="Reviewer",
        answered_at=now(),
    )
    session.add(match)
    session.flush()
    note = {"receipt": receipt.reference, "content": receipt.content_hash}
    sent = record_event(R.SUBMIT, record, actor, session=session, **note)
    record_event(R.MATCH, record, None, session=session, others=[other.reference])
    asking = actor_from(_reviewer(session))
    record_event(
        R.ASK, record, asking, session=session, fields=["need"], words={"comments": "Why?"}
    )
    compared = {"other": other.reference, "answer": "different"}
    record_event(R.COMPARE, record, asking, session=session, **compared)
    _mailed(session, sent.id)


def _reviewer(session: Session) -> Membership:
    return session.scalars(select(Membership).where(Membership.role == Role.APPROVER)).first()  # type: ignore[return-value]


def _mailed(session: Session, event_id: int) -> None:
    from portal.core.outbox import Delivery

    for delivery in session.scalars(select(Delivery).where(Delivery.event_id == event_id)):
        delivery.reason = "Reason"
        letter = {"recipient": "Recipient", "subject": "Subject", "body": "Body"}
        session.add(Letter(delivery_id=delivery.id, **letter))


def _typed(session: Session, owner: Membership, record: Registration) -> None:
    """Text that the owner has typed into a form of the record and not sent."""
    step = "customer" if record.status == Status.DRAFT else "withdrawal"
    path = f"/registrations/{record.reference}/{step}"
    fields = [["company", "Typed"], ["text", "Typed"]]
    session.add(Draft(membership_id=owner.id, path=path, fields=fields, at=now()))


def _deal(session: Session, source: Registration, stage: Stage, handler: Membership | None) -> str:
    until = now() + dt.timedelta(days=120)
    deal = Deal(
        reference=Deal.new_reference(),
        organisation_id=source.organisation_id,
        owner_id=source.owner_id,
        sourced_by_id=source.organisation_id,
        vendor_owner_id=handler.id if handler else None,
        registration_id=source.id,
        customer_key="key",
        stage=stage,
        amount_minor=50_000_00,
        next_step="Step",
        next_step_on=now().date() + dt.timedelta(days=9),
        protected_until=until,
        products=list(source.products),
        **_copied(source),
    )
    session.add(deal)
    session.flush()
    DEAL.plan_next(deal)
    session.add(
        Claim(
            customer_key=f"key-{deal.reference}",
            product_id=source.products[0].id,
            country="CA",
            organisation_id=deal.organisation_id,
            registration_id=source.id,
            protected_until=until,
        )
    )
    owner = actor_from(session.get_one(Membership, source.owner_id))
    record_event(D.CREATE, deal, owner, session=session, registration=source.reference)
    step = {"step": "Step"}
    record_event(D.PLAN, deal, owner, session=session, on="2026-11-30", words=step)
    return deal.reference


def _copied(source: Registration) -> Mapping[str, Any]:
    names = chain(
        ("company", "domain", "country", "region", "city", "own_reference", "currency"),
        ("contact_name", "contact_email", "contact_phone", "close_on"),
    )
    return {name: getattr(source, name) for name in names}
