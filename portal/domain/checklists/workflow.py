"""Which way does a checklist go, and each of its items?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from portal.core.actors import Actor, Portal
from portal.core.language import _, _l
from portal.core.times import add_business_time, business_days, now
from portal.core.workflow import PARTNER, VENDOR, Next, State, Transition, Workflow
from portal.domain.checklist_templates.content import STAFF_KINDS, Owner
from portal.domain.checklists.events import E
from portal.domain.checklists.models import ChecklistItem, ItemStatus, Status
from portal.domain.permissions import Permission as P
from portal.domain.programme import programme

KEEP = "checklist:keep"
"""What the portal does by itself: nobody's role has it, so it is no permission of the house."""
KEEPER = Portal("checklist keeper", KEEP, P.ORGANISATION_SUSPEND)


def review_target(_item: ChecklistItem, moment: dt.datetime) -> dt.datetime:
    """Return by when (UTC) staff look at what was sent at ``moment``."""
    rules = programme()
    days = business_days(rules.checklist_review_business_days)
    return add_business_time(moment, days, rules.zone)


def _whose_turn(item: ChecklistItem) -> str | None:
    """Whoever owns it, once what comes before is done."""
    if item.is_blocked:
        return None
    return VENDOR if item.owner == Owner.STAFF else PARTNER


def _due(item: ChecklistItem, _moment: dt.datetime) -> dt.datetime:
    return item.due_at


def is_ready(item: ChecklistItem, _actor: Actor) -> Any:
    """Refuse what comes too early, and what nobody sends because it is derived or staff's."""
    if item.is_blocked:
        return _("Something else comes before this.")
    if item.is_derived or item.owner == Owner.STAFF:
        return _("Nobody sends this: it is done by itself, or by us.")
    return None


def is_staffs(item: ChecklistItem, _actor: Actor) -> Any:
    """Let staff tick off what is theirs alone."""
    if item.is_blocked:
        return _("Something else comes before this.")
    if item.owner != Owner.STAFF or item.kept["kind"] not in STAFF_KINDS:
        return _("The partner does this.")
    return None


def is_over(item: ChecklistItem, _actor: Actor) -> Any:
    """Let the time run first."""
    if item.expires_at is None or item.expires_at > now():
        return _("It still holds.")
    return None


def _theirs(words: Any) -> Next:
    return Next(_whose_turn, "do", words, by=_due)


S = ItemStatus
_to_do = frozenset({S.NOT_STARTED, S.IN_PROGRESS, S.RETURNED, S.EXPIRED})
_none: frozenset[str] = frozenset()
_reason = frozenset({"reason"})

ITEM = Workflow(
    initial=S.NOT_STARTED,
    states={
        S.NOT_STARTED: State(_l("Not started"), "neutral", _theirs(_l("Do it"))),
        S.IN_PROGRESS: State(_l("In progress"), "info", _theirs(_l("Finish it"))),
        S.SUBMITTED: State(
            _l("With us"), "info", Next(VENDOR, "review", _l("Review it"), by=review_target)
        ),
        S.RETURNED: State(_l("Returned"), "warn", _theirs(_l("Put it right"))),
        S.COMPLETE: State(_l("Done"), "ok"),
        S.WAIVED: State(_l("Not asked for"), "neutral"),
        S.EXPIRED: State(_l("Expired"), "bad", _theirs(_l("Renew it"))),
    },
    transitions=[
        Transition("begin", frozenset({S.NOT_STARTED}), S.IN_PROGRESS, P.CHECKLIST_WORK,
                   E.BEGIN_ITEM, guard=is_ready),
        Transition("submit", _to_do, S.SUBMITTED, P.CHECKLIST_WORK, E.SUBMIT, _l("Send it"),
                   "primary", guard=is_ready, needs=frozenset({"digest"})),
        Transition("accept", frozenset({S.SUBMITTED}), S.COMPLETE, P.CHECKLIST_REVIEW, E.ACCEPT,
                   _l("Accept"), "primary"),
        Transition("return", frozenset({S.SUBMITTED}), S.RETURNED, P.CHECKLIST_REVIEW, E.RETURN,
                   _l("Give it back"), needs=_reason),
        Transition("do", frozenset({S.NOT_STARTED, S.IN_PROGRESS, S.EXPIRED}), S.COMPLETE,
                   P.CHECKLIST_REVIEW, E.DO, _l("Done"), "primary", guard=is_staffs),
        Transition("waive", _to_do | {S.SUBMITTED}, S.WAIVED, P.CHECKLIST_WAIVE, E.WAIVE,
                   _l("Do without it"), "danger", needs=_reason),
        Transition("drop", _to_do | {S.SUBMITTED}, S.WAIVED, KEEP, E.WAIVE),
        Transition("ask_again", frozenset({S.WAIVED}), S.NOT_STARTED, P.CHECKLIST_WAIVE,
                   E.ASK_AGAIN, _l("Ask for it again")),
        Transition("derive", frozenset({S.NOT_STARTED, S.IN_PROGRESS, S.EXPIRED}), S.COMPLETE,
                   KEEP, E.DERIVE),
        Transition("fall_back", frozenset({S.COMPLETE}), S.NOT_STARTED, KEEP, E.FALL_BACK),
        Transition("renew", frozenset({S.COMPLETE}), S.IN_PROGRESS, KEEP, E.RENEW),
        Transition("expire", frozenset({S.COMPLETE, S.IN_PROGRESS, S.RETURNED}), S.EXPIRED, KEEP,
                   E.EXPIRE, guard=is_over),
    ],
)  # fmt: skip

CHECKLIST = Workflow(
    initial=Status.NOT_STARTED,
    states={
        Status.NOT_STARTED: State(_l("Not started"), "neutral"),
        Status.IN_PROGRESS: State(_l("In progress"), "info"),
        Status.COMPLETE: State(_l("Complete"), "ok"),
    },
    transitions=[
        Transition("start", frozenset({Status.NOT_STARTED}), Status.IN_PROGRESS, KEEP, E.START),
        Transition("complete", frozenset({Status.NOT_STARTED, Status.IN_PROGRESS}),
                   Status.COMPLETE, KEEP, E.COMPLETE),
        Transition("reopen", frozenset({Status.COMPLETE}), Status.IN_PROGRESS, KEEP, E.REOPEN),
    ],
)  # fmt: skip
