"""What has the vendor decided of the fields, at this moment?"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.database import db
from portal.core.net import system_mode
from portal.domain.fields.models import FieldSetting

ONLY = 1
# Part of the question who is acting: in force at the next request, in every process.
CHOSEN = select(FieldSetting.chosen).where(FieldSetting.id == ONLY).scalar_subquery()
_CHOSEN = select(FieldSetting.chosen).where(FieldSetting.id == ONLY)


def chosen_now(session: Session | None = None) -> str | None:
    """Return the line of text with the decisions; None before the first.

    ``session`` reads it where another than the request's is at work.
    """
    with system_mode("which fields partners read"):
        return (session or db.session()).scalar(_CHOSEN)
