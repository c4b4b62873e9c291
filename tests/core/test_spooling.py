"""Does a file that comes in lie on the disk alone, and is nothing left where it is not taken?"""

from __future__ import annotations

import errno
import hashlib
import io
import os
from pathlib import Path

import pytest

from portal.core import spooling
from portal.core.spooling import Spool
from portal.integrations.storage.local import LocalStorage

KEY = "0f" * 16


def full_disk(_folder: Path) -> int:
    """Stand in for a new file on a disk without room."""
    return os.open("/dev/full", os.O_RDWR)


def test_it_is_measured_as_it_comes(tmp_path: Path) -> None:
    with Spool(tmp_path, 100) as spool:
        for chunk in (b"first ", b"second"):
            assert spool.write(chunk) == 6
        assert spool.size == 12 and not spool.is_too_large
        assert spool.digest() == hashlib.sha256(b"first second").hexdigest()
        spool.seek(0)
        assert spool.read() == b"first second"
        assert not list(tmp_path.iterdir())


def test_what_is_too_large_takes_no_room(tmp_path: Path) -> None:
    with Spool(tmp_path, 10) as spool:
        for _chunk in range(3):
            spool.write(b"123456")
        assert spool.is_too_large and spool.size == 18
        assert os.fstat(spool.fileno()).st_size == 0


def test_a_full_disk_is_noted_and_the_rest_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spooling, "_unnamed", full_disk)
    with Spool(tmp_path, 100) as spool:
        assert spool.write(b"some") == 4 and spool.write(b"more") == 4
        assert spool.failure is not None and spool.failure.errno == errno.ENOSPC
        assert spool.size == 8 and not spool.is_too_large


def test_a_folder_that_cannot_be_is_noted(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with Spool(tmp_path / "file", 100) as spool:
        assert spool.failure is not None and spool.write(b"some") == 4


@pytest.mark.parametrize("is_able", [True, False])
def test_it_is_kept_by_giving_it_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_able: bool
) -> None:
    """Where the system can, nothing is copied; elsewhere it comes to the same."""
    if not is_able:
        monkeypatch.delattr(os, "O_TMPFILE")
    storage = LocalStorage(tmp_path / "files")
    with Spool(tmp_path / "files" / "incoming", 100) as spool:
        spool.write(b"whole")
        spool.seek(0)
        storage.keep(KEY, spool)
        with storage.open(KEY) as kept:
            assert kept.read() == b"whole"
            is_same = os.fstat(kept.fileno()).st_ino == os.fstat(spool.fileno()).st_ino
        assert is_same is is_able
    assert [key for key, _since in storage.kept()] == [KEY]
    with Spool(tmp_path / "files" / "incoming", 100) as other:
        other.write(b"other")
        with pytest.raises(FileExistsError):
            storage.keep(KEY, other)
    with storage.open(KEY, 2) as kept:
        assert kept.read() == b"ole"


def test_from_another_disk_it_is_copied(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path / "files")
    storage.keep(KEY, io.BytesIO(b"whole"))
    with storage.open(KEY) as kept:
        assert kept.read() == b"whole"
