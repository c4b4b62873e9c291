"""Was this form rendered from the record as it still stands?"""

from __future__ import annotations

from typing import Any

from flask import request


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
