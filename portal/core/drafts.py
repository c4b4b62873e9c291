"""What had this person typed into this form when something came between?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import g, request
from flask_login import current_user
from sqlalchemy import JSON, String, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column
from werkzeug.datastructures import MultiDict

from portal.core import submissions
from portal.core.database import Base, UTCDateTime, db
from portal.core.net import system_mode
from portal.core.text import clean_text
from portal.core.times import now

KEPT = dt.timedelta(days=14)
LARGEST = 60_000
MOST_FIELDS = 200
MOST_DRAFTS = 50


class Draft(Base):
    """The typed, unsent content of one form of one membership."""

    __tablename__ = "draft"
    membership_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    path: Mapped[str] = mapped_column(String(255), primary_key=True)
    fields: Mapped[list[list[str]]] = mapped_column(JSON)
    version: Mapped[str] = mapped_column(String(12), default="")
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime, index=True)


_table: Any = Draft.__table__


def keep(session: Session, membership_id: int, path: str, form: MultiDict[str, str]) -> bool:
    """Keep what ``form`` holds for the membership and the form's path; tell whether it was kept.

    The newest wins, and a membership keeps fifty at most. Nothing is kept of a form whose key a
    commit has used up, of one too large, or of one in which nothing is typed: it is empty but for
    what it held before, which its field ``form_given`` says.
    """
    fields = [
        [name[:80], clean_text(value)]
        for name, value in form.items(multi=True)
        if name not in submissions.CARRIERS
    ][:MOST_FIELDS]
    size = sum(len(name) + len(value) for name, value in fields)
    given = set(form.get(submissions.GIVEN, "").split())
    is_typed = any(value and f"{name}={value}" not in given for name, value in fields)
    if not is_typed or size > LARGEST or len(path) > 255:
        return False
    connection = session.connection()
    insert: Any = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    values = {"fields": fields, "version": form.get("version", "")[:12], "at": now()}
    connection.execute(
        insert(_table)
        .values(membership_id=membership_id, path=path, **values)
        .on_conflict_do_update(index_elements=["membership_id", "path"], set_=values)
    )
    kept = select(_table.c.path).where(_table.c.membership_id == membership_id)
    newest = kept.order_by(_table.c.at.desc()).limit(MOST_DRAFTS)
    connection.execute(
        delete(_table).where(
            _table.c.membership_id == membership_id,
            _table.c.path.not_in(newest.scalar_subquery()),
        )
    )
    return True


def offered(path: str | None = None) -> Draft | None:
    """Return what the signed-in membership had typed into the form at ``path`` (this page).

    What somebody has typed and not sent is shown to nobody else, however they look on.
    """
    if current_user.viewing:
        return None
    with system_mode("the actor's own draft"):
        draft = db.session.get(Draft, (current_user.membership_id, path or request.path))
    return draft if draft and draft.at > now() - KEPT else None


def kept_paths() -> list[str]:
    """Return the addresses of the forms in which the signed-in membership has typed something."""
    if current_user.viewing:
        return []
    query = select(Draft.path).where(
        Draft.membership_id == current_user.membership_id, Draft.at > now() - KEPT
    )
    with system_mode("the actor's own draft"):
        return list(db.session.scalars(query))


def as_form(draft: Draft) -> MultiDict[str, str]:
    """Return the draft's fields as a form would send them."""
    return MultiDict([(name, value) for name, value in draft.fields])


FORGET = delete(_table).where(
    _table.c.membership_id == bindparam("whose"), _table.c.path == bindparam("where")
)
"""Delete the draft of one form: with ``whose`` membership, and ``where``, its address."""


def forget(session: Session, membership_id: int, path: str) -> None:
    """Delete the draft of one form."""
    session.connection().execute(FORGET, {"whose": membership_id, "where": path})


def forget_below(session: Session, membership_id: int, path: str) -> None:
    """Delete what the membership typed into any form whose address begins with ``path``."""
    session.connection().execute(
        delete(_table).where(
            _table.c.membership_id == membership_id,
            _table.c.path.startswith(path, autoescape=True),
        )
    )


def of_sent() -> dict[str, Any]:
    """Return with which values FORGET deletes the draft of the form that was just accepted."""
    is_over = current_user.is_authenticated and not g.get("keeps_draft")
    return {"whose": current_user.membership_id if is_over else 0, "where": request.path}


def forget_sent() -> None:
    """Delete the draft of the form that was just accepted, in the same transaction."""
    sent = of_sent()
    if sent["whose"]:
        forget(db.session(), sent["whose"], sent["where"])


def purge(session: Session) -> None:
    """Delete drafts older than two weeks."""
    table: Any = Draft.__table__
    session.execute(delete(table).where(table.c.at < now() - KEPT))
