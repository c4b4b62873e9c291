"""Does a download that broke go on where it was, and is nothing sent twice?"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from portal.core import files, spooling
from portal.integrations.storage.local import LocalStorage
from tests.browser import BASE, Browser
from tests.core.test_filetypes import PDF, package
from tests.core.test_spooling import full_disk
from tests.domain.world import everything, submitted

SignIn = Callable[[str], Browser]


@pytest.fixture
def ask(sign_in: SignIn, begun: str) -> Callable[..., TestResponse]:
    """Returns a function that asks for an attached PDF with the headers given."""
    ana = sign_in("ana")
    page = ana.upload(ana.get(f"{begun}/files"), "/files", {"offer.pdf": PDF}, htmx=True)
    link = str(page.soup.select_one(".files a[download]")["href"])  # type: ignore[index]

    def get(method: str = "GET", **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return ana.client.open(link, method=method, base_url=BASE, headers=named)

    return get


def test_a_part_is_sent_of_what_is_the_same(ask: Callable[..., TestResponse]) -> None:
    whole = ask()
    etag = whole.headers["ETag"]
    assert whole.headers["Accept-Ranges"] == "bytes" and re.fullmatch(r'"[0-9a-f]{64}"', etag)
    size = len(PDF)
    for asked, (begin, end) in {
        "bytes=0-9": (0, 10), "bytes=10-": (10, size), "bytes=-5": (size - 5, size),
        "bytes=5-99999": (5, size), "bytes=0-0": (0, 1),
    }.items():  # fmt: skip
        part = ask(Range=asked, If_Range=etag)
        assert part.status_code == 206 and part.data == PDF[begin:end], asked
        assert part.headers["Content-Range"] == f"bytes {begin}-{end - 1}/{size}"
        assert part.content_length == end - begin
        assert part.headers["Content-Disposition"].startswith("attachment;")
    anew = ask(Range="bytes=10-", If_Range='"another"')
    assert anew.status_code == 200 and anew.data == PDF
    head = ask("HEAD", Range="bytes=10-")
    assert head.status_code == 206 and not head.data


def test_what_is_held_already_is_not_sent(ask: Callable[..., TestResponse]) -> None:
    etag = ask().headers["ETag"]
    for known in (etag, f'"x", W/{etag}', "*"):
        held = ask(If_None_Match=known)
        assert held.status_code == 304 and not held.data, known
    assert ask(If_None_Match='"x"').status_code == 200


def test_what_lies_outside_is_said(ask: Callable[..., TestResponse]) -> None:
    outside = ask(Range="bytes=99999-")
    assert outside.status_code == 416
    assert outside.headers["Content-Range"] == f"bytes */{len(PDF)}"


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-1,5-6",
        "lines=1-2",
        "bytes=x-y",
        "bytes",
        "bytes=9-2",
        "bytes=-0",
        "bytes=--1",
        "\xff",
    ],
)
def test_what_is_no_range_gets_the_whole(ask: Callable[..., TestResponse], asked: str) -> None:
    answer = ask(Range=asked)
    assert answer.status_code == 200 and answer.data == PDF


def test_a_text_is_not_packed_on_its_way(sign_in: SignIn, begun: str) -> None:
    """A part of a packed text would be a part of something else."""
    ana, text = sign_in("ana"), b"words " * 500
    page = ana.upload(ana.get(f"{begun}/files"), "/files", {"notes.txt": text}, htmx=True)
    link = str(page.soup.select_one(".files a[download]")["href"])  # type: ignore[index]
    answer = ana.client.get(link, base_url=BASE, headers={"Accept-Encoding": "gzip, br"})
    assert answer.data == text and "Content-Encoding" not in answer.headers


def test_out_of_reach_is_said_and_all_else_works(
    ask: Callable[..., TestResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_anything: Any) -> Any:
        raise OSError("the storage does not answer")

    monkeypatch.setattr(LocalStorage, "open", fails)
    answer = ask()
    assert answer.status_code == 503 and b"Nothing was changed" in answer.data
    assert "Content-Disposition" not in answer.headers


# --- what comes in -------------------------------------------------------------------------------


def test_a_full_disk_is_a_sentence_and_leaves_nothing(
    sign_in: SignIn, begun: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = sign_in("ana")
    monkeypatch.setattr(spooling, "_unnamed", full_disk)
    page = ana.upload(ana.get(f"{begun}/files"), "/files", {"offer.pdf": PDF}, htmx=True)
    assert page.status == 422 and "There is no room for files at present." in page.words
    assert not list(root.glob("??/*"))


def test_a_large_file_is_refused_without_being_kept(
    sign_in: SignIn, begun: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = sign_in("ana")
    large = PDF + b"%" * 26 * files.MEGABYTE
    page = ana.upload(ana.get(f"{begun}/files"), "/files", {"offer.pdf": large}, htmx=True)
    assert page.status == 422 and "offer.pdf is larger than 25 MB." in page.words
    assert not list(root.glob("??/*"))


@pytest.mark.parametrize(("who", "status"), [("", 303), ("noah", 404), ("sid", 404)])
def test_nothing_is_read_of_who_may_not(
    app: Flask, sign_in: SignIn, begun: str, who: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even a place on the disk is made for a body that is not wanted."""
    browser = sign_in(who) if who else Browser(app)
    sizes: list[int] = []
    make = spooling.Spool

    def noted(folder: Path, largest: int) -> spooling.Spool:
        sizes.append(largest)
        return make(folder, largest)

    monkeypatch.setattr(spooling, "Spool", noted)
    sent = {"files": (package(), "need.docx")}
    answer = browser.client.post(
        f"{begun}/files", base_url=BASE, data=_with_file(sent), content_type="multipart/form-data"
    )
    assert answer.status_code == status, answer.text[:300]
    assert not sizes
    if not who:
        assert answer.headers["Location"].startswith("/sign-in?next=%2Fregistrations")


def test_nothing_is_read_of_who_may_only_look(
    app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    with everything(app) as session:
        path = f"/registrations/{submitted(domain='looked-at.ca').reference}/files"
        session.commit()
    omar = sign_in("omar")
    monkeypatch.setattr(spooling, "Spool", None)
    sent = _with_file({"files": (PDF, "offer.pdf")})
    answer = omar.client.post(path, base_url=BASE, data=sent, content_type="multipart/form-data")
    assert answer.status_code == 403


def _with_file(sent: dict[str, tuple[bytes, str]]) -> dict[str, Any]:
    import io

    return {name: (io.BytesIO(content), called) for name, (content, called) in sent.items()}
