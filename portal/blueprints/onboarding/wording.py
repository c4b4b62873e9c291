"""How does a partner read where an item of its checklist stands?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app

from portal.core.addresses import address
from portal.core.language import _, chosen_language, show_date, show_due
from portal.core.times import now
from portal.core.workflow import PARTNER, VENDOR
from portal.domain.checklist_templates.content import Owner
from portal.domain.checklists.models import TO_DO, ChecklistItem, ItemStatus
from portal.domain.checklists.policy import owned_by
from portal.domain.checklists.steps import BUTTON_WORDS
from portal.domain.checklists.workflow import ITEM
from portal.domain.people.actor import MemberActor
from portal.domain.permissions import Permission as P

_OVER = (ItemStatus.COMPLETE, ItemStatus.WAIVED)


@dataclass(frozen=True)
class Line:
    """One item as a partner's pages show it.

    ``notes`` are sentences: what it waits for, whose it is, what the vendor does with it.
    ``due_words`` say by when the partner does it. ``is_theirs``: it waits for the reader.
    """

    reference: str
    title: str
    url: str
    tone: str
    word: str
    due_words: str
    due_exact: str
    due_tone: str
    notes: Sequence[str]
    reason: str
    button: str
    is_over: bool
    is_theirs: bool


def line_of(item: ChecklistItem, actor: MemberActor, waits_for: Sequence[str]) -> Line:
    """Return how the item is told; ``waits_for`` are the titles of what comes before it."""
    state, is_over = ITEM.state_of(item), item.status in _OVER
    is_vendors = item.next_side == VENDOR
    is_waiting = not is_over and not is_vendors and item.owner != Owner.STAFF
    due = show_due(item.due_at) if is_waiting else None
    may_work = P.CHECKLIST_WORK not in actor.withheld
    return Line(
        reference=item.reference,
        title=item.title_in(chosen_language()),
        url=address("onboarding.show", reference=item.reference),
        tone="info" if is_vendors else state.tone,
        word=_("With %(vendor)s", vendor=_vendor()) if is_vendors else str(state.label),
        due_words=due.words if due else "",
        due_exact=due.exact if due else "",
        due_tone=due.tone if due else "accent",
        notes=_notes(item, actor, waits_for),
        reason=item.reason if item.status == ItemStatus.RETURNED else "",
        button=str(BUTTON_WORDS.get(item.status, _("Open"))) if may_work else _("Open"),
        is_over=is_over,
        is_theirs=item.next_side == PARTNER and item.owner in owned_by(actor.role),
    )


def _vendor() -> str:
    name: str = current_app.config["VENDOR_SHORT_NAME"]
    return name


def _notes(item: ChecklistItem, actor: MemberActor, waits_for: Sequence[str]) -> list[str]:
    if item.status == ItemStatus.WAIVED:
        return [item.said_reason]
    notes = []
    if waits_for and item.status in TO_DO:
        notes.append(_("After: %(titles)s", titles=", ".join(waits_for)))
    notes += _whose(item, actor)
    if not item.is_mandatory and item.status != ItemStatus.COMPLETE:
        notes.append(_("Not required"))
    if item.status == ItemStatus.COMPLETE and item.completed_at:
        notes.append(_("Done %(date)s", date=show_date(item.completed_at)))
    if item.expires_at:
        words = _("Holds until %(date)s") if item.status == ItemStatus.COMPLETE else _(
            "What we have holds until %(date)s"
        )  # fmt: skip
        notes.append(words % {"date": show_date(item.expires_at)})
    return notes


def _whose(item: ChecklistItem, actor: MemberActor) -> list[str]:
    """Say who does it, where it is not the reader."""
    if item.status == ItemStatus.SUBMITTED:
        by = item.next_by
        when = show_due(by).words if by and by > now() else _("soon")
        return [_("%(vendor)s looks at it %(when)s", vendor=_vendor(), when=when)]
    if item.status == ItemStatus.COMPLETE:
        return []
    if item.owner == Owner.STAFF:
        if item.is_blocked or item.due_at <= now():
            return [_("%(vendor)s does this", vendor=_vendor())]
        when = show_due(item.due_at).words
        return [_("%(vendor)s does this %(when)s", vendor=_vendor(), when=when)]
    if item.owner in owned_by(actor.role):
        return []
    if item.owner == Owner.ADMINISTRATOR:
        return [_("Your company’s administrator does this")]
    return [_("A manager or administrator of your company does this")]
