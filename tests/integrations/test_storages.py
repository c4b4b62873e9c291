"""Do a folder and an object store keep contents alike, also when something breaks?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal.config import BadSetting, read_settings
from portal.core import files
from portal.core.files import Storage
from portal.core.net import system_mode
from portal.core.times import DAY, now
from portal.integrations.storage import s3
from portal.integrations.storage.local import LocalStorage
from portal.integrations.storage.s3 import Bucket, S3Storage
from tests.figures import record
from tests.integrations.object_store import BUCKET, KEY_ID, SECRET, WEED, Line, running
from tests.integrations.storage_contract import CASES, LARGE, body, keys_of, new_key

pytestmark = pytest.mark.xdist_group("object store")
needs_store = pytest.mark.skipif(WEED is None, reason="SeaweedFS's program is not installed.")


@pytest.fixture(scope="session")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    """The bucket of a real object store."""
    with running(tmp_path_factory.mktemp("store")) as port:
        made = Bucket(
            BUCKET, "kept/", f"http://127.0.0.1:{port}", "us-east-1", KEY_ID, SECRET,
            patience=10, tries=2,
        )  # fmt: skip
        S3Storage(made)._client.create_bucket(Bucket=BUCKET)
        yield made


@pytest.mark.parametrize("case", CASES)
def test_a_folder(case: Callable[[Storage], None], tmp_path: Path) -> None:
    case(LocalStorage(tmp_path / "files"))


# --- what breaks on the way to a store ----------------------------------------------------------


def refuses_wrong_keys(bucket: Bucket) -> None:
    for wrong in (replace(bucket, secret="wrong"), replace(bucket, key_id="nobody")):
        storage = S3Storage(wrong)
        for asked in (lambda one=storage: one.open(new_key()),
                      lambda one=storage: one.keep(new_key(), body(10)),
                      lambda one=storage: list(one.kept())):  # fmt: skip
            with pytest.raises(OSError, match="the object store said"):
                asked()


def breaks_in_the_middle_of_coming_in(bucket: Bucket) -> None:
    line = Line(int(bucket.endpoint.rpartition(":")[2]))
    storage = S3Storage(replace(bucket, endpoint=line.url))
    for size in (s3.PART // 2, LARGE):
        key = new_key()
        line.up = size // 3
        with pytest.raises(OSError, match="object store"):
            storage.keep(key, body(size))
        line.mend()
        assert key not in keys_of(storage)
        if f"{key}.part" in keys_of(storage):  # giving it up broke too: the sweep finds it
            storage.discard(f"{key}.part")
        assert f"{key}.part" not in keys_of(storage)
        storage.keep(key, body(size))


def breaks_in_the_middle_of_going_out(bucket: Bucket) -> None:
    line = Line(int(bucket.endpoint.rpartition(":")[2]))
    storage = S3Storage(replace(bucket, endpoint=line.url))
    key, content = new_key(), body(LARGE)
    storage.keep(key, content)
    line.down = LARGE // 2
    pieces: list[bytes] = []

    def read() -> None:
        with storage.open(key) as kept:
            while piece := kept.read(100_000):
                pieces.append(piece)

    with pytest.raises(OSError, match="object store"):
        read()
    got = b"".join(pieces)
    assert got and got == content.getvalue()[: len(got)] and len(got) < LARGE
    line.mend()
    with storage.open(key, len(got)) as kept:
        assert got + kept.read() == content.getvalue()


def is_not_there(bucket: Bucket) -> None:
    storage = S3Storage(replace(bucket, endpoint="http://127.0.0.1:9", patience=1))
    for asked in (lambda: storage.open(new_key()), lambda: storage.keep(new_key(), body(10)),
                  lambda: storage.discard(new_key()), lambda: list(storage.kept())):  # fmt: skip
        with pytest.raises(OSError, match="object store"):
            asked()


def finds_what_was_never_whole(bucket: Bucket) -> None:
    storage, key = S3Storage(bucket), new_key()
    storage._client.create_multipart_upload(**storage._named(key))
    assert f"{key}.part" in keys_of(storage)
    storage.discard(f"{key}.part")
    assert f"{key}.part" not in keys_of(storage)


def leaves_others_alone(bucket: Bucket) -> None:
    storage = S3Storage(bucket)
    storage._client.put_object(Bucket=BUCKET, Key="kept/somebody-elses", Body=b"x")
    storage._client.put_object(Bucket=BUCKET, Key=new_key(), Body=b"beside our prefix")
    before = keys_of(storage)
    assert all(len(key.removesuffix(".part")) == 32 for key in before)


BREAKING: tuple[Callable[[Bucket], None], ...] = (
    refuses_wrong_keys, breaks_in_the_middle_of_coming_in, breaks_in_the_middle_of_going_out,
    is_not_there, finds_what_was_never_whole, leaves_others_alone,
)  # fmt: skip


@needs_store
@pytest.mark.long
def test_a_real_object_store_keeps_the_same_contract(bucket: Bucket) -> None:
    failed: dict[str, str] = {}
    steps: dict[str, Callable[[], None]] = {
        case.__name__: (lambda one=case: one(S3Storage(bucket))) for case in CASES
    }
    steps |= {case.__name__: (lambda one=case: one(bucket)) for case in BREAKING}
    for name, step in steps.items():
        try:
            step()
        except Exception as error:
            failed[name] = repr(error)[:300]
    record(
        4,
        "S3 contract against the real server",
        "every case as with a folder; wrong keys, outages and left-overs end well",
        f"{len(steps) - len(failed)} of {len(steps)}",
        not failed,
    )
    assert not failed


@needs_store
def test_the_sweep_lets_go_of_what_no_row_names(
    app: Flask, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = S3Storage(replace(bucket, prefix="swept/"))
    monkeypatch.setattr(files, "_storage", [storage])
    storage.keep(new_key(), body(10))
    storage._client.create_multipart_upload(**storage._named(new_key()))
    with app.app_context(), system_mode("test"):
        assert files.sweep(files_session()) == 0
        assert files.sweep(files_session(), now() + DAY) == 2
    assert not keys_of(storage)


def files_session() -> Any:
    from portal.core.database import db

    return db.session()


# --- settings -----------------------------------------------------------------------------------

BASE = {"SECRET_KEY": "x" * 40}


def test_settings_choose_the_store(app: Flask) -> None:
    given = {"FILES_S3_BUCKET": "partners", "FILES_S3_PREFIX": "kept/", "FILES_S3_SSE": "AES256"}
    store = read_settings({**BASE, **given})["FILES_S3"]
    assert store["name"] == "partners" and read_settings(BASE)["FILES_S3"] is None
    storage = S3Storage(Bucket(**store))
    assert storage._sealing == {"ServerSideEncryption": "AES256"}
    with pytest.raises(BadSetting, match="FILES_S3_BUCKET"):
        read_settings({**BASE, "FILES_S3_REGION": "ca-central-1"})


def test_the_library_is_loaded_only_where_it_is_used(app: Flask) -> None:
    import subprocess
    import sys

    code = "import portal.assembly, sys; sys.exit('boto3' in sys.modules or 'PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
