"""What can be done with the files of a record, each as one named write?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.core.database import db
from portal.core.events import record_event
from portal.core.files import Incoming
from portal.core.language import _
from portal.core.versions import mark_beside
from portal.core.workflow import Refused, WrongState
from portal.domain.attachments.events import E
from portal.domain.attachments.models import Attachment
from portal.domain.attachments.policy import locked_record_of
from portal.domain.attachments.records import attachments_of, may_go
from portal.domain.organisations.room import room_left
from portal.domain.people.actor import MemberActor

MOST = 10
"""Files that one record has at most, beside those that were sent and stay."""


def need_open(record: Any) -> None:
    """Raise WrongState for a record of which no file is added or taken away any more."""
    if not record.takes_files:
        raise WrongState(record, "attach")


def attach(record: Any, actor: MemberActor, files: Sequence[Incoming]) -> list[str]:
    """Keep the files beside ``record``; return the sentences for those that were not taken.

    A file with the same content is there already and is kept once. What was sent counts for
    neither: it cannot be taken away to make room. Raises WrongState where the record takes none.
    """
    need_open(record)
    problems: list[str] = []
    here = [one for one in attachments_of(record) if may_go(one, record)]
    digests = {one.file.digest for one in here}
    places, room = MOST - len(here), room_left(record.organisation_id)
    for file in files:
        if file.problem:
            problems.append(file.problem)
        elif file.digest in digests:
            continue
        elif file.size > room:
            problems.append(no_room_for(file.name))
        elif places <= 0:
            problems.append(
                _("%(name)s: there are %(num)d files already. Take one away first.",
                  name=file.name, num=MOST)
            )  # fmt: skip
        else:
            places, room, digests = places - 1, room - file.size, digests | {file.digest}
            _add(record, actor, file)
            mark_beside(record, "has_files")
    return problems


def no_room_for(name: str) -> str:
    """Return the sentence for what does not fit into the organisation's room any more."""
    return _(
        "There is no room for %(name)s: the company’s files are as large together as they may be."
        " Take others away first.",
        name=name,
    )


def _add(record: Any, actor: MemberActor, file: Incoming) -> None:
    kept = file.row(record.organisation_id)
    db.session.add(kept)
    db.session.flush()
    added = Attachment(
        record=record.reference,
        file_id=kept.id,
        name=file.name,
        size=file.size,
        membership_id=actor.membership_id,
        added_by=actor.name,
    )
    db.session.add(added)
    db.session.flush()
    record_event(
        E.ATTACH, record, actor, words={"name": file.name}, file=added.reference, digest=file.digest
    )


def remove(attachment: Attachment, actor: MemberActor) -> None:
    """Take a file away for good: its row goes now, its content with the next sweep."""
    record = locked_record_of(attachment)
    if record is None or not may_go(attachment, record):
        raise Refused(_("What was sent stays as it is."), record or attachment)
    kept = attachment.file
    record_event(
        E.REMOVE,
        record,
        actor,
        words={"name": attachment.name},
        file=attachment.reference,
        digest=kept.digest,
    )
    _let_go(attachment)


def forget_all(record: Any) -> None:
    """Let go of all files of a record that is thrown away."""
    for attachment in attachments_of(record):
        _let_go(attachment)


def _let_go(attachment: Attachment) -> None:
    kept = attachment.file
    db.session.delete(attachment)
    db.session.flush()
    db.session.delete(kept)
