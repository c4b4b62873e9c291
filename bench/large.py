"""Does a worker's memory stay flat while a file of two gigabytes goes up and down?"""

from __future__ import annotations

import hashlib
import http.client
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import psutil
from flask import Flask
from sqlalchemy.orm import Session

from bench import world
from bench.client import Site, Unexpected
from bench.report import Report
from bench.servers import Databases, serve
from portal.core.net import system_mode
from portal.domain.assets.models import Asset, AssetFolder, AssetVersion, Kind, Language, Status

MEGABYTE = 1024 * 1024
SIZE = 2048 * MEGABYTE - MEGABYTE
MOST_GROWTH = 16
"""Megabytes by which the worker may grow meanwhile."""
LOOK = 0.05  # seconds
FORM = "attachments.attach_to_deal"
_FIELD = re.compile(rb'name="(csrf_token|submission_key|version)" value="([^"]*)"')
_LINK = re.compile(rb'href="([^"]+)" download')


def create() -> Flask:
    """Return the portal with a deal's form that takes two gigabytes, as an asset's does."""
    from portal import create_app
    from portal.core.files import Limits

    app = create_app({"FILES_QUOTA": 0})
    cast(Any, app.view_functions[FORM]).__files__ = Limits(1, 2048 * MEGABYTE)
    return app


def measure(report: Report, databases: Databases) -> None:
    """Send the file by either form to one web worker, fetch it again, and watch its memory."""
    url = databases.url("sqlite", 1000, report.say)
    (deal,) = world.open_deals(url, world.SELLER, 1)
    files = f"/deals/{deal}/files"
    _measure(report, databases, "a deal's form", world.SELLER, files, files)
    version = f"/admin/assets/versions/{draft(url)}"
    _measure(report, databases, "an asset's form", world.LIBRARIAN, f"{version}/file", version)


def _measure(
    report: Report, databases: Databases, title: str, reader: world.Reader, page: str, shown_on: str
) -> None:
    url = databases.url("sqlite", 1000, report.say)
    with serve("bench.large:create()", url, databases.folder, workers=1) as server:
        (worker,) = server.workers()
        browser = server.signed_in(reader)
        browser.fetch(page)
        before = worker.memory_info().rss
        with _watched(worker) as peak:
            began = time.monotonic()
            digest = _send(browser, page)
            sent = time.monotonic() - began
            shown = browser.fetch(shown_on, Accept_Encoding="identity").body
            link = _LINK.findall(shown)[-1].decode()
            began = time.monotonic()
            is_same = _fetch(browser, link) == digest
            fetched = time.monotonic() - began
        growth = (peak() - before) / MEGABYTE
    report.figure(
        f"memory of one web worker while 2 GB go up by {title} and down",
        f"<= {MOST_GROWTH} MB more, the same bytes come back",
        f"{growth:.1f} MB more, {'the same' if is_same else 'OTHER'} bytes",
        growth <= MOST_GROWTH and is_same,
        beside=f"up in {sent:.0f} s, down in {fetched:.0f} s",
        issue=4,
    )


def draft(url: str) -> str:
    """Return the reference of a new draft of an asset."""
    with system_mode("bench"), Session(world.engine_for(url)) as session:
        author = world.member_of(session, world.LIBRARIAN)
        folder = AssetFolder(name="Films", name_fr="Films", name_key=secrets.token_hex(8))
        session.add(folder)
        session.flush()
        asset = Asset(folder_id=folder.id, kind=Kind.OTHER)
        version = AssetVersion(
            asset=asset, folder=folder, kind=Kind.OTHER, language=Language.BOTH, title="A film",
            status=Status.DRAFT, author_id=author.id, author_user_id=author.user_id,
        )  # fmt: skip
        session.add(version)
        session.commit()
        return version.reference


@contextmanager
def _watched(worker: psutil.Process) -> Iterator[Callable[[], int]]:
    """Yield what returns the worker's largest size, in bytes."""
    sizes, over = [worker.memory_info().rss], threading.Event()

    def look() -> None:
        while not over.wait(LOOK):
            sizes.append(worker.memory_info().rss)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield lambda: max(sizes)
    finally:
        over.set()
        thread.join()


def _pieces() -> Iterator[bytes]:
    """Yield the file, a piece at a time: a PDF by its first bytes, none of it like another."""
    noise = secrets.token_bytes(MEGABYTE - 8)
    yield b"%PDF-1.7\n".ljust(MEGABYTE)
    for number in range(1, SIZE // MEGABYTE):
        yield number.to_bytes(8, "big") + noise


def _cookies(browser: Site) -> str:
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


def _send(browser: Site, page: str) -> str:
    """Post the file with the page's form, as one stream; return its SHA-256."""
    form = dict(_FIELD.findall(browser.fetch(page, Accept_Encoding="identity").body))
    mark, whole = secrets.token_hex(16), hashlib.sha256()
    head = b"".join(
        f'--{mark}\r\nContent-Disposition: form-data; name="{name.decode()}"\r\n\r\n'.encode()
        + value + b"\r\n"
        for name, value in form.items()
    )  # fmt: skip
    head += (
        f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="film.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    ).encode()
    tail = f"\r\n--{mark}--\r\n".encode()
    line = http.client.HTTPConnection("127.0.0.1", browser.port, timeout=150)
    line.putrequest("POST", page)
    for name, value in {
        "Cookie": _cookies(browser),
        "Origin": f"http://127.0.0.1:{browser.port}",
        "Content-Type": f"multipart/form-data; boundary={mark}",
        "Content-Length": str(len(head) + SIZE + len(tail)),
    }.items():
        line.putheader(name, value)
    line.endheaders()
    line.send(head)
    for piece in _pieces():
        whole.update(piece)
        line.send(piece)
    line.send(tail)
    answer = line.getresponse()
    if answer.status != 303:
        raise Unexpected(f"{answer.status} for the large file: {answer.read()[:2000]!r}")
    answer.read()
    line.close()
    return whole.hexdigest()


def _fetch(browser: Site, link: str) -> str:
    """Fetch the file, break off in the middle, go on from there; return its SHA-256."""
    whole, got, etag = hashlib.sha256(), 0, ""
    for most in (SIZE // 2, SIZE):
        line = http.client.HTTPConnection("127.0.0.1", browser.port, timeout=150)
        more = {"Range": f"bytes={got}-", "If-Range": etag} if got else {}
        line.request("GET", link, headers={"Cookie": _cookies(browser), **more})
        answer = line.getresponse()
        if answer.status != (206 if got else 200):
            raise Unexpected(f"{answer.status} for the large file")
        etag = answer.headers["ETag"]
        while got < most and (piece := answer.read(min(MEGABYTE, most - got))):
            whole.update(piece)
            got += len(piece)
        line.close()
    return whole.hexdigest()
