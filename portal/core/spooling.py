"""Where does a file lie while it comes in, whatever its size?"""

from __future__ import annotations

import errno
import hashlib
import io
import logging
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from flask import Request, current_app

from portal.core.language import _l

log = logging.getLogger(__name__)
MEGABYTE, GIGABYTE = 1024**2, 1024**3


class Spool(io.FileIO):
    """A file without a name, on the disk on which files are kept, measured as it comes in.

    ``size`` is how many bytes came and ``digest()`` their SHA-256. What grows larger than
    ``largest`` bytes, or finds the disk full (``failure`` says so), is let go of at once; the rest
    of it passes, so that the form is read to its end. Whatever dies, nothing is left of it.
    """

    def __init__(self, folder: Path, largest: int) -> None:
        self.size, self.largest = 0, largest
        self.failure: OSError | None = None
        self._whole = hashlib.sha256()
        try:
            handle = _unnamed(folder)
        except OSError as error:
            self.failure, handle = error, os.open(os.devnull, os.O_RDWR)
        super().__init__(handle, "r+")

    @property
    def is_too_large(self) -> bool:
        """Tell whether more came than is taken."""
        return self.size > self.largest

    def digest(self) -> str:
        """Return the SHA-256 of what came, as 64 hexadecimal digits."""
        return self._whole.hexdigest()

    def write(self, chunk: Any) -> int:
        """Take the next bytes; never raises."""
        rest = memoryview(chunk)
        count = len(rest)
        self.size += count
        if self.is_too_large:
            self._let_go()
        elif self.failure is None:
            self._whole.update(rest)
            try:
                while rest:
                    rest = rest[super().write(rest) :]
            except OSError as error:
                self.failure = error
                self._let_go()
        return count

    def _let_go(self) -> None:
        with suppress(OSError):
            self.truncate(0)


def _unnamed(folder: Path) -> int:
    """Return a file that no folder names; where the system can, one that may be named later."""
    folder.mkdir(parents=True, exist_ok=True)
    if hasattr(os, "O_TMPFILE"):
        with suppress(OSError):  # not on every file system
            return os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    handle, name = tempfile.mkstemp(dir=folder)
    os.unlink(name)
    return handle


def spooled(content: bytes) -> Spool:
    """Return a content that was made here, as if it had come in."""
    spool = Spool(_folder(), len(content))
    spool.write(content)
    return spool


def _folder() -> Path:
    return Path(current_app.config["FILES_DIR"], "incoming")


def why_too_large(name: str, largest: int) -> Any:
    """Return the sentence for a file of more than ``largest`` bytes."""
    if largest >= GIGABYTE:
        return _l("%(name)s is larger than %(num)d GB.", name=name, num=largest // GIGABYTE)
    return _l("%(name)s is larger than %(num)d MB.", name=name, num=largest // MEGABYTE)


def why_not_kept(error: OSError) -> Any:
    """Return the sentence for a file that the disk or the storage did not take."""
    log.error("a file could not be kept: %s", error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _l("There is no room for files at present. Nothing is lost; try again later.")
    return _l("Files cannot be kept at present. Nothing is lost; try again in a few minutes.")


class Received(Request):
    """A request whose files are spooled to the disk on which they will be kept.

    ``largest_file`` is how many bytes of each are taken; where a view says nothing, none.
    """

    largest_file = 0

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return Spool(_folder(), self.largest_file)
