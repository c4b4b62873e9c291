"""What can be done with an item of a checklist, each as one named write?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import object_session

from portal.core.crashpoints import crash_point
from portal.core.database import db
from portal.core.events import digest
from portal.core.language import _
from portal.core.times import DAY, add_months, now
from portal.core.workflow import Refused
from portal.domain.attachments.records import attachments_of, digests_of
from portal.domain.checklists.keeping import keep
from portal.domain.checklists.models import ChecklistItem
from portal.domain.checklists.workflow import ITEM
from portal.domain.people.actor import MemberActor


def _take(
    item: ChecklistItem,
    name: str,
    actor: MemberActor,
    written: Mapping[str, Any] | None = None,
    **particulars: Any,
) -> None:
    """Take a step with what is ``written`` of it, and bring its checklist in line."""
    ITEM.need(item, name, actor)
    for field, value in (written or {}).items():
        setattr(item, field, value)
    ITEM.apply(item, name, actor, **particulars)
    item.since = now()
    crash_point("item moved, checklist not kept")
    keep(object_session(item) or db.session(), item.checklist)


def begin(item: ChecklistItem, actor: MemberActor) -> None:
    """Note that somebody is at work on it."""
    _take(item, "begin", actor)


def lacks_file(item: ChecklistItem) -> bool:
    """Tell whether a file is asked for that is not there; what is renewed needs a new one."""
    if not item.item.needs_file:
        return False
    accepted = item.completed_at
    return not any(accepted is None or one.at > accepted for one in attachments_of(item))


def submit(item: ChecklistItem, actor: MemberActor, answers: Mapping[str, str]) -> None:
    """Send it to the vendor's staff, with an answer to each question (by the question's key).

    Raises WrongState, Denied, or Refused while something is missing or comes before.
    """
    ITEM.need(item, "submit", actor)
    asked = item.item.questions
    if any(not answers.get(one.key) for one in asked):
        raise Refused(_("Answer every question first."), item)
    if lacks_file(item):
        raise Refused(_("Add the file first."), item)
    given = [
        {"key": one.key, "en": one.label, "fr": one.label_fr, "text": answers[one.key]}
        for one in asked
    ]
    written = {
        "answers": given,
        "files_sealed_at": now(),
        "sent_by_id": actor.membership_id,
        "sent_by": actor.name,
    }
    _take(item, "submit", actor, written, digest=digest([given, digests_of(item)]))


def accept(item: ChecklistItem, actor: MemberActor) -> None:
    """Take what was sent for good. Raises WrongState or Denied."""
    _take(item, "accept", actor, _completion(item))


def give_back(item: ChecklistItem, actor: MemberActor, reason: str) -> None:
    """Give back what was sent, with what is to be put right."""
    _take(item, "return", actor, {"reason": reason}, words={"reason": reason})


def do(item: ChecklistItem, actor: MemberActor) -> None:
    """Tick off what staff do themselves."""
    _take(item, "do", actor, _completion(item))


def _completion(item: ChecklistItem) -> dict[str, Any]:
    moment = now()
    return {"reason": "", "completed_at": moment, "expires_at": end_of(item, moment)}


def end_of(item: ChecklistItem, moment: dt.datetime) -> dt.datetime | None:
    """Return until when what is accepted at ``moment`` holds, or None where it has no end."""
    months = item.item.renew_months
    return add_months(moment, months) if months else None


def waive(item: ChecklistItem, actor: MemberActor, reason: str) -> None:
    """Do without it, with the reason that both sides read."""
    written = {"reason": reason, "expires_at": None}
    _take(item, "waive", actor, written, words={"reason": reason})


def ask_again(item: ChecklistItem, actor: MemberActor) -> None:
    """Ask for something after all; its days count from now."""
    written = {"reason": "", "due_at": now() + DAY * item.item.due_days}
    _take(item, "ask_again", actor, written)
