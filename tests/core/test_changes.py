"""Is what a field said kept beside the event, for whom it is meant, and can it be erased?"""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import delete, event, select, update
from sqlalchemy.orm import Session

from portal.core.audit import verify_chains
from portal.core.changes import Change, Changed, differences
from portal.core.database import db
from portal.core.events import CHANGES, Event, EventKind, declare, digest, record_event
from tests.domain.world import everything

declare(
    EventKind("test:change", "%(who)s changed it", fields=frozenset({"name", "day"})),
    EventKind("test:secret", "%(who)s changed it", partner_sees=False, fields=frozenset({"name"})),
)
CHAIN = "TE-00000007"
CHANGED = [Changed("name", "Dana", "Robin"), Changed("margin", 20, [None, {"a": 1}])]


def change(session: Session, tag: str = "test:change") -> Event:
    """Append an event with changes to a chain of the test's own."""
    made = record_event(tag, CHAIN, None, changes=CHANGED, session=session)
    session.commit()
    return made


def test_only_what_says_something_else_is_a_difference() -> None:
    before = {"a": 1, "b": [1, 2], "c": None}
    assert differences(before, {"a": 1, "b": [1], "c": "", "d": 4}) == [
        Changed("b", [1, 2], [1]),
        Changed("c", None, ""),
    ]


def test_both_values_stand_beside_the_event_and_a_digest_in_it(data_app: Flask) -> None:
    with everything(data_app) as session:
        made = change(session)
        assert made.particulars == {CHANGES: digest(CHANGED)}
        rows = session.scalars(select(Change).filter_by(event_id=made.id).order_by(Change.id))
        found = [(row.field, row.before, row.after, row.partner_sees) for row in rows]
        # A field that the kind does not name for the partner's side is the vendor's alone.
        assert found == [("name", "Dana", "Robin", True), ("margin", 20, [None, {"a": 1}], False)]


def test_of_an_event_for_the_vendor_alone_no_field_is_for_the_partner(data_app: Flask) -> None:
    with everything(data_app) as session:
        made = change(session, "test:secret")
        rows = session.scalars(select(Change.partner_sees).filter_by(event_id=made.id))
        assert list(rows) == [False, False]


def test_all_changes_of_an_event_are_one_statement_and_none_without_any(app: Flask) -> None:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    with everything(app) as session:
        event.listen(db.engine, "before_cursor_execute", note)
        change(session)
        with_changes = len(seen)
        record_event("test:change", CHAIN, None, session=session)
        session.commit()
        event.remove(db.engine, "before_cursor_execute", note)
    assert sum("INTO change" in statement for statement in seen) == 1
    assert with_changes == len(seen) - with_changes + 1


def test_erased_changes_leave_the_history_whole_and_forged_ones_are_named(
    data_app: Flask,
) -> None:
    with everything(data_app) as session:
        made = change(session)
        assert not verify_chains(session).faults
        of_it = Change.event_id == made.id
        for attack in (
            update(Change).where(of_it, Change.field == "name").values(after="Somebody else"),
            update(Change).where(of_it, Change.field == "name").values(field="other"),
            delete(Change).where(of_it, Change.field == "margin"),
        ):
            session.execute(attack)
            (fault,) = verify_chains(session).faults
            assert (fault.chain, fault.place) == (CHAIN, made.place)
            assert fault.what == "its changes were changed"
            session.rollback()
        session.execute(delete(Change).where(of_it))
        session.commit()
        assert not verify_chains(session).faults
