"""How does one record of the matrix come to be, in whatever state?"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from itertools import chain
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.core.changes import Changed
from portal.core.drafts import Draft
from portal.core.events import record_event
from portal.core.keeping import KeptFile
from portal.core.outbox import Delivery
from portal.core.times import now
from portal.demo_personas import COBALT
from portal.domain.attachments.models import Attachment
from portal.domain.claims.models import Claim
from portal.domain.deals.events import E as D
from portal.domain.deals.models import Deal, DealAssessment, Stage
from portal.domain.deals.workflow import DEAL
from portal.domain.notes.models import Note
from portal.domain.notifications.models import Letter
from portal.domain.organisations.models import Organisation
from portal.domain.people.actor import actor_from
from portal.domain.people.models import LoginSession, Membership, Role, UserIdentity
from portal.domain.products.models import Product
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

# Of a deal, as no other number of the world is written.
MARGIN, SCORE = 777, 93


def file_of(session: Session, record: Any) -> Attachment:
    """Add a file to a record; nothing of the record's version or time changes with it."""
    kept = KeptFile(key=secrets.token_hex(16), mime="application/pdf", size=70, digest="0" * 64)
    session.add(kept)
    session.flush()
    session.add(
        KeptFile(key=secrets.token_hex(16), mime="image/webp", size=70, digest="1" * 64,
                 original_id=kept.id, page=1, width=64, height=48)
    )  # fmt: skip
    made = Attachment(
        record=record.reference, file_id=kept.id, name="Offer.pdf", size=70, membership_id=1,
        added_by="Somebody",
    )  # fmt: skip
    session.add(made)
    model: Any = type(record)
    kept_as_is = {"changed_at": model.changed_at} if hasattr(model, "changed_at") else {}
    marking = update(model).where(model.id == record.id)
    session.execute(marking.values(has_files=True, **kept_as_is))
    session.flush()
    return made


def registration_of(
    session: Session,
    owner: Membership,
    product: Product,
    status: Status,
    handler: Membership | None,
) -> Registration:
    """Add a registration in a state, with its questions, match, receipt, history and mails."""
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
    if is_sent:
        write_note(session, record)
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
    # What the vendor's side alone may read, of an event that it keeps to itself …
    kept = [Changed("rivals", "Rival before", "Rival after")]
    record_event(R.COMPARE, record, asking, session=session, changes=kept, **compared)
    record_event(
        R.ANSWER, record, actor, session=session, fields=["rivals"], words={"replies": "Nobody"},
        changes=[
            Changed("rivals", "Rival", "Nobody"),
            Changed("value", {"minor": 1, "currency": "CAD"}, {"minor": 2, "currency": "CAD"}),
            Changed("activities", [["call", "2026-11-02"]], [["demo", "2026-11-03"]]),
        ],
    )  # fmt: skip
    _mailed(session, sent.id)


def _reviewer(session: Session) -> Membership:
    return session.scalars(select(Membership).where(Membership.role == Role.APPROVER)).first()  # type: ignore[return-value]


def _mailed(session: Session, event_id: int) -> None:
    for delivery in session.scalars(select(Delivery).where(Delivery.event_id == event_id)):
        delivery.reason = "Reason"
        letter = {"recipient": "Recipient", "subject": "Subject", "body": "Body"}
        session.add(Letter(delivery_id=delivery.id, **letter))


def device_of(session: Session, membership: Membership) -> str:
    """Sign the membership in on one more device, and return its reference."""
    user = membership.user_id
    identity = session.scalars(select(UserIdentity).where(UserIdentity.user_id == user)).first()
    if identity is None:
        identity = UserIdentity(issuer="https://id.example", subject=f"n-{user}", user_id=user)
        session.add(identity)
        session.flush()
    device = LoginSession(
        token_hash=secrets.token_hex(32),
        membership_id=membership.id,
        user_id=user,
        identity_id=identity.id,
        provider="demo",
        provider_sid="Session",
        acr="Level",
        amr="Method",
        address="203.0.113.7",
        agent="Agent",
    )
    session.add(device)
    session.flush()
    return device.reference


def typed_text(session: Session, owner: Membership, record: Registration) -> None:
    """Text that the owner has typed into a form of the record and not sent."""
    step = "customer" if record.status == Status.DRAFT else "withdrawal"
    path = f"/registrations/{record.reference}/{step}"
    fields = [["company", "Typed"], ["text", "Typed"]]
    session.add(Draft(membership_id=owner.id, path=path, fields=fields, at=now()))


def deal_of(
    session: Session, source: Registration, stage: Stage, handler: Membership | None
) -> str:
    """Add the deal of an approved registration, with its claim, and return its reference."""
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
    session.add(DealAssessment(deal_id=deal.id, margin=MARGIN, score=SCORE, risk="high"))
    write_note(session, deal)
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
    planned = [Changed("next_step", None, {"step": "Step", "on": "2026-11-30"})]
    record_event(D.PLAN, deal, owner, session=session, on="2026-11-30", words=step, changes=planned)
    # … and of a field that the partner's side has not, beside one that it has.
    changes = [Changed("own_reference", "Own before", "Own"), Changed("margin", "20", "25")]
    fields = ["margin", "own_reference"]
    record_event(D.EDIT, deal, owner, session=session, fields=fields, changes=changes)
    return deal.reference


def write_note(session: Session, record: Registration | Deal) -> None:
    """Write down beside a record what its partner never learns."""
    author = _reviewer(session)
    session.add(
        Note(record=record.reference, membership_id=author.id, author="Author", text="Note")
    )
    note = {"digest": "0" * 64}
    record_event("note:write", record, actor_from(author), session=session, **note)


def _copied(source: Registration) -> Mapping[str, Any]:
    names = chain(
        ("company", "domain", "country", "region", "city", "own_reference", "currency"),
        ("contact_name", "contact_email", "contact_phone", "close_on"),
    )
    return {name: getattr(source, name) for name in names}
