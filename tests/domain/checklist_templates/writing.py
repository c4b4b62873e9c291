"""How does a template come to be, and to stand where a test needs it?"""

from __future__ import annotations

from collections.abc import Sequence

from portal.core.database import db
from portal.domain.checklist_templates import operations
from portal.domain.checklist_templates.content import Item, Kind, Owner
from portal.domain.checklist_templates.models import ChecklistTemplate, Status
from tests.domain.world import actor_of

GREET = Item("greet", Kind.STAFF, "Greet them", Owner.STAFF)
PAPER = Item("paper", Kind.UPLOAD, "Send the paper", Owner.LEAD, needs_file=True)
TALK = Item("talk", Kind.CALL, "Talk it over", Owner.STAFF, after=("paper",))


def written(
    items: Sequence[Item] = (GREET, PAPER, TALK), kind: str = "technology", tier: str = ""
) -> ChecklistTemplate:
    """Return a draft of Pia's with these items; call in system mode."""
    pia = actor_of("pia")
    values = {"name": "Integrators", "name_fr": "", "partner_type": kind, "tier": tier}
    template = operations.create(pia, values)
    for item in items:
        operations.keep_item(template, pia, item)
    db.session.flush()
    return template


def brought_to(status: Status, kind: str = "technology") -> ChecklistTemplate:
    """Return a template that has come to ``status`` step by step; call in system mode."""
    template, pia = written(kind=kind), actor_of("pia")
    if status != Status.DRAFT:
        operations.publish(template, pia)
    if status == Status.RETIRED:
        operations.retire(template, pia)
    db.session.flush()
    assert template.status == status
    return template
