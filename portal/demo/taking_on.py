"""How far have the demo world's new partners come, each step at its own moment?"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.files import Incoming, take
from portal.core.spooling import spooled
from portal.core.times import at
from portal.demo.checklists import ANSWERS, DRAFT, TEMPLATES, TOO_SHORT, Asked
from portal.demo.papers import pdf
from portal.demo.story import Clock
from portal.demo_personas import MAPLE
from portal.domain.attachments.operations import attach
from portal.domain.checklist_templates import operations as templates
from portal.domain.checklist_templates.models import ChecklistTemplate
from portal.domain.checklists import operations
from portal.domain.checklists.beginning import begin_all
from portal.domain.checklists.models import ChecklistItem
from portal.domain.organisations.models import Organisation
from portal.domain.people.actor import MemberActor, actor_from
from portal.domain.people.models import Membership

INSURANCE, SAFETY = "Attestation 2025.pdf", "Safety certificate.pdf"
"""How the files are called that a partner has sent."""


def write_templates(memberships: Mapping[str, Membership]) -> None:
    """Write what new partners are asked, and put it in use; call in system mode."""
    pia = actor_from(memberships["pia"])
    for asked in TEMPLATES:
        templates.publish(_written(pia, asked), pia)
    _written(pia, DRAFT)


def _written(pia: MemberActor, asked: Asked) -> ChecklistTemplate:
    template = templates.create(pia, {
        "name": asked.name[0], "name_fr": asked.name[1],
        "partner_type": asked.partner_type, "tier": "",
    })  # fmt: skip
    for item in asked.items:
        templates.keep_item(template, pia, item)
    return template


def take_on(session: Session, clock: Clock, memberships: Mapping[str, Membership]) -> None:
    """Let Maple go through the first half of its checklist; call in system mode."""
    pia, theo = actor_from(memberships["pia"]), actor_from(memberships["theo"])
    maple = session.scalars(select(Organisation).where(Organisation.name == MAPLE)).one()

    def item(key: str) -> ChecklistItem:
        query = select(ChecklistItem).where(
            ChecklistItem.organisation_id == maple.id, ChecklistItem.key == key
        )
        return session.scalars(query).one()

    with at(clock.past("12d 09:10")):
        begin_all(session, maple)
    with at(clock.past("9d 14:20")):
        operations.submit(item("profile"), theo, ANSWERS)
    with at(clock.past("8d 10:05")):
        operations.accept(item("profile"), pia)
    with at(clock.past("6d 11:30")):
        attach(item("insurance"), theo, [_certificate()])
        operations.submit(item("insurance"), theo, {})
    with at(clock.past("5d 15:45")):
        operations.give_back(item("insurance"), pia, TOO_SHORT)
    with at(clock.past("2d 16:10")):
        attach(item("safety"), theo, [_safety()])
        operations.submit(item("safety"), theo, {})
    session.flush()


def _certificate() -> Incoming:
    lines = ["Maple Onboard inc.", "2 000 000 $", "Québec"]
    return take(INSURANCE, spooled(pdf("Attestation d’assurance", lines)))


def _safety() -> Incoming:
    lines = ["Théo Gagnon", "Safety training passed"]
    return take(SAFETY, spooled(pdf("Certificate", lines)))
