"""Was this form rendered from the record as it still stands, and what makes none of them old?"""

from __future__ import annotations

from typing import Any

from flask import request
from sqlalchemy import update
from sqlalchemy.orm import object_session
from sqlalchemy.orm.attributes import set_committed_value

from portal.core.database import db


class StaleForm(Exception):
    """The record was changed after the form was rendered: 409, with what changed."""

    def __init__(self, record: Any) -> None:
        super().__init__(record.reference)
        self.reference = record.reference


def expect_version(record: Any, part: Any = None) -> None:
    """Raise StaleForm unless the posted ``version`` is the present one of the record.

    Or of a ``part`` of it that is kept apart and has a version of its own.
    """
    version = getattr(record if part is None else part, "version", None)
    if version is not None and request.form.get("version", "") != str(version):
        raise StaleForm(record)


def mark_beside(record: Any, flag: str) -> None:
    """Note on a record's row that something is kept beside it, so that it is asked for.

    The row is read anyway: whoever has nothing of the kind asks for nothing. Nothing that a form
    shows changes with it: no version, and no time of change.
    """
    write_beside(record, flag, True)


def write_beside(record: Any, name: str, value: Any) -> None:
    """Write what pages or the clock read of a record, and no form shows, in the same way."""
    if getattr(record, name) == value:
        return
    model: Any = type(record)
    values = {name: value}
    if hasattr(model, "changed_at"):
        values["changed_at"] = model.changed_at
    marking = update(model).where(model.id == record.id).values(values)
    session = object_session(record) or db.session()
    session.execute(marking, execution_options={"synchronize_session": False})
    set_committed_value(record, name, value)
