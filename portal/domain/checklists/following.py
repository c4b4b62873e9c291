"""What happens elsewhere that a partner's checklist follows?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.events import Event, subscribe
from portal.core.net import system_mode
from portal.domain.attachments.events import E as F
from portal.domain.checklists.beginning import begin_all
from portal.domain.checklists.keeping import keep
from portal.domain.checklists.models import Checklist, ChecklistItem, ItemStatus
from portal.domain.checklists.operations import begin
from portal.domain.organisations.events import E as O
from portal.domain.organisations.models import Organisation, OrganisationStatus
from portal.domain.people.actor import actor_of_membership
from portal.domain.people.models import Membership

JOINING = ("person:join", "person:deactivate", "person:reactivate")


def _on_onboarding(session: Session, _event: Event, organisation: Organisation) -> None:
    begin_all(session, organisation)


def _on_change(session: Session, _event: Event, organisation: Organisation) -> None:
    if organisation.status == OrganisationStatus.ONBOARDING:
        begin_all(session, organisation)
    else:
        _keep_all(session, organisation.id)


def _on_person(session: Session, event: Event, _chain: Any) -> None:
    number = int(event.chain.partition(":")[2])
    with system_mode("keeping a checklist"):
        asked = select(Membership.organisation_id).where(Membership.id == number)
        organisation_id = session.scalar(asked)
    if organisation_id is not None:
        _keep_all(session, organisation_id)


def _keep_all(session: Session, organisation_id: int) -> None:
    """Derive anew what follows from facts, where there is a checklist at all."""
    with system_mode("keeping a checklist"):
        query = select(Checklist).where(Checklist.organisation_id == organisation_id)
        for checklist in session.scalars(query).all():
            keep(session, checklist)


def _on_file(_session: Session, event: Event, record: Any) -> None:
    """The first file begins an item."""
    if not isinstance(record, ChecklistItem) or record.status != ItemStatus.NOT_STARTED:
        return
    with system_mode("keeping a checklist"):
        actor = actor_of_membership(event.membership_id or 0)
        if actor is not None:
            begin(record, actor)


for _tag in (O.ONBOARD, O.REOPEN):
    subscribe(_tag, _on_onboarding)
for _tag in (O.EDIT, O.KEEP):
    subscribe(_tag, _on_change)
for _name in JOINING:
    subscribe(_name, _on_person)
subscribe(F.ATTACH, _on_file)
