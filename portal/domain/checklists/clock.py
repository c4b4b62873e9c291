"""Which checklists go on without anybody's doing?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from portal.core.database import looking
from portal.core.events import record_event
from portal.core.once import one_by_one
from portal.core.times import DAY, now
from portal.domain.checklist_templates.models import ChecklistTemplate
from portal.domain.checklist_templates.models import Status as Templated
from portal.domain.checklists.beginning import begin_all, waits_for
from portal.domain.checklists.carrying import carry
from portal.domain.checklists.events import E
from portal.domain.checklists.keeping import hold, items_of, keep, to_remind_of
from portal.domain.checklists.models import Checklist, ChecklistItem, ItemStatus
from portal.domain.checklists.workflow import ITEM, KEEPER
from portal.domain.organisations.models import Organisation, OrganisationStatus
from portal.domain.people.colleagues import leads_of
from portal.domain.programme import programme

_RUNS_OUT = (ItemStatus.COMPLETE, ItemStatus.IN_PROGRESS, ItemStatus.RETURNED)
# Whose partnership rests or is over is asked nothing; what was missed comes once it goes on.
_TAKING_PART = (OrganisationStatus.ONBOARDING, OrganisationStatus.ACTIVE)


@dataclass(frozen=True)
class Step:
    """One thing that the clock did: what, to which record."""

    what: str
    reference: str


def run(session: Session, is_stopping: Callable[[], bool] = lambda: False) -> Iterator[Step]:
    """Do everything that is due, each in a transaction of its own. In system mode.

    Whatever moment it is: what a worker that was down has missed is done once, later.
    """
    yield from filter(None, one_by_one(session, _due(session), is_stopping))


def _due(session: Session) -> list[Callable[[], Step | None]]:
    with looking(session):
        return [
            *(partial(_begin, session, one) for one in session.scalars(_without()).all()),
            *(partial(_carry, session, one) for one in session.scalars(_behind()).all()),
            *(partial(_renew, session, one) for one in session.scalars(_running_out()).all()),
            *(partial(_remind, session, one) for one in session.scalars(_to_remind()).all()),
        ]


def _without() -> Select[int]:
    """New partners that have no checklist of one of their types, of which one is in use."""
    in_use = exists().where(
        ChecklistTemplate.status == Templated.IN_USE,
        or_(ChecklistTemplate.tier == "", ChecklistTemplate.tier == Organisation.tier),
        waits_for(ChecklistTemplate.partner_type),
    )
    return select(Organisation.id).where(in_use).order_by(Organisation.id)


def _behind() -> Select[int]:
    return (
        select(Checklist.id)
        .join(ChecklistTemplate, ChecklistTemplate.id == Checklist.template_id)
        .join(Organisation, Organisation.id == Checklist.organisation_id)
        .where(
            ChecklistTemplate.status == Templated.IN_USE,
            Checklist.edition < ChecklistTemplate.edition,
            Organisation.status.in_(_TAKING_PART),
        )
        .order_by(Checklist.id)
    )


def _running_out() -> Select[int]:
    soon = now() + DAY * programme().checklist_renew_days
    return (
        select(ChecklistItem.id)
        .join(Organisation, Organisation.id == ChecklistItem.organisation_id)
        .where(
            Organisation.status.in_(_TAKING_PART),
            or_(
                (ChecklistItem.expires_at <= now()) & ChecklistItem.status.in_(_RUNS_OUT),
                (ChecklistItem.expires_at <= soon) & (ChecklistItem.status == ItemStatus.COMPLETE),
            ),
        )
        .order_by(ChecklistItem.id)
    )


def _to_remind() -> Select[int]:
    return select(Checklist.id).where(Checklist.remind_at <= now()).order_by(Checklist.id)


def _held(session: Session, number: int) -> Checklist:
    """Return a checklist as it is now, once its partner is locked."""
    checklist = session.get_one(Checklist, number)
    hold(session, checklist.organisation_id)
    session.refresh(checklist)
    return checklist


def _begin(session: Session, number: int) -> Step | None:
    organisation = hold(session, number)
    if organisation.status != OrganisationStatus.ONBOARDING:
        return None
    begun = begin_all(session, organisation)
    return Step("begun", organisation.reference) if begun else None


def _carry(session: Session, number: int) -> Step | None:
    checklist = _held(session, number)
    is_over = checklist.organisation.status not in _TAKING_PART
    if is_over or checklist.edition >= checklist.template.edition:
        return None
    carry(session, checklist)
    return Step("carried", checklist.reference)


def _renew(session: Session, number: int) -> Step | None:
    item = session.get_one(ChecklistItem, number)
    organisation = hold(session, item.organisation_id)
    session.refresh(item)
    if organisation.status not in _TAKING_PART:
        return None
    if item.expires_at is None or item.status not in _RUNS_OUT:
        return None
    if item.expires_at <= now():
        ITEM.apply(item, "expire", KEEPER)
        item.expires_at = None
        what = "expired"
    elif item.status == ItemStatus.COMPLETE:
        # From here on it is asked for anew; until its last day it stands in nobody's way.
        item.due_at = item.expires_at
        ITEM.apply(item, "renew", KEEPER)
        what = "to be renewed"
    else:
        return None
    item.since = now()
    keep(session, item.checklist)
    return Step(what, item.reference)


def _remind(session: Session, number: int) -> Step | None:
    checklist = _held(session, number)
    if checklist.remind_at is None or checklist.remind_at > now():
        return None
    ahead = now() + DAY * programme().checklist_remind_days
    asked = to_remind_of(checklist, items_of(session, checklist))
    late = [one for one in asked if one.due_at <= ahead]
    keep(session, checklist)
    if (
        not late
        or not _is_anybody_there(session, checklist)
        or checklist.organisation.status not in _TAKING_PART
    ):
        return None
    record_event(E.REMIND, checklist, KEEPER, session=session, count=len(late))
    return Step("reminded", checklist.reference)


def _is_anybody_there(session: Session, checklist: Checklist) -> bool:
    """Tell whether a manager or administrator has joined, who could be reminded at all."""
    query = leads_of(checklist.organisation_id)
    return session.scalar(query.limit(1)) is not None
