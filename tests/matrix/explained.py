"""Does what the portal explains of a cell agree with the answer that the oracle expects there?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from portal.core.access import explain
from portal.core.actors import NOBODY
from portal.core.database import db
from portal.core.guards import Guard, guard_of
from portal.core.net import system_mode
from portal.domain.explaining.answers import Answer, why
from portal.domain.explaining.subjects import Subject, subject_of
from portal.domain.people.models import Membership
from tests.matrix.cells import Cell, cells_of
from tests.matrix.oracle import OUTSIDE, Facts, expect
from tests.matrix.world import World


def disagreements(world: World, short: str, permission: str = "") -> Iterator[str | None]:
    """Yield for each cell of one person None, or in which way the explanation is another answer.

    With ``permission`` only the cells that ask for it.
    """
    person = world.people[short]
    with world.app.app_context(), system_mode("test"):
        found = db.session.get(Membership, person.membership)
        subject = subject_of(found) if found else None
        for cell in cells_of(world, short):
            guard = guard_of(world.app, cell.endpoint)
            assert guard is not None and guard.permission is not None, cell
            if permission and guard.permission != permission:
                continue
            wanted = _wanted(world, cell)
            told = told_of(subject, guard, cell.facts)
            yield None if told == wanted else f"{cell}: explained as {told}, expected {wanted}"
        db.session.rollback()


def _wanted(world: World, cell: Cell) -> str:
    """Return what the person gets of the cell: its door stays shut, no sight, no right, or yes."""
    if cell.short in OUTSIDE:
        return "no access"
    person = world.people[cell.short]
    status = expect(person, cell.endpoint, cell.method, cell.facts)
    # What the record's state refuses (409), or what is not in it (404), is no matter of rights.
    if status == 404 and cell.facts is not None and person.knows(cell.facts):
        return "yes"
    return {404: "unseen", 403: "no right"}.get(status, "yes")


def told_of(subject: Subject | None, guard: Guard, facts: Facts | None) -> str:
    """Return in a word what the portal explains of a guard and a record."""
    if subject is None:
        is_allowed = explain(NOBODY, str(guard.permission), None).is_allowed
        return "yes" if is_allowed else "no access"
    record = _record(guard, facts, subject) if guard.model is not None else None
    if guard.model is not None and record is None:
        return "no access" if subject.closed else "unseen"
    return _in_a_word(why(subject.actor, str(guard.permission), record, subject.closed))


def _in_a_word(answer: Answer) -> str:
    assert answer.sentence and answer.rule
    if not answer.is_allowed:
        assert answer.changes or answer.rule == "no rule", answer
    if answer.rule == "closed":
        return "no access"
    if not answer.is_visible:
        return "unseen"
    return "yes" if answer.is_allowed else "no right"


def _record(guard: Guard, facts: Facts | None, subject: Subject) -> Any:
    model: Any = guard.model
    if guard.own:
        return db.session.get(model, getattr(subject.actor, guard.own))
    if facts is None:
        return None
    column = model.key if facts.kind == "delivery" else model.reference
    return db.session.scalar(select(model).where(column == facts.reference))
