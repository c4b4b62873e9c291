"""Which part of a content does a request want, and has it got that already?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO, cast

from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import parse_etags
from werkzeug.wsgi import wrap_file

CHUNK = 256 * 1024
"""Bytes that are read and sent at a time."""


class Part:
    """A stretch of a content, from where it stands, for the server to read and close."""

    def __init__(self, content: BinaryIO, length: int) -> None:
        self.content, self.left = content, length

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at most ``size`` of them."""
        most = self.left if size < 0 else min(size, self.left)
        chunk = self.content.read(most) if most else b""
        self.left -= len(chunk)
        return chunk

    def close(self) -> None:
        """Let go of the content."""
        self.content.close()


def answer(mime: str, size: int, digest: str, begin_at: Callable[[int], BinaryIO]) -> Response:
    """Return the content of ``size`` bytes, the part of it that is asked for, or that it is held.

    ``begin_at`` opens it at a byte. Raises RequestedRangeNotSatisfiable for what lies outside.
    """
    part = None
    if _is_held(digest):
        made = Response(status=304)
    else:
        part = _wanted(size, digest)
        begin, end = part or (0, size)
        body = wrap_file(request.environ, cast(Any, Part(begin_at(begin), end - begin)), CHUNK)
        made = Response(body, 206 if part else 200, mimetype=mime, direct_passthrough=True)
        made.content_length = end - begin
    if part is not None:
        made.content_range.set(*part, size)
    made.headers["Accept-Ranges"] = "bytes"
    made.set_etag(digest)
    return made


def _is_held(digest: str) -> bool:
    known = request.headers.get("If-None-Match")
    return known is not None and parse_etags(known).contains_weak(digest)


def _wanted(size: int, digest: str) -> tuple[int, int] | None:
    """Return the first byte that is asked for and the one behind the last; None for all of it.

    So that a download which broke goes on where it was; if the content is no longer the same, it
    begins anew. Several parts at once are answered by the whole, as one may.
    """
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    condition = request.headers.get("If-Range")
    if condition is not None and not parse_etags(condition).is_strong(digest):
        return None
    found = asked.range_for_length(size)
    if found is None:
        raise RequestedRangeNotSatisfiable(size)
    return found
