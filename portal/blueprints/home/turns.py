"""Which records wait for this person, and how is each said on a card?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, func, or_, select

from portal.core.access import scope_of
from portal.core.addresses import address
from portal.core.database import db
from portal.core.drafts import kept_paths
from portal.core.language import (
    _,
    _n,
    show_ago,
    show_due,
    show_money,
    show_short_date,
    timezone,
)
from portal.core.references import reference_in
from portal.core.times import now
from portal.core.workflow import PARTNER, VENDOR
from portal.domain.deals.models import Deal
from portal.domain.organisations.models import Side
from portal.domain.people.actor import MemberActor
from portal.domain.people.roles import LEADS
from portal.domain.permissions import Permission as P
from portal.domain.registrations.models import Question, Registration, Status
from portal.domain.registrations.workflow import REGISTRATION

SOONEST = 10  # as many as one reads on a phone
FARTHEST = 1000
LATEST = 4
# Without a due time a record still waits: after what is dated.
SOMEDAY = dt.datetime.max.replace(tzinfo=dt.UTC)


# A card needs these columns; whole records would be read and built for nothing.
_REGISTRATION = (
    Registration.id, Registration.reference, Registration.status, Registration.company,
    Registration.value_minor, Registration.currency, Registration.next_side, Registration.next_by,
    Registration.made_at, Registration.changed_at,
)  # fmt: skip
_DEAL = (
    Deal.reference, Deal.company, Deal.amount_minor, Deal.currency, Deal.next_step, Deal.next_by,
    Deal.changed_at, Deal.protected_until,
)  # fmt: skip


@dataclass(frozen=True)
class Turn:
    """One record whose next action is the person's."""

    title: str
    subject: str
    amount: str
    detail: str
    due_words: str
    due_exact: str
    tone: str
    url: str
    button: str
    by: dt.datetime


@dataclass(frozen=True)
class Turns:
    """What is shown, and whether there is more."""

    shown: list[Turn]
    more: bool


@dataclass(frozen=True)
class Standing:
    """A registration that stands with the other side, or is decided."""

    reference: str
    company: str
    amount: str
    tone: str
    word: str
    detail: str
    url: str


def greeting(actor: MemberActor) -> str:
    """Return the greeting for the local time of day."""
    hour = now().astimezone(timezone()).hour
    name = actor.first_name
    if hour < 12:
        return _("Good morning, %(name)s.", name=name)
    if hour < 18:
        return _("Good afternoon, %(name)s.", name=name)
    return _("Good evening, %(name)s.", name=name)


def turns_of(actor: MemberActor, after: int = 0) -> Turns:
    """Return the records whose next action is the actor's or the organisation's, soonest first.

    The ``after`` soonest have been shown already. Kinds of records are put in order here, so each
    is read from its first; nobody has thousands that wait.
    """
    most = after + SOONEST
    turns: list[Turn] = []
    if P.REGISTRATION_READ in actor.permissions:
        turns += _registrations(actor, most)
    if P.DEAL_EDIT in actor.permissions:
        turns += _deals(actor, most)
    turns.sort(key=lambda turn: turn.by)
    return Turns(turns[after:most], len(turns) > most)


def _registrations(actor: MemberActor, most: int) -> list[Turn]:
    query = select(*_REGISTRATION).where(scope_of(Registration, actor))
    if actor.side == Side.VENDOR:
        if P.REGISTRATION_REVIEW not in actor.permissions:
            return []
        query = query.where(
            Registration.next_side == VENDOR,
            or_(
                Registration.next_membership_id == actor.membership_id,
                Registration.next_membership_id.is_(None),
            ),
        )
    else:
        query = query.where(
            Registration.next_side == PARTNER,
            Registration.organisation_id == actor.organisation_id,
        )
        if actor.role not in LEADS:
            query = query.where(Registration.owner_id == actor.membership_id)
    order = (Registration.next_by.is_(None), Registration.next_by, Registration.id)
    query = query.order_by(*order).limit(most + 1)
    rows = db.session.execute(query).all()
    if actor.side == Side.PARTNER and not all(row.company for row in rows):
        # A draft that names nobody waits only for who has typed something into it.
        typed = {reference_in(path) for path in kept_paths()}
        is_begun = or_(Registration.company != "", Registration.reference.in_(typed))
        rows = db.session.execute(query.where(is_begun)).all()
    asked = _open_questions([row.id for row in rows if row.status == Status.NEEDS_INFO])
    return [_registration_turn(row, actor, asked.get(row.id, 1)) for row in rows]


def _registration_turn(row: Any, actor: MemberActor, asked: int) -> Turn:
    due = show_due(row.next_by) if row.next_by else None
    title, detail, url, button = _registration_words(row, actor, asked)
    return Turn(
        title=title,
        subject=row.company or _("No customer yet"),
        amount=show_money(row.value_minor, row.currency) if row.currency else "",
        detail=detail,
        due_words=due.words if due else "",
        due_exact=due.exact if due else "",
        tone=due.tone if due else "accent",
        url=url,
        button=button,
        by=row.next_by or SOMEDAY,
    )


def _registration_words(row: Any, actor: MemberActor, asked: int) -> tuple[str, str, str, str]:
    if actor.side == Side.VENDOR:
        url = address("admin.review.show", reference=row.reference)
        if row.status == Status.SUBMITTED:
            return _("Take it for review"), "", url, _("Review")
        return _("Decide"), "", url, _("Review")
    if row.status == Status.DRAFT:
        detail = _("Begun %(when)s", when=show_ago(row.made_at))
        url = address("registrations.step", reference=row.reference, step="customer")
        if P.REGISTRATION_EDIT in actor.withheld:
            url = address("registrations.show", reference=row.reference)
            return _("Finish the draft"), detail, url, _("Open")
        return _("Finish the draft"), detail, url, _("Go on")
    vendor = current_app.config["VENDOR_SHORT_NAME"]
    title = _n("Answer one question", "Answer %(num)d questions", asked)
    detail = _("%(vendor)s waits for this before deciding.", vendor=vendor)
    if P.REGISTRATION_ANSWER in actor.withheld:
        url = address("registrations.show", reference=row.reference)
        return title, detail, url, _("Open")
    return title, detail, address("registrations.answer", reference=row.reference), _("Answer")


def _open_questions(registration_ids: list[int]) -> dict[int, int]:
    """Return how many questions are open in each of the registrations."""
    if not registration_ids:
        return {}
    rows = db.session.execute(
        select(Question.registration_id, func.count(Question.id))
        .where(Question.registration_id.in_(registration_ids), Question.answered_at.is_(None))
        .group_by(Question.registration_id)
    )
    return {row[0]: row[1] for row in rows}


def _deals(actor: MemberActor, most: int) -> list[Turn]:
    query = select(*_DEAL).where(
        scope_of(Deal, actor),
        Deal.next_side == PARTNER,
        Deal.organisation_id == actor.organisation_id,
    )
    if actor.role not in LEADS:
        query = query.where(Deal.owner_id == actor.membership_id)
    rows = db.session.execute(query.order_by(Deal.next_by, Deal.id).limit(most + 1)).all()
    return [_deal_turn(row, actor) for row in rows]


def _deal_turn(row: Any, actor: MemberActor) -> Turn:
    by = row.next_by or SOMEDAY
    due = show_due(by)
    if row.next_step:
        title, button = row.next_step, _("Open")
        detail = ""
    else:
        days = max((now() - row.changed_at).days, 0)
        title = _("Say what is next")
        button = _("Open") if P.DEAL_EDIT in actor.withheld else _("Update")
        until = show_short_date(row.protected_until)
        detail = _("Protection ends %(date)s.", date=until)
        if days:
            quiet = _n("No activity for %(num)d day.", "No activity for %(num)d days.", days)
            detail = f"{quiet} {detail}"
    is_reading = row.next_step or P.DEAL_EDIT in actor.withheld
    endpoint = "deals.show" if is_reading else "deals.plan"
    return Turn(
        title=title,
        subject=row.company,
        amount=show_money(row.amount_minor, row.currency),
        detail=detail,
        due_words=due.words,
        due_exact=due.exact,
        tone=due.tone,
        url=address(endpoint, reference=row.reference),
        button=button,
        by=by,
    )


def undecided(actor: MemberActor) -> list[Standing]:
    """Return the actor's side's registrations with the vendor, the soonest answer first."""
    order = (Registration.next_by, Registration.id)
    return _standings(actor, Registration.next_side == VENDOR, *order)


def decided(actor: MemberActor) -> list[Standing]:
    """Return the actor's side's registrations that the vendor decided, the last first."""
    is_decided = Registration.status.in_((Status.APPROVED, Status.REJECTED))
    order = (Registration.changed_at.desc(), Registration.reference.desc())
    return _standings(actor, is_decided, *order)


def _standings(actor: MemberActor, which: ColumnElement[bool], *order: Any) -> list[Standing]:
    if P.REGISTRATION_LIST not in actor.permissions or actor.side == Side.VENDOR:
        return []
    query = select(*_REGISTRATION).where(scope_of(Registration, actor), which)
    rows = db.session.execute(query.order_by(*order).limit(LATEST)).all()
    return [_standing(row) for row in rows]


def _standing(row: Any) -> Standing:
    state = REGISTRATION.state_of(row)
    vendor = current_app.config["VENDOR_SHORT_NAME"]
    if row.next_side == VENDOR and row.next_by:
        due = show_due(row.next_by)
        words = due.words if row.next_by > now() else _("soon")
        detail = _("%(vendor)s answers %(when)s", vendor=vendor, when=words)
    else:
        detail = _("Changed %(when)s", when=show_ago(row.changed_at))
    return Standing(
        row.reference,
        row.company,
        show_money(row.value_minor, row.currency) if row.currency else "",
        state.tone,
        str(state.label),
        detail,
        address("registrations.show", reference=row.reference),
    )
