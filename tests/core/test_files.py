"""Is what was taken in on the disk before anybody is told so, and does nothing left over stay?"""

from __future__ import annotations

import datetime as dt
import io
import os
from pathlib import Path
from typing import Any

import pytest

from portal.core.files import Missing
from portal.integrations.storage.local import LocalStorage

KEY, OTHER = "0f" * 16, "a1" * 16


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "files")


def test_what_is_kept_comes_back(storage: LocalStorage) -> None:
    storage.keep(KEY, io.BytesIO(b"whole"))
    with storage.open(KEY) as content:
        assert content.read() == b"whole"
    assert [key for key, _since in storage.kept()] == [KEY]
    storage.discard(KEY)
    storage.discard(KEY)
    with pytest.raises(Missing):
        storage.open(KEY)
    assert not list(storage.kept())


def test_it_is_synced_before_it_bears_its_name(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, rename = os.fsync, os.rename

    def synced(handle: int) -> None:
        done.append(f"sync {Path(os.readlink(f'/proc/self/fd/{handle}')).name[:5]}")
        sync(handle)

    def renamed(*pair: Any) -> None:
        done.append("rename")
        rename(*pair)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "rename", renamed)
    storage.keep(KEY, io.BytesIO(b"whole"))
    assert done == [f"sync {KEY[:5]}", "rename", f"sync {KEY[:2]}", "sync files"]


def test_a_full_disk_leaves_nothing(storage: LocalStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        storage.keep(KEY, io.BytesIO(b"whole"))
    assert not list(storage.kept())


def test_what_was_being_written_at_a_crash_is_found_by_the_sweep(storage: LocalStorage) -> None:
    part = storage.root / OTHER[:2] / f"{OTHER}.part"
    part.parent.mkdir()
    part.write_bytes(b"ha")
    ((key, since),) = storage.kept()
    assert since <= dt.datetime.now(dt.UTC)
    storage.discard(key)
    assert not list(storage.kept())


def test_what_is_no_content_of_ours_stops_no_sweep(storage: LocalStorage) -> None:
    strange = storage.root / KEY[:2] / ".DS_Store"
    strange.parent.mkdir()
    strange.write_bytes(b"x")
    assert not list(storage.kept())


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "0f", "0F" * 16, f"{KEY}/x", f"{KEY}\n"])
def test_a_key_is_never_a_path(storage: LocalStorage, key: str) -> None:
    for asked in (storage.open, storage.discard):
        with pytest.raises(Missing):
            asked(key)


def test_nothing_is_written_over(storage: LocalStorage) -> None:
    storage.keep(KEY, io.BytesIO(b"first"))
    part = storage.root / KEY[:2] / f"{KEY}.part"
    part.write_bytes(b"another is at it")
    with pytest.raises(FileExistsError):
        storage.keep(KEY, io.BytesIO(b"second"))
    with storage.open(KEY) as content:
        assert content.read() == b"first"
