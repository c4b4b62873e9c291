"""How many partners does it concern when a template is put in use or taken out?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from portal.core.access import visible
from portal.core.database import db
from portal.domain.checklist_templates.models import ChecklistTemplate
from portal.domain.checklist_templates.models import Status as Templated
from portal.domain.checklists.beginning import waits_for
from portal.domain.checklists.models import Checklist, Status
from portal.domain.organisations.models import Organisation
from portal.domain.people.actor import MemberActor


@dataclass(frozen=True)
class Reached:
    """How many partners are halfway, have done everything, and would begin at once."""

    halfway: int
    finished: int
    beginning: int


def reached_by(template: ChecklistTemplate, actor: MemberActor) -> Reached:
    """Return whom a new edition of the template reaches, as far as the actor may know of them."""
    query = visible(Checklist, actor).where(Checklist.template_id == template.id)
    counted = query.with_only_columns(Checklist.status, func.count()).group_by(Checklist.status)
    by_status: dict[str, int] = dict(db.session.execute(counted).all())
    finished = by_status.pop(Status.COMPLETE, 0)
    return Reached(sum(by_status.values()), finished, _beginning(template, actor))


def _beginning(template: ChecklistTemplate, actor: MemberActor) -> int:
    """Count the new partners that have no checklist of its type yet and would get this one."""
    waiting = visible(Organisation, actor).where(waits_for(template.partner_type))
    others = select(ChecklistTemplate.tier).where(
        ChecklistTemplate.status == Templated.IN_USE,
        ChecklistTemplate.partner_type == template.partner_type,
        ChecklistTemplate.id != template.id,
    )
    # One of its own tier comes before one of any.
    theirs = set(db.session.scalars(others)) - {""}
    return sum(
        tier == template.tier if template.tier else tier not in theirs
        for tier in db.session.scalars(waiting.with_only_columns(Organisation.tier))
    )


def halfway_with(
    template: ChecklistTemplate, actor: MemberActor, most: int
) -> Sequence[Organisation]:
    """Return at most so many partners that are halfway through the template, by name."""
    query = (
        visible(Organisation, actor)
        .join(Checklist, Checklist.organisation_id == Organisation.id)
        .where(Checklist.template_id == template.id, Checklist.status != Status.COMPLETE)
        .order_by(Organisation.name, Organisation.id)
    )
    return db.session.scalars(query.limit(most)).all()


def in_place_of(template: ChecklistTemplate, actor: MemberActor) -> ChecklistTemplate | None:
    """Return what new partners of its kind get once it is out of use: that of any tier, if any."""
    if not template.tier:
        return None
    of_any = visible(ChecklistTemplate, actor).where(
        ChecklistTemplate.status == Templated.IN_USE,
        ChecklistTemplate.partner_type == template.partner_type,
        ChecklistTemplate.tier == "",
    )
    return db.session.scalar(of_any)
