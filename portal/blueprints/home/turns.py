"""Which records wait for this person, and how is each said on a card?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from portal.blueprints.home.applications import waiting_applications
from portal.blueprints.home.library import waiting_versions
from portal.blueprints.home.onboarding import waiting_items
from portal.blueprints.home.reviews import waiting_reviews
from portal.blueprints.home.taking_on import items_with_us
from portal.core.access import scope_of
from portal.core.addresses import address
from portal.core.database import db, fixed
from portal.core.language import (
    _,
    _n,
    show_ago,
    show_due,
    show_money,
    show_short_date,
    timezone,
)
from portal.core.net import once_for_each_reader
from portal.core.times import SOMEDAY, now
from portal.core.workflow import PARTNER
from portal.domain.deals.models import Deal
from portal.domain.organisations.models import Side
from portal.domain.people.actor import MemberActor
from portal.domain.people.colleagues import names_of
from portal.domain.people.roles import LEADS
from portal.domain.permissions import Permission as P
from portal.domain.registrations.models import Question, Status
from portal.domain.registrations.policy import is_within_limit

SOONEST = 10  # as many as one reads on a phone
FARTHEST = 1000


# A card needs these columns; whole records would be read and built for nothing.
_DEAL = (
    Deal.reference, Deal.company, Deal.amount_minor, Deal.currency, Deal.next_step, Deal.next_by,
    Deal.changed_at, Deal.protected_until, Deal.owner_id,
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
    # Whose it is, where it is a colleague's: the row number of the membership, and the name.
    owner_id: int | None = None
    owner: str = ""


@dataclass(frozen=True)
class Turns:
    """What is shown, and whether there is more."""

    shown: list[Turn]
    more: bool


def greeting(actor: MemberActor) -> str:
    """Return the greeting for the local time of day."""
    hour = now().astimezone(timezone()).hour
    name = actor.first_name
    if hour < 12:
        return _("Good morning, %(name)s.", name=name)
    if hour < 18:
        return _("Good afternoon, %(name)s.", name=name)
    return _("Good evening, %(name)s.", name=name)


def turns_of(actor: MemberActor, registrations: Sequence[Any], after: int = 0) -> Turns:
    """Return the records whose next action is the actor's or the organisation's, soonest first.

    ``registrations`` are those among them, as :func:`registrations_of` reads them. The ``after``
    soonest have been shown already. Kinds of records are put in order here, so each is read from
    its first; nobody has thousands that wait.
    """
    most = after + SOONEST
    asked = _open_questions([row.id for row in registrations if row.status == Status.NEEDS_INFO])
    turns = [_registration_turn(row, actor, asked.get(row.id, 1)) for row in registrations]
    if P.DEAL_EDIT in actor.permissions:
        turns += _deals(actor, most)
    turns += [Turn(**told) for told in waiting_applications(actor, most)]
    if actor.has_access_reviews:
        turns += [Turn(**told) for told in waiting_reviews(actor, most)]
    turns += [Turn(**told) for told in waiting_versions(actor, most)]
    turns += [Turn(**told) for told in items_with_us(actor, most)]
    if actor.has_open_checklist:
        turns += [Turn(**told) for told in waiting_items(actor)]
    turns.sort(key=lambda turn: turn.by)
    return Turns(_with_owners(turns[after:most], actor), len(turns) > most)


def _with_owners(turns: list[Turn], actor: MemberActor) -> list[Turn]:
    """Return the turns with the name of the colleague whose each is, for who leads colleagues."""
    if actor.role not in LEADS:
        return turns
    numbers = {turn.owner_id for turn in turns if turn.owner_id} - {actor.membership_id}
    names = names_of(numbers)
    return [replace(turn, owner=names.get(turn.owner_id or 0, "")) for turn in turns]


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
        owner_id=row.owner_id,
    )


def _registration_words(row: Any, actor: MemberActor, asked: int) -> tuple[str, str, str, str]:
    if actor.side == Side.VENDOR:
        title, detail = _review_words(row, actor)
        return title, detail, address("admin.review.show", reference=row.reference), _("Review")
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


def _review_words(row: Any, actor: MemberActor) -> tuple[str, str]:
    is_approver = P.REGISTRATION_DECIDE in actor.permissions
    if is_approver and is_within_limit(actor, row):
        return (_("Take it for review") if row.status == Status.SUBMITTED else _("Decide")), ""
    title = _("Ask, or hand it over for the decision")
    if row.status == Status.SUBMITTED:
        title = _("Take it for review")
    if is_approver:
        return title, _("It is over your limit: an approver above it decides.")
    return title, _("An approver decides it.")


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
    return [_deal_turn(row, actor) for row in db.session.execute(_next_deals(actor, most))]


@once_for_each_reader
def _next_deals(actor: MemberActor, most: int) -> Any:
    query = select(*_DEAL).where(
        scope_of(Deal, actor),
        Deal.next_side == PARTNER,
        Deal.organisation_id == actor.organisation_id,
    )
    if actor.role not in LEADS:
        query = query.where(Deal.owner_id == actor.membership_id)
    return query.order_by(Deal.next_by, Deal.id).limit(fixed(most + 1))


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
        owner_id=row.owner_id,
    )
