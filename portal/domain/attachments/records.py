"""Which files are a record's?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from portal.core.database import db
from portal.core.keeping import KeptFile
from portal.domain.attachments.models import Attachment


def attachments_of(record: Any) -> Sequence[Attachment]:
    """Return the files of a record, the first first, as far as the reader may know of them.

    Asked only where there are or were some: most records cost nothing.
    """
    if not record.has_files:
        return ()
    query = select(Attachment).where(Attachment.record == record.reference)
    return db.session.scalars(query.order_by(Attachment.id)).all()


def may_go(attachment: Attachment, record: Any) -> bool:
    """Tell whether a file of ``record`` can be taken away: what was sent stays as it is."""
    sealed = record.files_sealed_at
    return record.takes_files and (sealed is None or attachment.at > sealed)


def digests_of(record: Any) -> list[str]:
    """Return the digests (SHA-256) of the contents of a record's files, sorted."""
    query = select(KeptFile.digest).join(Attachment, Attachment.file_id == KeptFile.id)
    if not record.has_files:
        return []
    return sorted(db.session.scalars(query.where(Attachment.record == record.reference)))
