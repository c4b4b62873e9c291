"""What can be done with an item of a checklist, each as one named write?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from portal.core.crashpoints import crash_point
from portal.core.database import db
from portal.core.events import digest
from portal.core.language import _
from portal.core.times import add_months, now
from portal.core.workflow import Refused
from portal.domain.attachments.records import attachments_of, digests_of
from portal.domain.checklists.keeping import keep
from portal.domain.checklists.models import ChecklistItem
from portal.domain.checklists.workflow import ITEM
from portal.domain.people.actor import MemberActor


def _take(item: ChecklistItem, name: str, actor: MemberActor, **particulars: object) -> None:
    ITEM.apply(item, name, actor, **particulars)  # type: ignore[arg-type]
    item.since = now()
    crash_point("item moved, checklist not kept")
    keep(db.session(), item.checklist)


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
    item.answers = [
        {"key": one.key, "en": one.label, "fr": one.label_fr, "text": answers[one.key]}
        for one in asked
    ]
    item.files_sealed_at = now()
    item.sent_by_id, item.sent_by = actor.membership_id, actor.name
    _take(item, "submit", actor, digest=digest([item.answers, digests_of(item)]))


def accept(item: ChecklistItem, actor: MemberActor) -> None:
    """Take what was sent for good. Raises WrongState or Denied."""
    _complete(item)
    _take(item, "accept", actor)


def give_back(item: ChecklistItem, actor: MemberActor, reason: str) -> None:
    """Give back what was sent, with what is to be put right."""
    item.reason = reason
    _take(item, "return", actor, words={"reason": reason})


def do(item: ChecklistItem, actor: MemberActor) -> None:
    """Tick off what staff do themselves."""
    _complete(item)
    _take(item, "do", actor)


def _complete(item: ChecklistItem) -> None:
    item.reason, item.completed_at = "", now()
    item.expires_at = end_of(item, now())


def end_of(item: ChecklistItem, moment: dt.datetime) -> dt.datetime | None:
    """Return until when what is accepted at ``moment`` holds, or None where it has no end."""
    months = item.item.renew_months
    return add_months(moment, months) if months else None


def waive(item: ChecklistItem, actor: MemberActor, reason: str) -> None:
    """Do without it, with the reason that both sides read."""
    item.reason, item.expires_at = reason, None
    _take(item, "waive", actor, words={"reason": reason})


def ask_again(item: ChecklistItem, actor: MemberActor) -> None:
    """Ask for something after all."""
    item.reason = ""
    _take(item, "ask_again", actor)
