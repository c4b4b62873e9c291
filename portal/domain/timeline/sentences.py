"""How is an event said to a reader?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol, cast

from sqlalchemy import bindparam, select

from portal.core.database import db, fixed
from portal.core.events import CHANGES, Event, kind_of
from portal.core.fields import shows
from portal.core.language import _, _l, show_ago, show_date
from portal.core.net import lasting
from portal.domain.access_reviews.events import E as A
from portal.domain.access_reviews.models import Decision
from portal.domain.access_reviews.wording import OUTCOME_WORDS, WHY_WORDS
from portal.domain.deals.events import E as D
from portal.domain.deals.workflow import LOSS_WORDS
from portal.domain.deals.workflow import WORDS as STAGES
from portal.domain.organisations.models import Side
from portal.domain.people.actor import MemberActor
from portal.domain.registrations.content import labels_for, reasons_for
from portal.domain.registrations.events import E
from portal.domain.registrations.models import Question
from portal.domain.shares.events import TAGS as SHARE_TAGS
from portal.domain.shares.models import Level
from portal.domain.shares.telling import LEVEL_WORDS, told_in
from portal.domain.timeline.values import Said, changes_of

MOST = 60
_ANSWERS = {"same": _l("The same customer"), "different": _l("Another customer")}
REPEATED = "registration:edit"


@dataclass(frozen=True)
class Entry:
    """One line of a timeline."""

    sentence: str
    detail: str
    at: str
    side: str
    tag: str
    moment: dt.datetime
    changes: Sequence[Said] = ()


# A line needs these columns; whole events would be built and watched for nothing.
_HISTORY = lasting(
    select(
        Event.id, Event.tag, Event.at, Event.membership_id, Event.actor_side, Event.actor_name,
        Event.from_state, Event.to_state, Event.particulars, Event.words,
    )
    .where(Event.chain == bindparam("chain"))
    .order_by(Event.place.desc())
    .limit(fixed(MOST))
)  # fmt: skip


def timeline(reference: str, reader: MemberActor, vendor: str) -> list[Entry]:
    """Return the history of the record ``reference``, newest first, as ``reader`` may see it.

    ``vendor`` is the vendor's name, which stands behind the names of its people.
    """
    events = db.session.execute(_HISTORY, {"chain": reference}).all()
    changes = changes_of([row.id for row in events if CHANGES in row.particulars], reader.side)
    holders = told_in(events, reader, vendor)
    entries: list[Entry] = []
    for row in events:
        event = cast(Told, row)
        entry = entry_of(event, reader, vendor, changes.get(row.id, ()), holders=holders)
        # A draft saved four times in a row is told once.
        is_repeated = event.tag == REPEATED and entries and entries[-1].sentence == entry.sentence
        if not is_repeated:
            entries.append(entry)
    return entries


def answers_in(entries: Sequence[Entry], questions: Iterable[Question]) -> dict[int, Said]:
    """Return by question what its answer changed in the field that it names.

    ``entries`` are the registration's history, newest first. A question is answered by the first
    answer that is not older: the next one comes only after the next question.
    """
    answers = [entry for entry in reversed(entries) if entry.tag == E.ANSWER]
    found = {}
    for question in questions:
        moment = question.answered_at
        its = next((one for one in answers if moment and one.moment >= moment), None)
        for said in its.changes if its else ():
            if said.field == question.field:
                found[question.id] = said
    return found


def entry_of(
    event: Told,
    reader: MemberActor,
    vendor: str,
    changes: Sequence[Said] = (),
    who: str = "",
    whom: str = "",
    holders: Mapping[str, str] = MappingProxyType({}),
) -> Entry:
    """Return one event as a line for ``reader``, with what it changed.

    ``who`` did it, where that is not to be said as to the reader ("You"); ``whom`` it concerns,
    where it is about a person. ``holders`` name by the share's reference with whom something is
    shared, where the reader may know it.
    """
    kind = kind_of(event.tag)
    values = dict(_readable(event))
    values["who"] = who or who_of(event, reader, vendor)
    values["whom"] = whom or _("somebody")
    sentence = str(kind.sentence) % _Forgiving(values) if kind else event.tag
    # A next step that is said with what it replaces need not be said once more.
    detail = "" if changes and event.tag == "deal:plan" else _detail(event, reader.side)
    if event.tag in SHARE_TAGS:
        detail = _share_detail(event.particulars, holders)
    side = _side(event)
    return Entry(sentence, detail, show_ago(event.at), side, event.tag, event.at, changes)


class Told(Protocol):
    """An event as far as its sentence needs it: a row or the event itself."""

    @property
    def tag(self) -> str: ...
    @property
    def at(self) -> dt.datetime: ...
    @property
    def membership_id(self) -> int | None: ...
    @property
    def actor_side(self) -> str: ...
    @property
    def actor_name(self) -> str: ...
    @property
    def from_state(self) -> str | None: ...
    @property
    def to_state(self) -> str | None: ...
    @property
    def particulars(self) -> dict[str, Any]: ...
    @property
    def words(self) -> dict[str, str]: ...


class _Forgiving(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def _side(event: Told) -> str:
    return event.actor_side if event.actor_side in (Side.PARTNER, Side.VENDOR) else ""


def who_of(event: Told, reader: MemberActor, vendor: str) -> str:
    """Return who did it; a partner reads of the vendor's people the first name only."""
    if event.membership_id == reader.membership_id:
        return _("You")
    if not event.actor_name:
        return _("The portal")
    if event.actor_side == Side.VENDOR and reader.side == Side.PARTNER:
        return vendors_person(event, reader, vendor)
    return event.actor_name


def vendors_person(event: Told, reader: MemberActor, vendor: str) -> str:
    """Return how a partner reads of one of the vendor's people, or of the vendor alone."""
    is_review = event.tag.startswith("registration:") or event.tag == D.CREATE
    if is_review and not shows(reader, "registration.reviewer"):
        return vendor
    first = event.actor_name.split(" ", 1)[0]
    return _("%(name)s at %(vendor)s", name=first, vendor=vendor)


def _readable(event: Told) -> dict[str, Any]:
    values = dict(event.particulars)
    if event.tag.startswith("deal:"):
        values["before"] = STAGES.get(event.from_state, event.from_state)  # type: ignore[call-overload]
        values["after"] = STAGES.get(event.to_state, event.to_state)  # type: ignore[call-overload]
    return values


def _share_detail(particulars: Mapping[str, Any], holders: Mapping[str, str]) -> str:
    """Return with whom and how far, to those who may know with whom."""
    holder = holders.get(particulars["share"])
    if not holder:
        return ""
    parts = [holder]
    if "level" in particulars:
        parts.append(str(LEVEL_WORDS[Level(particulars["level"])]))
    if particulars.get("until"):
        day = dt.date.fromisoformat(particulars["until"])
        parts.append(_("until %(date)s", date=show_date(day)))
    return " · ".join(parts)


def _detail(event: Told, side: str) -> str:
    parts = []
    if event.tag in ("registration:ask", "registration:answer"):
        labels = labels_for(side)
        parts.append(", ".join(str(labels.get(name, name)) for name in event.particulars["fields"]))
    if event.tag == "registration:reject":
        parts.append(str(reasons_for(side).get(event.particulars["reason"], "")))
    if event.tag == "registration:compare":
        parts.append(str(_ANSWERS[event.particulars["answer"]]))
    if event.tag == "deal:lose":
        parts.append(str(LOSS_WORDS.get(event.particulars["reason"], "")))
    if event.tag == "registration:submit":
        parts.append(_("Receipt %(number)s", number=event.particulars["receipt"]))
    if event.tag == "viewing:page":
        parts.extend(event.particulars[name] for name in ("page", "target"))
    if event.tag in (A.DECIDE, A.UNDO):
        decision = OUTCOME_WORDS[Decision(event.particulars["decision"])][0]
        parts += [str(decision), event.particulars["person"]]
    if event.tag == A.HAND_OVER:
        parts.append(str(WHY_WORDS[event.particulars["why"]]))
    if event.tag == A.REDUCE:
        parts.append(", ".join(event.particulars["people"]))
    parts.extend(text for text in event.words.values() if text)
    return " · ".join(part for part in parts if part and part != "-")
