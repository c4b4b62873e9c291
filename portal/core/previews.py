"""What does a kept file look like, and who draws it?"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from flask import Response, abort
from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from portal.core import files
from portal.core.crashpoints import crash_point
from portal.core.database import db
from portal.core.drawing import EDGE, MEASURES, MOST_BYTES, MOST_PAGES
from portal.core.events import Event, address
from portal.core.keeping import KeptFile
from portal.core.language import N_
from portal.core.outbox import Delivery, Drop, Retry
from portal.core.sending import addressed
from portal.core.transactions import record_aside

log = logging.getLogger(__name__)
DESTINATION = "previews"
MIME = "image/webp"
DRAWN = frozenset({"application/pdf", "image/png", "image/jpeg", "image/webp"})
LARGEST = 200 * files.MEGABYTE
"""Bytes of a file of which previews are made."""
PATIENCE = 20.0
"""Seconds that a drawing may take."""
PROGRAM = Path(__file__).with_name("drawing.py")


@dataclass(frozen=True)
class Drawn:
    """One small picture, with its measures in pixels."""

    width: int
    height: int
    content: bytes


# --- for nouns and their pages -------------------------------------------------------------------


def follow(tag: str) -> None:
    """Draw what events of ``tag`` add; each names the content by its particular ``digest``.

    This is how a noun with files has previews of them:

    - beside its policy it calls ``keeping.held_by``: who sees its record sees the contents;
    - beside the declaration of its event it calls this: the worker draws after the commit;
    - a page asks :func:`first_of` for many files at once, or :func:`of` for the pages of one, and
      shows ``<img loading="lazy" width=… height=… alt=…>`` where there are any;
    - the image's address is a view of its own, behind ``@requires`` of its record, which answers
      :func:`send`.

    Nothing needs to be done when a file goes: its previews go along.
    """

    def ask(_session: Session, event: Event, _record: Any) -> Sequence[Mapping[str, Any]]:
        return addressed(event, DESTINATION, [None])

    address(tag, ask)


def of(kept: KeptFile) -> Sequence[KeptFile]:
    """Return the previews of a file, page by page; none where it is not, or cannot be, drawn."""
    query = select(KeptFile).where(KeptFile.original_id == kept.id)
    return db.session.scalars(query.order_by(KeptFile.page)).all()


def first_of(file_ids: Collection[int]) -> Mapping[int, KeptFile]:
    """Return the previews of the first pages, by the row numbers of the files that have one."""
    if not file_ids:
        return {}
    query = select(KeptFile).where(KeptFile.original_id.in_(file_ids), KeptFile.page == 1)
    return {one.original_id: one for one in db.session.scalars(query) if one.original_id}


def send(kept: KeptFile, page: int = 1) -> Response:
    """Return the answer that shows the preview of a page; aborts with 404 where there is none.

    It alone is shown where it is asked for: it was drawn here, and a file never is.
    """
    query = select(KeptFile).where(KeptFile.original_id == kept.id, KeptFile.page == page)
    preview = db.session.scalar(query)
    if preview is None:
        abort(404)
    return files.answer_with(preview)


# --- for the worker ------------------------------------------------------------------------------


class Drawing:
    """The destination of events that added a file: its previews."""

    def send(self, delivery: Delivery) -> None:
        """Draw the content that the event names and keep the previews of those without any.

        A file that cannot be drawn has none, and that is the end of it.
        """
        digest = delivery.event.particulars["digest"]
        query = select(KeptFile).where(KeptFile.digest == digest, KeptFile.original_id.is_(None))
        if not db.session.scalars(query).first():
            raise Drop(N_("the file was taken away"))
        preview = aliased(KeptFile)
        undrawn = query.where(~exists().where(preview.original_id == KeptFile.id))
        waiting = [(one.id, one.key, one.mime, one.size) for one in db.session.scalars(undrawn)]
        db.session.rollback()  # drawing takes seconds: nobody's snapshot is held meanwhile
        for number, key, mime, size in waiting:
            if mime in DRAWN and size <= LARGEST:
                _keep(number, key, _draw_kept(key, mime))


def _draw_kept(key: str, mime: str) -> list[Drawn]:
    try:
        with files.open_content(key) as content:
            return draw(mime, content)
    except files.Missing:
        return []
    except OSError as error:
        raise Retry(N_("the files are out of reach")) from error


def draw(mime: str, content: Any) -> list[Drawn]:
    """Return small pictures of the first pages; none where it cannot be done within the limits.

    A process of its own does it, that has no secrets, no network and little memory: what the file
    does to it, it does to nobody else. It is gone when this returns.
    """
    command = [sys.executable, "-I", "-B", str(PROGRAM), mime, str(os.getpid())]
    with TemporaryFile() as given, TemporaryFile() as out:
        shutil.copyfileobj(content, given, files.CHUNK)
        given.seek(0)
        try:
            done = subprocess.run(
                command, stdin=given, stdout=out, stderr=subprocess.DEVNULL, env={}, cwd="/",
                timeout=PATIENCE, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            log.info("a file took too long to draw")
            return []
        if done.returncode:
            log.info("a file could not be drawn (%s)", done.returncode)
            return []
        out.seek(0)
        return list(_read(out.read(MOST_BYTES)))


def _read(packed: bytes) -> Iterator[Drawn]:
    """Yield what a drawing wrote, as long as it is what it should be."""
    rest = packed
    for _page in range(MOST_PAGES):
        if len(rest) < MEASURES.size:
            return
        width, height, length = MEASURES.unpack_from(rest)
        content, rest = rest[MEASURES.size :][:length], rest[MEASURES.size + length :]
        is_webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
        if not is_webp or not 0 < width <= EDGE or not 0 < height <= EDGE:
            return
        yield Drawn(width, height, content)


def _keep(original: int, original_key: str, drawn: Sequence[Drawn]) -> None:
    """Keep the previews of a file, all or none; another worker's stay, where it was faster.

    A file that was taken away meanwhile may have left its row number to another one: its key tells.
    """
    keys: list[str] = []
    try:
        for one in drawn:
            keys.append(files.keep_content(io.BytesIO(one.content)))
    except OSError as error:
        files.discard(keys)
        raise Retry(N_("files cannot be kept at present")) from error
    crash_point("previews kept, not written")
    rows = [
        KeptFile(
            key=key,
            mime=MIME,
            size=len(one.content),
            digest=hashlib.sha256(one.content).hexdigest(),
            original_id=original,
            page=page,
            width=one.width,
            height=one.height,
        )
        for page, (key, one) in enumerate(zip(keys, drawn, strict=True), 1)
    ]
    try:
        with record_aside("previews") as aside:
            still = select(KeptFile.id).where(KeptFile.id == original, KeptFile.key == original_key)
            is_there = aside.scalar(still.with_for_update(read=True, key_share=True)) is not None
            if is_there:
                aside.add_all(rows)
        if not is_there:
            files.discard(keys)
    except IntegrityError:  # it was drawn already
        files.discard(keys)
    crash_point("previews written, not noted")
