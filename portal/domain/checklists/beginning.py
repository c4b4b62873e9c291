"""Which checklists does a new partner get?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, select
from sqlalchemy.orm import Session, aliased

from portal.core.events import record_event
from portal.core.net import system_mode
from portal.core.times import DAY, now
from portal.domain.checklist_templates.comparing import edition_of
from portal.domain.checklist_templates.content import Item, as_kept
from portal.domain.checklist_templates.models import ChecklistTemplate
from portal.domain.checklist_templates.models import Status as Templated
from portal.domain.checklists.events import E
from portal.domain.checklists.keeping import keep
from portal.domain.checklists.models import Checklist, ChecklistItem, Status
from portal.domain.checklists.workflow import CHECKLIST, ITEM, KEEPER
from portal.domain.organisations.models import Organisation, OrganisationStatus, Side
from portal.domain.programme import programme


def templates_for(session: Session, organisation: Organisation) -> Sequence[ChecklistTemplate]:
    """Return one template in use for each of its types: that of its tier before that of any."""
    query = select(ChecklistTemplate).where(
        ChecklistTemplate.status == Templated.IN_USE,
        ChecklistTemplate.partner_type.in_(organisation.types),
        ChecklistTemplate.tier.in_(("", organisation.tier)),
    )
    chosen: dict[str, ChecklistTemplate] = {}
    for template in session.scalars(query.order_by(ChecklistTemplate.tier, ChecklistTemplate.id)):
        chosen[template.partner_type] = template
    return list(chosen.values())


def waits_for(partner_type: Any) -> ColumnElement[bool]:
    """Return that an organisation is being taken on and has no checklist of one of its types.

    ``partner_type`` is a value or a column.
    """
    same = aliased(ChecklistTemplate)
    had = exists().where(
        Checklist.organisation_id == Organisation.id,
        Checklist.template_id == same.id,
        same.partner_type == partner_type,
    )
    return and_(
        Organisation.side == Side.PARTNER,
        Organisation.status == OrganisationStatus.ONBOARDING,
        cast(Organisation.types, String).like('%"' + partner_type + '"%'),
        ~had,
    )


def begin_all(session: Session, organisation: Organisation) -> int:
    """Begin the checklists that an onboarding partner has not got yet; return how many.

    For each of its types it gets one. One that it had before, of an earlier time as a partner, is
    gone on with; one that is complete stays so, and staff say when the partner is active again.
    """
    with system_mode("keeping a checklist"):
        query = (
            select(ChecklistTemplate.partner_type)
            .join(Checklist, Checklist.template_id == ChecklistTemplate.id)
            .where(Checklist.organisation_id == organisation.id)
        )
        had = set(session.scalars(query))
        wanted = templates_for(session, organisation)
        new = [_begin(session, organisation, one) for one in wanted if one.partner_type not in had]
        again = select(Checklist).where(
            Checklist.organisation_id == organisation.id, Checklist.status != Status.COMPLETE
        )
        for checklist in session.scalars(again).all():
            keep(session, checklist)
        return len(new)


def _begin(session: Session, organisation: Organisation, template: ChecklistTemplate) -> Checklist:
    checklist = Checklist(
        organisation=organisation,
        template=template,
        edition=template.edition,
        name=template.name,
        name_fr=template.name_fr,
        begun_at=now(),
        due_at=now() + DAY * programme().onboarding_days,
    )
    CHECKLIST.start(checklist)
    session.add(checklist)
    session.flush()
    for position, item in enumerate(edition_of(session, template).items):
        add_item(session, checklist, item, position)
    session.flush()
    record_event(E.BEGIN, checklist, KEEPER, session=session)
    return checklist


def add_item(session: Session, checklist: Checklist, item: Item, position: int) -> ChecklistItem:
    """Ask for one item more; its days count from now."""
    asked = ChecklistItem(
        checklist=checklist,
        organisation_id=checklist.organisation_id,
        key=item.key,
        position=position,
        kept=as_kept(item),
        owner=item.owner,
        is_mandatory=item.is_mandatory,
        # Whoever comes first counts what waits for what.
        is_blocked=bool(item.after),
        since=now(),
        due_at=now() + DAY * item.due_days,
        has_files=False,
    )
    ITEM.start(asked)
    session.add(asked)
    return asked
