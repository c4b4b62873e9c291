"""What must every place where contents are kept do alike?"""

from __future__ import annotations

import datetime as dt
import io
import secrets
import threading
from collections.abc import Callable

import pytest

from portal.core.files import Missing, Storage
from portal.core.times import now
from portal.integrations.storage import s3

LARGE = 5 * s3.PART // 2


def new_key() -> str:
    return secrets.token_hex(16)


def body(size: int) -> io.BytesIO:
    """Return that many bytes of which no stretch is like another."""
    whole = b"".join(number.to_bytes(8, "big") for number in range(size // 8 + 1))
    return io.BytesIO(whole[:size])


def keys_of(storage: Storage) -> set[str]:
    return {key for key, _since in storage.kept()}


def comes_back(storage: Storage) -> None:
    for size in (1, 70_000, LARGE):
        key, content = new_key(), body(size)
        storage.keep(key, content)
        with storage.open(key) as kept:
            assert kept.read() == content.getvalue(), size
        storage.discard(key)


def keeps_from_the_first_byte(storage: Storage) -> None:
    key, content = new_key(), body(100)
    content.seek(50)
    files_keep(storage, key, content)
    with storage.open(key) as kept:
        assert kept.read() == content.getvalue()


def files_keep(storage: Storage, key: str, content: io.BytesIO) -> None:
    content.seek(0)
    storage.keep(key, content)


def reads_in_pieces(storage: Storage) -> None:
    key, content = new_key(), body(500_000)
    storage.keep(key, content)
    with storage.open(key) as kept:
        pieces = list(iter(lambda: kept.read(70_000), b""))
    assert b"".join(pieces) == content.getvalue() and len(pieces) >= 8


def begins_where_asked(storage: Storage) -> None:
    key, content = new_key(), body(LARGE)
    storage.keep(key, content)
    for begin in (1, 8 * 1024, s3.PART, LARGE - 1):
        with storage.open(key, begin) as kept:
            assert kept.read(10) == content.getvalue()[begin : begin + 10], begin


def says_what_is_missing(storage: Storage) -> None:
    with pytest.raises(Missing):
        storage.open(new_key())
    storage.discard(new_key())
    for strange in ("../../etc/passwd", "", "0F" * 16, "x" * 32, "0f/" * 10):
        with pytest.raises(Missing):
            storage.open(strange)


def writes_over_nothing(storage: Storage) -> None:
    for size in (10, LARGE):
        key = new_key()
        storage.keep(key, body(size))
        with pytest.raises(FileExistsError):
            storage.keep(key, io.BytesIO(b"other" * size))
        with storage.open(key) as kept:
            assert kept.read() == body(size).getvalue()


def names_what_it_keeps(storage: Storage) -> None:
    some = {new_key() for _number in range(3)}
    for key in some:
        storage.keep(key, body(10))
    listed = dict(storage.kept())
    assert some <= listed.keys()
    assert all(abs(now() - listed[key]) < dt.timedelta(minutes=5) for key in some)
    for key in some:
        storage.discard(key)
        storage.discard(key)
    assert not some & keys_of(storage)


def leaves_nothing_of_what_breaks(storage: Storage) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > s3.PART // 2:
                raise OSError(5, "the file that comes in cannot be read")
            return super().read(min(size or 0, s3.PART) if size and size > 0 else size)

    key = new_key()
    with pytest.raises(OSError, match="comes in"):
        storage.keep(key, Broken(body(LARGE).getvalue()))
    assert not {key, f"{key}.part"} & keys_of(storage)


def lets_many_at_it(storage: Storage) -> None:
    keys = [new_key() for _number in range(8)]
    threads = [
        threading.Thread(target=storage.keep, args=(key, body(90_000 + number)))
        for number, key in enumerate(keys)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, key in enumerate(keys):
        with storage.open(key) as kept:
            assert len(kept.read()) == 90_000 + number


CASES: tuple[Callable[[Storage], None], ...] = (
    comes_back, keeps_from_the_first_byte, reads_in_pieces, begins_where_asked,
    says_what_is_missing, writes_over_nothing, names_what_it_keeps, leaves_nothing_of_what_breaks,
    lets_many_at_it,
)  # fmt: skip
