"""Which step may a record take next, who may take it, and what does it set in motion?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.access import can, deny
from portal.core.actors import Actor
from portal.core.changes import Changed
from portal.core.database import RowNumber, UTCDateTime
from portal.core.events import Event, record_event
from portal.core.times import now

PARTNER, VENDOR = "partner", "vendor"


class HasNextAction:
    """Who must act on the record, what, and by when; written by :func:`Workflow.apply`."""

    next_side: Mapped[str | None] = mapped_column(String(10))
    next_what: Mapped[str | None] = mapped_column(String(32))
    next_by: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    next_membership_id: Mapped[int | None] = mapped_column(RowNumber)


@dataclass(frozen=True)
class Next:
    """The next action that a state asks for.

    ``side`` is one, or ``side(record)`` where it depends on the record: None while it is nobody's
    turn. ``by(record, moment)`` answers the due time (UTC) or None; ``who(record)`` the
    membership's row number, or None for anybody of the side with the right.
    """

    side: str | Callable[[Any], str | None]
    what: str
    words: Any
    by: Callable[[Any, dt.datetime], dt.datetime | None] = lambda record, moment: None
    who: Callable[[Any], int | None] = lambda record: None


@dataclass(frozen=True)
class State:
    """A state's name on screen, its tone, and what it asks for next."""

    label: Any
    tone: str = "neutral"
    next_action: Next | None = None
    # How several in this state are called, where a language says that in another way.
    several: Any = None

    @property
    def heading(self) -> str:
        """Return the name of a list of what is in this state."""
        return str(self.several or self.label)


@dataclass(frozen=True)
class Transition:
    """One allowed step: ``name`` from any of ``sources`` to ``target`` under ``permission``.

    ``guard(record, actor)`` answers the sentence that refuses, or None. ``needs`` names the
    particulars without which the step cannot be taken. ``label`` and ``kind`` make its button.
    """

    name: str
    sources: frozenset[Any]
    target: Any
    permission: str
    event: str
    label: Any = ""
    kind: str = "second"
    guard: Callable[[Any, Actor], Any] | None = None
    needs: frozenset[str] = frozenset()


class WrongState(Exception):
    """The record is in a state from which this step does not lead on: 409."""

    def __init__(self, record: Any, transition: str) -> None:
        super().__init__(transition)
        self.reference, self.transition = record.reference, transition


class Refused(Exception):
    """A guard's sentence: 409, and the person reads it."""

    def __init__(self, sentence: Any, record: Any = None) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence
        self.reference = getattr(record, "reference", "")


class Workflow:
    """The process as data; ``attribute`` names the column that only ``apply`` writes."""

    def __init__(
        self,
        initial: Any,
        states: Mapping[Any, State],
        transitions: Iterable[Transition],
        attribute: str = "status",
    ) -> None:
        self.initial, self.states, self.attribute = initial, dict(states), attribute
        listed = list(transitions)
        self.transitions = {step.name: step for step in listed}
        if len(listed) != len(self.transitions):
            raise ValueError("two transitions share a name")
        self._check()

    def _check(self) -> None:
        reached, size = {self.initial}, 0
        while size != len(reached):
            size = len(reached)
            for step in self.transitions.values():
                if step.sources & reached:
                    reached.add(step.target)
        for step in self.transitions.values():
            if not step.sources <= set(self.states) or step.target not in self.states:
                raise ValueError(f"{step.name} names an unknown state")
        if missing := set(self.states) - reached:
            raise ValueError(f"never reached: {sorted(map(str, missing))}")

    def state_of(self, record: Any) -> State:
        """Return the declaration of the record's present state."""
        state: State = self.states[getattr(record, self.attribute)]
        return state

    def why_not(self, record: Any, name: str, actor: Actor) -> Any:
        """Return None when ``actor`` may take the step now, else a sentence or True."""
        step = self.transitions[name]
        if getattr(record, self.attribute) not in step.sources:
            return True
        if not can(actor, step.permission, record):
            return True
        return step.guard(record, actor) if step.guard else None

    def available(self, record: Any, actor: Actor) -> list[Transition]:
        """Return the steps whose button the actor sees: right state, right person."""
        state = getattr(record, self.attribute)
        return [
            step
            for step in self.transitions.values()
            if state in step.sources and can(actor, step.permission, record)
        ]

    def need(self, record: Any, name: str, actor: Actor) -> None:
        """Go on only where :func:`apply` would: raises WrongState, Denied or Refused.

        For what must not begin in vain: a form that could not be sent, other records of the step.
        """
        step = self.transitions[name]
        if getattr(record, self.attribute) not in step.sources:
            raise WrongState(record, name)
        if not can(actor, step.permission, record):
            deny(actor, step.permission, record)
        sentence = step.guard(record, actor) if step.guard else None
        if sentence:
            raise Refused(sentence, record)

    def start(self, record: Any) -> None:
        """Put a new record into the initial state, with its next action."""
        setattr(record, self.attribute, self.initial)
        self.plan_next(record)

    def apply(
        self,
        record: Any,
        name: str,
        actor: Actor,
        *,
        words: Mapping[str, str] | None = None,
        changes: Sequence[Changed] = (),
        **particulars: Any,
    ) -> Event:
        """Take the step ``name``: the only writer of the state, in the caller's transaction.

        ``changes`` are what the same operation wrote into fields. Re-checks state, permission and
        guard; raises WrongState, Denied or Refused.
        """
        step = self.transitions[name]
        before = getattr(record, self.attribute)
        self.need(record, name, actor)
        if missing := step.needs - set(particulars) - set(words or {}):
            raise ValueError(f"{name} needs {sorted(missing)}")
        setattr(record, self.attribute, step.target)
        self.plan_next(record)
        return record_event(
            step.event,
            record,
            actor,
            from_state=str(before),
            to_state=str(step.target),
            words=words,
            changes=changes,
            **particulars,
        )

    def plan_next(self, record: Any) -> None:
        """Set who acts next and by when, from the present state and the record's own fields.

        A record that is nobody's turn, ever, has no such fields.
        """
        if not hasattr(record, "next_side"):
            return
        action = self.state_of(record).next_action
        side = action and (action.side(record) if callable(action.side) else action.side)
        action = action if side else None
        record.next_side = side or None
        record.next_what = action.what if action else None
        record.next_by = action.by(record, now()) if action else None
        record.next_membership_id = action.who(record) if action else None

    def name_next(self, record: Any) -> None:
        """Say anew whose turn it is, where somebody else has the record now; the time stays."""
        action = self.state_of(record).next_action
        record.next_membership_id = action.who(record) if action else None
