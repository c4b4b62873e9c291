"""How does a new edition of a template reach whoever is halfway?"""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.core.events import record_event
from portal.domain.checklist_templates.comparing import edition_of
from portal.domain.checklist_templates.content import as_kept
from portal.domain.checklists.beginning import add_item
from portal.domain.checklists.events import E
from portal.domain.checklists.keeping import items_of, keep
from portal.domain.checklists.models import TO_DO, Checklist, ChecklistItem, ItemStatus
from portal.domain.checklists.workflow import ITEM, KEEPER


def carry(session: Session, checklist: Checklist) -> None:
    """Bring a checklist to the edition in use. In system mode, with its partner held.

    What is done stays done, however it is asked for now. What is no longer asked for is dropped,
    and what is new is asked for.
    """
    edition = edition_of(session, checklist.template)
    wanted = {one.key: (place, one) for place, one in enumerate(edition.items)}
    here = {one.key: one for one in items_of(session, checklist)}
    for key, item in here.items():
        if key in wanted:
            place, asked = wanted[key]
            _rewrite(session, item, place, as_kept(asked))
        elif item.status in TO_DO or item.status == ItemStatus.SUBMITTED:
            # Without a reason of anybody's: each reader is told why in their own language.
            item.reason, item.is_mandatory, item.expires_at = "", False, None
            ITEM.apply(item, "drop", KEEPER)
        else:
            # It stays done: nobody is asked to renew what is not asked for.
            item.is_mandatory, item.expires_at = False, None
    new = [(place, one) for key, (place, one) in wanted.items() if key not in here]
    for place, one in new:
        add_item(session, checklist, one, place)
    checklist.edition = edition.number
    checklist.name, checklist.name_fr = checklist.template.name, checklist.template.name_fr
    session.flush()
    record_event(
        E.CARRY, checklist, KEEPER, session=session, edition=edition.number, added=len(new)
    )
    keep(session, checklist)


def _rewrite(session: Session, item: ChecklistItem, place: int, kept: dict[str, object]) -> None:
    """Let an item ask what it asks now; its state, its day and what was sent stay."""
    item.position = place
    if item.kept == kept:
        return
    item.kept = kept
    item.owner, item.is_mandatory = str(kept["owner"]), bool(kept["is_mandatory"])
    ITEM.plan_next(item)
    record_event(E.CHANGE, item, KEEPER, session=session)
