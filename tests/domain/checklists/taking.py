"""How does a partner come to have a checklist, and an item to stand where a test needs it?"""

from __future__ import annotations

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from portal.core.files import Incoming
from portal.core.times import DAY, now
from portal.core.workflow import Refused
from portal.domain.attachments.operations import attach
from portal.domain.checklists import operations
from portal.domain.checklists.beginning import begin_all
from portal.domain.checklists.keeping import keep
from portal.domain.checklists.models import Checklist, ChecklistItem, ItemStatus
from portal.domain.checklists.workflow import ITEM, KEEPER
from portal.domain.organisations.models import Organisation, OrganisationStatus, Side
from portal.domain.organisations.operations import add_organisation
from portal.domain.people.actor import MemberActor, actor_from
from portal.domain.people.models import Reach, Role
from portal.domain.people.operations import add_membership

S = ItemStatus


def newcomer(
    session: Session, name: str = "Newcomer", types: tuple[str, ...] = ("reseller",), tier: str = ""
) -> Organisation:
    """Return a partner that is being taken on, with its checklists; call in system mode."""
    organisation = add_organisation(
        session, name, Side.PARTNER, types=types, tier=tier, status=OrganisationStatus.ONBOARDING
    )
    begin_all(session, organisation)
    session.flush()
    return organisation


def person(
    session: Session, organisation: Organisation, role: Role = Role.PARTNER_ADMINISTRATOR
) -> MemberActor:
    """Return somebody who has joined there."""
    name = f"{role}-{secrets.token_hex(3)}"
    membership = add_membership(
        session, organisation, name=name, email=f"{name}@newcomer.example", role=role,
        reach=Reach.ORGANISATION, language="en", actor=None,
    )  # fmt: skip
    membership.joined_at = now()
    session.flush()
    return actor_from(membership)


def items(session: Session, organisation: Organisation) -> dict[str, ChecklistItem]:
    """Return a partner's items by their keys."""
    query = select(ChecklistItem).where(ChecklistItem.organisation_id == organisation.id)
    return {one.key: one for one in session.scalars(query.order_by(ChecklistItem.position))}


def checklist_of(session: Session, organisation: Organisation) -> Checklist:
    """Return a partner's one checklist."""
    query = select(Checklist).where(Checklist.organisation_id == organisation.id)
    return session.scalars(query).one()


def paper() -> Incoming:
    """Return a file like no other."""
    digest = secrets.token_hex(32)
    return Incoming("Paper.pdf", "", secrets.token_hex(16), "application/pdf", 70, digest)


def answers_to(item: ChecklistItem) -> dict[str, str]:
    """Return an answer to each of its questions."""
    return {one.key: f"Answer to {one.label}" for one in item.item.questions}


def send(item: ChecklistItem, sender: MemberActor) -> None:
    """Send an item with all that it asks for."""
    if item.item.needs_file:
        attach(item, sender, [paper()])
    operations.submit(item, sender, answers_to(item))


def bring(item: ChecklistItem, status: ItemStatus, sender: MemberActor, staff: MemberActor) -> None:
    """Let an item that the partner does come to ``status`` step by step."""
    if status == S.IN_PROGRESS:
        operations.begin(item, sender)
    elif status == S.WAIVED:
        operations.waive(item, staff, "They have it elsewhere.")
    elif status != S.NOT_STARTED:
        send(item, sender)
        if status == S.RETURNED:
            operations.give_back(item, staff, "The second page is missing.")
        elif status in (S.COMPLETE, S.EXPIRED):
            operations.accept(item, staff)
    if status == S.EXPIRED:
        item.expires_at = now() - DAY
        ITEM.apply(item, "expire", KEEPER)
        item.expires_at = None
        session = object_session(item)
        assert session is not None
        keep(session, item.checklist)
    assert item.status == status


def finish(
    session: Session, organisation: Organisation, sender: MemberActor, staff: MemberActor
) -> None:
    """Do everything that is asked of a partner, in an order that goes."""
    for _round in range(4):
        for item in items(session, organisation).values():
            if item.is_done or item.is_blocked or item.is_derived:
                continue
            try:
                if item.owner == "staff":
                    operations.do(item, staff)
                else:
                    send(item, sender)
                    operations.accept(item, staff)
            except Refused:
                continue
