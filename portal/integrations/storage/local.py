"""How are contents kept in a folder of this machine?"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from portal.core.files import CHUNK, Missing

# A part is one that was being written when its process died.
_KEY = re.compile(r"[0-9a-f]{32}(\.part)?")
_ABLE_TO_NAME = os.link in os.supports_dir_fd and os.link in os.supports_follow_symlinks


class LocalStorage:
    """Contents as files named by their keys, in 256 folders named by the keys' first two digits.

    One that is not whole stands under another name, so whatever bears a key is complete.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise Missing(key)
        return self.root / key[:2] / key

    def keep(self, key: str, content: BinaryIO) -> None:
        """Write, sync, name, and sync the folder: then it outlives a loss of power."""
        path = self._path(key)
        path.parent.mkdir(exist_ok=True)
        if not self._give_name(content, path):
            _copy(content, path)
        for folder in (path.parent, self.root):
            _sync(folder)

    def _give_name(self, content: BinaryIO, path: Path) -> bool:
        """Give a file that was spooled to this disk, and has no name yet, its name: no copying."""
        try:
            handle = content.fileno()
        except (AttributeError, OSError):
            return False
        if os.fstat(handle).st_nlink or not _ABLE_TO_NAME:
            return False
        os.fsync(handle)
        folder = os.open(self.root, os.O_RDONLY)  # only with one are links in /proc followed
        try:
            os.link(f"/proc/self/fd/{handle}", path, src_dir_fd=folder, follow_symlinks=True)
        except FileExistsError:
            raise
        except OSError:  # on another disk, or the system does not
            return False
        finally:
            os.close(folder)
        return True

    def open(self, key: str, begin: int = 0) -> BinaryIO:
        """Return the content for reading from the byte ``begin`` on; raises Missing."""
        try:
            content = self._path(key).open("rb")
        except FileNotFoundError as error:
            raise Missing(key) from error
        content.seek(begin)
        return content

    def discard(self, key: str) -> None:
        """Delete the file, if there is one."""
        with suppress(FileNotFoundError):
            self._path(key).unlink()

    def kept(self) -> Iterator[tuple[str, dt.datetime]]:
        """Yield every key with its last change, and what was never written to its end."""
        for path in self.root.glob("??/*"):
            if not _KEY.fullmatch(path.name):
                continue  # somebody else's
            with suppress(FileNotFoundError):
                yield path.name, dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)


def _copy(content: BinaryIO, path: Path) -> None:
    if path.exists():
        raise FileExistsError(path)
    part = path.with_suffix(".part")
    try:
        with open(part, "xb") as file:
            shutil.copyfileobj(content, file, CHUNK)
            file.flush()
            os.fsync(file.fileno())
        os.rename(part, path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
