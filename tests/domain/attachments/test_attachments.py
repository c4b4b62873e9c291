"""Does nobody send a record while a file of it is taken away?"""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import event

from portal.core.database import db
from portal.core.files import Incoming
from portal.domain.attachments import operations
from tests.domain.world import actor_of, attached_here, draft, everything

OFFER = Incoming("offer.pdf", "", "0f" * 16, "application/pdf", 70, "a" * 64)


def test_the_record_is_locked_and_read_anew_while_a_file_of_it_goes(data_app: Flask) -> None:
    """A receipt names every file that the record has: it is made under the same lock."""
    with everything(data_app) as session:
        record, ana = draft(domain="locked-file.ca"), actor_of("ana")
        version, moment = record.version, record.changed_at
        assert operations.attach(record, ana, [OFFER, OFFER]) == []
        assert (record.version, record.changed_at, record.has_files) == (version, moment, True)
        session.commit()
        asked: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            asked.append(" ".join(statement.split()))

        event.listen(db.engine, "before_cursor_execute", note)
        operations.remove(*attached_here(session), ana)
        event.remove(db.engine, "before_cursor_execute", note)
        reading = next(one for one in asked if "FROM registration" in one)
        if db.engine.dialect.name == "postgresql":
            assert reading.endswith("FOR NO KEY UPDATE OF registration")
        assert not attached_here(session)
