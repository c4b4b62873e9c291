"""How does somebody of the vendor's side tell the others something about a record?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from portal.core.database import db
from portal.core.events import digest, record_event
from portal.domain.notes.events import E
from portal.domain.notes.models import Note
from portal.domain.people.actor import MemberActor

MOST = 100


def notes_of(reference: str) -> Sequence[Note]:
    """Return the notes beside a record, the last first, as far as the reader may see them."""
    query = select(Note).where(Note.record == reference).order_by(Note.id.desc()).limit(MOST)
    return db.session.scalars(query).all()


def write_note(record: Any, actor: MemberActor, text: str) -> Note:
    """Add a note beside ``record``, of which nothing changes: no form of it becomes old."""
    note = Note(
        record=record.reference, membership_id=actor.membership_id, author=actor.name, text=text
    )
    db.session.add(note)
    record_event(E.WRITE, record, actor, digest=digest(text))
    return note
