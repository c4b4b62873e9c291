"""How much may a form bring in files, and is it refused before any of it is read?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from flask import Response, current_app, request

from portal.core.guards import SAFE
from portal.core.spooling import MEGABYTE, Received

View = TypeVar("View")
AROUND = 64 * 1024
"""Bytes that a form has at most beside its files: its keys, and how the files are called."""
AGAIN = "X-Sent-Again"
"""The header of an upload whose first try may have arrived."""


@dataclass(frozen=True)
class Limits:
    """How many files a form brings at most, and how many bytes each has at most.

    ``refuse`` is asked with the record and how many bytes of files are to come at least, before
    any of them is read: what it answers is the answer.
    """

    most: int
    largest: int
    refuse: Callable[[Any, int], Response | None] | None = None


def takes_files(
    most: int = 10,
    largest: int = 25 * MEGABYTE,
    refuse: Callable[[Any, int], Response | None] | None = None,
) -> Callable[[View], View]:
    """Mark a view whose form brings files in the field ``files``; others refuse large bodies."""

    def mark(view: View) -> View:
        cast(Any, view).__files__ = Limits(most, largest, refuse)
        return view

    return mark


def limits_now() -> Limits | None:
    """Return what the view of the present request takes, or None where it takes no files."""
    view = current_app.view_functions.get(request.endpoint or "")
    return cast("Limits | None", getattr(view, "__files__", None))


def make_room() -> None:
    """Let a form with files be as large as its view takes; before anything of it is read."""
    limits = limits_now()
    if limits is not None and request.method not in SAFE:
        request.max_content_length = limits.most * limits.largest + MEGABYTE
        cast(Received, request).largest_file = limits.largest


def refuse_early(record: Any) -> Response | None:
    """Return the answer to files for which there is no place beside ``record``, or None.

    A form that is sent again is read: its files may have arrived, and then this is said.
    """
    limits = limits_now()
    if limits is None or limits.refuse is None or AGAIN in request.headers:
        return None
    return limits.refuse(record, (request.content_length or 0) - AROUND)
