"""How far has a checklist come, whose turn is it, and is the partner active now?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.crashpoints import crash_point
from portal.core.database import db
from portal.core.language import _
from portal.core.net import system_mode
from portal.core.times import DAY, now
from portal.core.versions import write_beside
from portal.core.workflow import PARTNER, VENDOR
from portal.domain.checklists.facts import is_fact
from portal.domain.checklists.models import Checklist, ChecklistItem, ItemStatus, Status
from portal.domain.checklists.workflow import CHECKLIST, ITEM, KEEPER
from portal.domain.organisations import operations as organisations
from portal.domain.organisations.models import Organisation, OrganisationStatus
from portal.domain.programme import programme

_BEGUN = frozenset(ItemStatus) - {ItemStatus.NOT_STARTED}


def hold(session: Session, organisation_id: int) -> Organisation:
    """Lock a partner until the transaction ends, and with it everything of its checklists.

    Whatever is done with an item is written into its checklist and may make the partner active.
    """
    query = select(Organisation).where(Organisation.id == organisation_id)
    locking = query.with_for_update(of=Organisation, key_share=True)
    return session.scalars(locking.execution_options(populate_existing=True)).one()


def items_of(session: Session, checklist: Checklist) -> Sequence[ChecklistItem]:
    """Return its items in their order."""
    query = select(ChecklistItem).where(ChecklistItem.checklist_id == checklist.id)
    return session.scalars(query.order_by(ChecklistItem.position, ChecklistItem.id)).all()


def keep(session: Session, checklist: Checklist) -> None:
    """Bring a checklist in line with its items, after anything was done with one of them.

    Derives what follows from facts, lets begin what waited, counts, says whose turn it is, and
    lets the partner go live with the last mandatory item.
    """
    with system_mode("keeping a checklist"):
        organisation = hold(session, checklist.organisation_id)
        items = items_of(session, checklist)
        _derive(session, organisation, items)
        _unblock(items)
        _count(checklist, items)
        _place(checklist, items)
        session.flush()
        crash_point("items counted, checklist not moved")
        is_through = _move(checklist, items)
        _mark(session, organisation)
        if is_through:
            _go_live(session, organisation)
        session.flush()


def _derive(session: Session, organisation: Organisation, items: Sequence[ChecklistItem]) -> None:
    """Let items of account data follow the facts, in both directions while partners are new."""
    for item in items:
        if not item.is_derived or item.status == ItemStatus.WAIVED:
            continue
        holds = is_fact(session, organisation, item.item.fact)
        if holds and item.status != ItemStatus.COMPLETE:
            _step(item, "derive")
            item.completed_at = now()
        elif not holds and item.status == ItemStatus.COMPLETE and item.checklist.is_open:
            _step(item, "fall_back")
            item.completed_at = None


def _step(item: ChecklistItem, name: str) -> None:
    ITEM.apply(item, name, KEEPER)
    item.since = now()


def _unblock(items: Sequence[ChecklistItem]) -> None:
    """Note what waits for something else; what need not wait any more can be begun from now on."""
    done = {item.key for item in items if item.is_done}
    known = {item.key for item in items}
    for item in items:
        is_blocked = bool((set(item.item.after) & known) - done)
        if item.is_blocked != is_blocked:
            item.is_blocked = is_blocked
            if not is_blocked:
                item.since = now()
            ITEM.plan_next(item)


def _count(checklist: Checklist, items: Sequence[ChecklistItem]) -> None:
    mandatory = [item for item in items if item.is_mandatory]
    checklist.total = len(mandatory)
    checklist.done = sum(item.is_done for item in mandatory)


def _place(checklist: Checklist, items: Sequence[ChecklistItem]) -> None:
    """Say at which item it stands: what waits for the vendor comes before what the partner does.

    One that is not mandatory counts where a mandatory one waits for it.
    """
    waiting = [item for item in items if item.next_side and item.is_mandatory]
    waiting = waiting or [item for item in items if item.next_side]
    for side in (VENDOR, PARTNER):
        of_side = [item for item in waiting if item.next_side == side]
        if of_side:
            step = min(of_side, key=lambda item: (item.since, item.position))
            checklist.step_id, checklist.turn = step.id, side
            checklist.waiting_since = step.since
            break
    else:
        checklist.stand_still()


def _reminder_after(items: Sequence[ChecklistItem], moment: dt.datetime) -> dt.datetime | None:
    """Return when the partner is reminded next: before each day, right after it, then weekly."""
    rules = programme()
    before, weekly = (
        DAY * rules.checklist_remind_days,
        DAY * rules.checklist_remind_again_days,
    )
    days = [item.due_at for item in items]
    coming = [at for day in days for at in (day - before, day + DAY) if at > moment]
    if any(day + DAY <= moment for day in days):
        coming.append(moment + weekly)
    return min(coming, default=None)


def to_remind_of(checklist: Checklist, items: Sequence[ChecklistItem]) -> list[ChecklistItem]:
    """Return what the partner has to do now; on a complete checklist what is to be renewed."""
    theirs = [item for item in items if item.next_side == PARTNER]
    return [item for item in theirs if checklist.is_open or item.expires_at is not None]


def _move(checklist: Checklist, items: Sequence[ChecklistItem]) -> bool:
    """Let the checklist follow its items, and tell whether that was its last step.

    One that was complete before makes nobody active: who is opened again waits for staff's word.
    """
    is_complete = checklist.done == checklist.total
    is_through = is_complete and checklist.is_open
    if is_through:
        checklist.completed_at = now()
        CHECKLIST.apply(checklist, "complete", KEEPER)
    elif not is_complete and not checklist.is_open:
        checklist.completed_at = None
        CHECKLIST.apply(checklist, "reopen", KEEPER)
    elif checklist.status == Status.NOT_STARTED and any(item.status in _BEGUN for item in items):
        CHECKLIST.apply(checklist, "start", KEEPER)
    if is_complete:
        checklist.stand_still()
    checklist.remind_at = _reminder_after(to_remind_of(checklist, items), now())
    return is_through


def _open_ones(session: Session, organisation: Organisation) -> bool:
    query = select(Checklist.id).where(
        Checklist.organisation_id == organisation.id, Checklist.status != Status.COMPLETE
    )
    return session.scalar(query.limit(1)) is not None


def _to_do(session: Session, organisation: Organisation) -> bool:
    query = select(ChecklistItem.id).where(
        ChecklistItem.organisation_id == organisation.id, ChecklistItem.next_side == PARTNER
    )
    return session.scalar(query.limit(1)) is not None


def _mark(session: Session, organisation: Organisation) -> None:
    """Note on the partner's row whether home has to ask for checklists at all."""
    session.flush()
    is_open = _open_ones(session, organisation) or _to_do(session, organisation)
    write_beside(organisation, "has_open_checklist", is_open)


def makes_active(item: ChecklistItem) -> bool:
    """Tell whether a new partner becomes active once nothing is to be done with this item."""
    checklist, organisation = item.checklist, item.checklist.organisation
    is_next = item.is_mandatory and not item.is_done and checklist.total - checklist.done == 1
    if not is_next or organisation.status != OrganisationStatus.ONBOARDING:
        return False
    others = select(Checklist.id).where(
        Checklist.organisation_id == organisation.id,
        Checklist.status != Status.COMPLETE,
        Checklist.id != checklist.id,
    )
    return db.session.scalar(others.limit(1)) is None


def _go_live(session: Session, organisation: Organisation) -> None:
    if organisation.status != OrganisationStatus.ONBOARDING or _open_ones(session, organisation):
        return
    organisations.take_step(organisation, KEEPER, "activate", _("Its checklist is complete."))
