"""In which words is a registration's life told, from the first draft to the deal's end?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from portal.core.database import db
from portal.core.money import to_minor
from portal.core.times import SATURDAY
from portal.demo.enclosures import Enclosure, enclose
from portal.domain.deals import operations as deals
from portal.domain.deals.assessing import assess, assessment_of
from portal.domain.deals.models import Deal, LossReason, Risk, Stage
from portal.domain.notes.operations import write_note
from portal.domain.people.actor import MemberActor
from portal.domain.people.models import Membership
from portal.domain.registrations import operations as registrations
from portal.domain.registrations.models import MatchAnswer, Registration, RejectReason
from portal.domain.registrations.workflow import matches_of
from portal.domain.shares.models import Level
from portal.domain.shares.operations import share


@dataclass(frozen=True)
class Clock:
    """Turns a story's "when" into moments before ``present`` and days round it, in ``zone``."""

    present: dt.datetime
    zone: ZoneInfo

    @property
    def today(self) -> dt.date:
        """Return the local date of the present."""
        return self.present.astimezone(self.zone).date()

    def past(self, when: str) -> dt.datetime:
        """Return the moment that ``when`` names.

        ``12d 10:40`` is 12 business days ago at that local time, ``c12 10:40`` 12 calendar days
        ago, ``40m`` 40 minutes ago.
        """
        if when.endswith("m"):
            return self.present - dt.timedelta(minutes=int(when[:-1]))
        days, time = when.split()
        if days.startswith("c"):
            day = self.day(-int(days[1:]))
        else:
            day = self._business_days_ago(int(days.removesuffix("d")))
        return dt.datetime.combine(day, dt.time.fromisoformat(time), self.zone)

    def _business_days_ago(self, count: int) -> dt.date:
        day = self.today
        while count:
            day -= dt.timedelta(days=1)
            count -= day.weekday() < SATURDAY
        return day

    def day(self, days: int) -> dt.date:
        """Return the date ``days`` calendar days after today."""
        return self.today + dt.timedelta(days=days)

    def working_day(self, days: int) -> dt.date:
        """Return that date, or, more than 2 days ahead, the Monday after where it is a weekend."""
        day = self.day(days)
        is_moved = days > 2 and day.weekday() >= SATURDAY
        return day + dt.timedelta(days=7 - day.weekday()) if is_moved else day


@dataclass(frozen=True)
class Customer:
    """The customer of a registration; ``email`` is the part before the customer's domain.

    Without a ``website`` there are ``street`` and ``postal_code``, and ``email`` is whole.
    """

    company: str
    website: str = ""
    country: str = "CA"
    region: str = ""
    city: str = ""
    contact: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    postal_code: str = ""


@dataclass
class Thread:
    """How far a story has been told."""

    story: Story
    clock: Clock
    registration: Registration
    deal: Deal | None = None
    people: Mapping[str, MemberActor] = field(default_factory=dict)

    @property
    def open_deal(self) -> Deal:
        """Return the deal; raises ValueError before the approval."""
        if self.deal is None:
            raise ValueError(f"{self.story.customer.company} has no deal yet")
        return self.deal


Act = Callable[[Thread, MemberActor], None]


@dataclass(frozen=True)
class Step:
    """What ``who`` (a persona's short name, "" for the one who registered) does, and when."""

    who: str
    when: str
    act: Act


@dataclass(frozen=True)
class Story:
    """One registration and what became of it.

    ``value`` is in major units, ``close_in`` in days from today, ``done`` maps an activity to
    the days before ``begun``. ``drafted`` is the number of form steps that were saved; a draft of
    3 is sent 9 minutes after it was begun. ``files`` lie beside the draft before that.
    """

    by: str
    customer: Customer
    begun: str
    products: Sequence[str] = ()
    value: int = 0
    close_in: int = 60
    need: str = ""
    done: Mapping[str, int] = field(default_factory=dict)
    rivals: str = ""
    own_reference: str = ""
    may_contact: str = "yes"
    currency: str = "CAD"
    drafted: int = 3
    files: Sequence[Enclosure] = ()
    path: Sequence[Step] = ()


def take(who: str, when: str) -> Step:
    """Somebody of the vendor begins the review."""
    return Step(who, when, lambda thread, actor: registrations.take(thread.registration, actor))


def ask(who: str, when: str, **comments: str) -> Step:
    """The reviewer asks about named fields, each with a comment."""

    def act(thread: Thread, actor: MemberActor) -> None:
        asked = [registrations.Asked(name, comment) for name, comment in comments.items()]
        registrations.ask(thread.registration, actor, asked)

    return Step(who, when, act)


def answer(when: str, values: Mapping[str, Any] | None = None, **replies: str) -> Step:
    """The partner answers every question, and changes fields where ``values`` says so."""

    def act(thread: Thread, actor: MemberActor) -> None:
        registrations.answer(thread.registration, actor, values or {}, replies)

    return Step("", when, act)


def compare(who: str, when: str, reply: MatchAnswer) -> Step:
    """The reviewer answers every possible match."""

    def act(thread: Thread, actor: MemberActor) -> None:
        for match in matches_of(thread.registration):
            registrations.answer_match(thread.registration, actor, match, reply)

    return Step(who, when, act)


def approve(who: str, when: str, vendor_owner: str = "") -> Step:
    """An approver approves; ``vendor_owner`` then works on the deal for the vendor."""

    def act(thread: Thread, actor: MemberActor) -> None:
        thread.deal = registrations.approve(thread.registration, actor)
        if vendor_owner:
            thread.deal.vendor_owner_id = thread.people[vendor_owner].membership_id

    return Step(who, when, act)


def reject(who: str, when: str, reason: RejectReason, text: str) -> Step:
    """An approver rejects, with the text that the partner reads."""
    return Step(
        who,
        when,
        lambda thread, actor: registrations.reject(thread.registration, actor, reason, text),
    )


def withdraw(when: str, text: str = "") -> Step:
    """The partner takes the registration back."""
    return Step(
        "", when, lambda thread, actor: registrations.withdraw(thread.registration, actor, text)
    )


def _move(stage: Stage, reason: str, thread: Thread, actor: MemberActor) -> None:
    deals.move(thread.open_deal, actor, stage, reason)


def move(when: str, stage: Stage) -> Step:
    """The partner moves the deal to another stage."""
    return Step("", when, partial(_move, stage, ""))


def add(when: str, *files: Enclosure) -> Step:
    """The partner puts files beside the deal."""
    return Step("", when, lambda thread, actor: enclose(thread.open_deal, actor, files))


def win(when: str) -> Step:
    """The partner wins the deal."""
    return Step("", when, partial(_move, Stage.WON, ""))


def lose(when: str, reason: LossReason) -> Step:
    """The partner loses the deal."""
    return Step("", when, partial(_move, Stage.LOST, reason.value))


def plan(when: str, text: str, in_days: int) -> Step:
    """The partner says what is next, ``in_days`` days from today."""

    def act(thread: Thread, actor: MemberActor) -> None:
        deals.plan(thread.open_deal, actor, text, thread.clock.working_day(in_days))

    return Step("", when, act)


def tick(when: str) -> Step:
    """The partner ticks the next step off."""
    return Step("", when, lambda thread, actor: deals.finish_step(thread.open_deal, actor))


def lend(who: str, when: str, to: str, level: Level, for_days: int | None = None) -> Step:
    """The deal is shared with the persona ``to``, for so many days from today or without an end."""

    def act(thread: Thread, actor: MemberActor) -> None:
        holder = db.session.get_one(Membership, thread.people[to].membership_id)
        until = None if for_days is None else thread.clock.day(for_days)
        share(thread.open_deal, actor, holder, level, until)

    return Step(who, when, act)


def remark(who: str, when: str, text: str) -> Step:
    """Somebody of the vendor writes a note for the own side: of the deal, once there is one."""

    def act(thread: Thread, actor: MemberActor) -> None:
        write_note(thread.deal or thread.registration, actor, text)

    return Step(who, when, act)


def judge(who: str, when: str, margin: int, score: int, risk: Risk) -> Step:
    """Somebody of the vendor assesses the deal; ``margin`` is in tenths of a percent."""

    def act(thread: Thread, actor: MemberActor) -> None:
        values = {"margin": margin, "score": score, "risk": risk}
        assess(assessment_of(thread.open_deal), thread.open_deal, actor, values)

    return Step(who, when, act)


def amend(when: str, value: int | None = None, close_in: int | None = None) -> Step:
    """The partner changes the amount (major units) or the close date (days from today)."""

    def act(thread: Thread, actor: MemberActor) -> None:
        values: dict[str, Any] = {}
        if value is not None:
            values["amount_minor"] = to_minor(Decimal(value), thread.open_deal.currency)
        if close_in is not None:
            values["close_on"] = thread.clock.day(close_in)
        deals.edit(thread.open_deal, actor, values)

    return Step("", when, act)
