"""What does the vendor's side think of a deal, beside what both sides read?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from portal.core.changes import differences
from portal.core.database import db
from portal.core.events import record_event
from portal.domain.deals.content import assessment_fields
from portal.domain.deals.events import E
from portal.domain.deals.models import Deal, DealAssessment
from portal.domain.people.actor import MemberActor

FIELDS = frozenset({"margin", "score", "risk"})


def assessment_of(deal: Deal) -> DealAssessment:
    """Return the deal's assessment as far as the reader sees it; before the first, an empty one."""
    query = select(DealAssessment).where(DealAssessment.deal_id == deal.id)
    return db.session.scalar(query) or DealAssessment(deal_id=deal.id, risk="", version=0)


def assess(
    assessment: DealAssessment, deal: Deal, actor: MemberActor, values: Mapping[str, Any]
) -> None:
    """Keep margin (tenths of a percent), score (0 to 100) and risk; nothing of the deal changes.

    The deal is locked by whoever loaded it to write. Raises KeyError for any other field.
    """
    if strange := values.keys() - FIELDS:
        raise KeyError(sorted(strange)[0])
    before = assessment_fields(assessment)
    for name, value in values.items():
        setattr(assessment, name, value)
    if changes := differences(before, assessment_fields(assessment)):
        db.session.add(assessment)
        record_event(E.ASSESS, deal, actor, changes=changes)
