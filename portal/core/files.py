"""How does a file come in, where is it kept, and how does it go out again?"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO, Protocol, cast
from urllib.parse import quote

from flask import Flask, Response, abort, g, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from portal.core import ranges
from portal.core.crashpoints import crash_point
from portal.core.file_limits import Limits, limits_now, make_room
from portal.core.filetypes import FileRefused, clean_name, judge, plain_name
from portal.core.keeping import KeptFile
from portal.core.language import _l
from portal.core.spooling import Spool, why_not_kept, why_too_large
from portal.core.times import now

log = logging.getLogger(__name__)
FIELD = "files"
MEGABYTE = 1024 * 1024
CHUNK = ranges.CHUNK
ORPHANED = dt.timedelta(hours=1)
"""How old a kept content must be before one that no row names counts as left over."""


class Missing(Exception):
    """The storage has no content under that key."""


class Storage(Protocol):
    """Where contents are kept, each under a random key; nothing is ever written over.

    Every method raises OSError while the storage is out of reach, or full.
    """

    def keep(self, key: str, content: BinaryIO) -> None:
        """Keep ``content`` from its first byte; it is durable when this returns."""

    def open(self, key: str, begin: int = 0) -> BinaryIO:
        """Return the content for reading from the byte ``begin`` on; raises Missing."""

    def discard(self, key: str) -> None:
        """Let a content go; nothing happens where there is none."""

    def kept(self) -> Iterator[tuple[str, dt.datetime]]:
        """Yield every key with the time since when it is kept (UTC)."""


class Scanner(Protocol):
    """Who looks for viruses."""

    def finds(self, content: BinaryIO) -> str:
        """Return the name of what was found, or nothing; raises ScannerDown or TooLargeToScan."""


class ScannerDown(Exception):
    """The scanner gave no answer: nothing is taken in until it does."""


class TooLargeToScan(Exception):
    """The scanner looks at nothing as large as that."""


_storage: list[Storage] = []
_scanner: list[Scanner] = []


def plug_in_storage(storage: Storage, scanner: Scanner | None = None) -> None:
    """Keep contents in ``storage`` from here on, and take only what ``scanner`` lets pass."""
    _storage[:], _scanner[:] = [storage], [scanner] if scanner else []


@dataclass(frozen=True)
class Incoming:
    """A file as it came with the request: kept already, or the sentence for which it is not."""

    name: str
    problem: Any = ""
    key: str = ""
    mime: str = ""
    size: int = 0
    digest: str = ""

    def row(self, organisation_id: int | None = None) -> KeptFile:
        """Return the row that makes it stay, once committed, in that organisation's room."""
        assert self.key, self.problem
        g.setdefault("files_named", set()).add(self.key)
        return KeptFile(
            key=self.key,
            mime=self.mime,
            size=self.size,
            digest=self.digest,
            organisation_id=organisation_id,
        )


@contextmanager
def taken_in() -> Iterator[None]:
    """Judge, scan and keep the request's files before its write begins; what stays unnamed goes.

    Nobody waits for the network, the scanner or the disk while others want to write.
    """
    limits = limits_now()
    g.incoming = _take_in(request.files.getlist(FIELD), limits) if limits else []
    try:
        yield
    finally:
        named = g.get("files_named", set()) if g.pop("files_committed", False) else set()
        discard([one.key for one in g.incoming if one.key and one.key not in named])


def incoming() -> Sequence[Incoming]:
    """Return the files that came with the present request, in their order."""
    return cast("Sequence[Incoming]", g.get("incoming", ()))


def note_commit() -> None:
    """Tell that the rows of what came in are being committed.

    From here on it is not certain whether they stand, should the connection break: what they name
    is kept, and if it is left over, the sweep finds it.
    """
    g.files_committed = True


def _take_in(uploads: Sequence[FileStorage], limits: Limits) -> list[Incoming]:
    chosen = [one for one in uploads if one.filename]
    taken = [take(str(one.filename), cast(Spool, one.stream)) for one in chosen[: limits.most]]
    too_many = _l("Send at most %(num)d at once.", num=limits.most)
    return taken + [Incoming(str(one.filename)[:120], too_many) for one in chosen[limits.most :]]


def take(given: str, content: Spool) -> Incoming:
    """Judge, scan and keep a content that came under the name ``given``."""
    try:
        name = clean_name(given)
        if content.is_too_large:
            raise FileRefused(why_too_large(name, content.largest))
        if content.failure is not None:
            raise content.failure
        kind = judge(name, content)
        _scan(name, content)
        key = keep_content(content)
    except FileRefused as refused:
        return Incoming(given[:120], refused.sentence)
    except OSError as error:
        return Incoming(given[:120], why_not_kept(error))
    crash_point("kept, not written")
    return Incoming(name, "", key, kind.mime, content.size, content.digest())


def keep_content(content: BinaryIO) -> str:
    """Keep a content under a new key and return that; raises OSError where there is no room."""
    key = secrets.token_hex(16)
    content.seek(0)
    _storage[0].keep(key, content)
    return key


def open_content(key: str) -> BinaryIO:
    """Return a content for reading; raises Missing, or OSError where it is out of reach."""
    return _storage[0].open(key)


def _scan(name: str, content: BinaryIO) -> None:
    for scanner in _scanner:
        content.seek(0)
        try:
            found = scanner.finds(content)
        except ScannerDown as error:
            log.warning("the virus scanner does not answer: %s", error)
            raise FileRefused(
                _l("Files cannot be checked for viruses at present, so none is taken. Try again in"
                  " a few minutes.")
            ) from error  # fmt: skip
        except TooLargeToScan as error:
            raise FileRefused(
                _l("%(name)s is too large to be checked for viruses, so it is not taken. Send it in"
                  " smaller parts.", name=name)
            ) from error  # fmt: skip
        if found:
            log.warning("the virus scanner found %s", found)
            raise FileRefused(_l("%(name)s holds a virus and was not taken.", name=name))


def discard(keys: Sequence[str]) -> None:
    """Let contents go that no row names; what cannot be let go now, the sweep finds."""
    for key in keys:
        try:
            _storage[0].discard(key)
        except OSError as error:
            log.warning("a content stays until the next sweep: %s", error)


def send(kept: KeptFile, name: str) -> Response:
    """Return the answer that hands a file out under ``name``: to be kept, never to run here."""
    answer = answer_with(kept)
    spelled = {"filename": plain_name(name), "filename*": f"UTF-8''{quote(name, safe='')}"}
    answer.headers.set("Content-Disposition", "attachment", **spelled)
    return answer


def answer_with(kept: KeptFile) -> Response:
    """Return the answer that holds a content, or the part of it that is asked for.

    Nothing in it is allowed to run or to load. Aborts with 503 while the storage is out of reach.
    """
    answer = ranges.answer(kept.mime, kept.size, kept.digest, partial(_open_for_answer, kept.key))
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def _open_for_answer(key: str, begin: int) -> BinaryIO:
    try:
        return _storage[0].open(key, begin)
    except Missing:
        log.error("the content %s is missing", key)
        abort(404)
    except OSError as error:
        log.warning("a content is out of reach: %s", error)
        abort(503)


def sweep(session: Session, moment: dt.datetime | None = None) -> int:
    """Let go of every content that no row names; return how many. In system mode.

    Young ones stay: their row may be on its way.
    """
    limit = (moment or now()) - ORPHANED
    old = [key for key, since in _storage[0].kept() if since < limit]
    count = 0
    for start in range(0, len(old), 500):
        some = old[start : start + 500]
        named = set(session.scalars(select(KeptFile.key).where(KeptFile.key.in_(some))))
        left = [key for key in some if key not in named]
        discard(left)
        count += len(left)
    return count


def init_files(app: Flask) -> None:
    """Connect this module to ``app``, before anything reads a body."""
    app.before_request(make_room)
