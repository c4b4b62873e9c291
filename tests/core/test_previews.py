"""Is what a file looks like drawn within limits, kept with it, and gone with it?"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from flask import Flask
from sqlalchemy import select

from portal.core import drawing, files, outbox, previews
from portal.core.files import Incoming
from portal.core.net import system_mode
from portal.core.outbox import DROPPED, SENT, WAITING, Delivery
from portal.core.times import DAY, now
from portal.domain.attachments import operations
from portal.integrations.storage.local import LocalStorage
from tests.core.pictures import DRAWN, NOT_DRAWN, PLACE, endless, opened, pdf, photo
from tests.domain.world import actor_of, attached_here, draft, everything, kept_beside_records
from tests.figures import record

LEASE = 60.0


def draw(mime: str, content: bytes) -> list[previews.Drawn]:
    return previews.draw(mime, io.BytesIO(content))


@pytest.mark.long
def test_what_can_be_drawn_is_and_all_else_has_no_preview() -> None:
    drawn = [name for name, (mime, content) in DRAWN.items() if draw(mime, content)]
    refused = [name for name, (mime, content) in NOT_DRAWN.items() if not draw(mime, content)]
    left = psutil.Process().children(recursive=True)
    drawers = [one for one in left if "drawing.py" in " ".join(one.cmdline())]
    is_right = (drawn, refused, drawers) == (list(DRAWN), list(NOT_DRAWN), [])
    record(
        4,
        "previews: bombs, locked, cut and lying files",
        "drawn within the limits or without a preview; no process is left",
        f"{len(refused)} of {len(NOT_DRAWN)} without, {len(drawn)} of {len(DRAWN)} drawn,"
        f" {len(drawers)} processes left",
        is_right,
    )
    assert is_right, (drawn, refused, drawers)


def test_a_photo_stands_upright_and_says_nothing_of_its_place() -> None:
    (upright,) = draw("image/jpeg", photo((900, 600), turned=6))
    picture = opened(upright.content)
    assert (upright.width, upright.height) == picture.size == (427, 640)
    top, bottom = picture.getpixel((200, 20)), picture.getpixel((200, 620))
    assert top[0] > 200 > top[2] and bottom[2] > 200 > bottom[0]
    assert not picture.getexif() and PLACE not in upright.content
    assert picture.format == "WEBP" and len(upright.content) < 10_000


def test_the_first_pages_and_no_more() -> None:
    pages = draw("application/pdf", pdf(5))
    assert len(pages) == drawing.MOST_PAGES
    colours = [opened(page.content).getpixel((100, 100))[0] for page in pages]
    assert colours == sorted(colours) and colours[0] + 60 < colours[2]


def test_what_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "PATIENCE", 1.0)
    begun = time.monotonic()
    assert draw("application/pdf", endless()) == []
    assert time.monotonic() - begun < 5


TRIES = {
    "memory": "bytearray(900 * 1024 * 1024)",
    "a large answer": "[os.write(1, b'x' * 1024 * 1024) for _ in range(9)]",
    "many files": "[open('/dev/null') for _ in range(40)]",
    "the network": "socket.create_connection(('127.0.0.1', int(sys.argv[3])), 2)",
}


@pytest.mark.parametrize("what", TRIES)
def test_it_cannot_have(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a file to take over the process that draws it."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        if what == "the network" and not _gives_up_network():
            pytest.skip("This kernel lets nobody but root give up the network.")
        taken = tmp_path / "taken.py"
        folder = str(Path(drawing.__file__).parent)
        taken.write_text(
            f"import os, socket, sys\nsys.path.insert(0, {folder!r})\nsys.argv.append('{port}')\n"
            f"import drawing\ndrawing.confine(int(sys.argv[2]))\n"
            f"assert not {{'SECRET_KEY', 'HOME', 'PATH'}} & set(os.environ)\n"
            f"try:\n    {TRIES[what]}\nexcept BaseException:\n    sys.exit(7)\nsys.exit(0)\n"
        )
        codes: list[int] = []
        run = previews.subprocess.run

        def noted(*arguments: Any, **named: Any) -> Any:
            done = run(*arguments, **named)
            codes.append(done.returncode)
            return done

        monkeypatch.setattr(previews, "PROGRAM", taken)
        monkeypatch.setattr(previews.subprocess, "run", noted)
        assert draw("image/png", b"") == []
        # 25 is SIGXFSZ, where Python does not turn it into an error.
        assert codes[0] in (7, -25), codes


def _gives_up_network() -> bool:
    import ctypes

    child = os.fork()
    if not child:
        os._exit(ctypes.CDLL(None).unshare(0x10000000 | 0x40000000) != 0)
    return os.waitpid(child, 0)[1] == 0


def test_what_is_no_picture_is_never_kept() -> None:
    """What a process answers that was taken over is looked at before it is believed."""
    html = b"<html><script>alert(1)</script>"
    measures = drawing.MEASURES.pack(10, 10, len(html))
    assert not list(previews._read(measures + html))
    webp = b"RIFF\0\0\0\0WEBP"
    assert not list(previews._read(drawing.MEASURES.pack(9999, 10, len(webp)) + webp))
    assert len(list(previews._read((drawing.MEASURES.pack(9, 9, len(webp)) + webp) * 9))) == 3


# --- the delivery --------------------------------------------------------------------------------


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalStorage:
    """The storage of this test alone; nudges are switched off."""
    made = LocalStorage(tmp_path / "files")
    monkeypatch.setattr(files, "_storage", [made])
    monkeypatch.setattr(outbox, "_nudge", [])
    return made


@pytest.fixture
def attach(data_app: Flask, storage: LocalStorage) -> Callable[[bytes, str], int]:
    """Returns a function that keeps a content beside a draft and returns the delivery's number."""

    def put(content: bytes, mime: str) -> int:
        import hashlib

        with everything(data_app) as session, data_app.test_request_context():
            key = files.keep_content(io.BytesIO(content))
            digest = hashlib.sha256(content).hexdigest()
            file = Incoming("offer.pdf", "", key, mime, len(content), digest)
            operations.attach(draft(domain="drawn.ca"), actor_of("ana"), [file])
            session.commit()
            query = select(Delivery.id).where(Delivery.destination == previews.DESTINATION)
            return int(session.scalars(query.order_by(Delivery.id.desc())).first())

    return put


def deliver(app: Flask, number: int) -> str:
    """Try a delivery as the worker does; return what became of it."""
    with app.app_context(), system_mode("worker"):
        assert outbox.deliver(number, LEASE)
    with everything(app) as session:
        return str(session.get_one(Delivery, number).state)


def test_previews_come_after_the_file_and_go_with_it(
    data_app: Flask, attach: Callable[[bytes, str], int], storage: LocalStorage
) -> None:
    number = attach(pdf(2), "application/pdf")
    assert deliver(data_app, number) == SENT
    with everything(data_app) as session:
        (attachment,) = attached_here(session)
        pages = previews.of(attachment.file)
        assert [(one.page, one.mime, one.width) for one in pages] == [
            (1, "image/webp", 640), (2, "image/webp", 640),
        ]  # fmt: skip
        first = previews.first_of([attachment.file_id])[attachment.file_id]
        assert first.id == pages[0].id and previews.first_of([]) == {}
        assert opened(storage.open(first.key).read()).size == (640, 427)
        operations.remove(attachment, actor_of("ana"))
        session.commit()
        assert not kept_beside_records(session)
        assert files.sweep(session, now() + DAY) == 3 and not list(storage.kept())


def test_a_delivery_that_is_repeated_draws_nothing_twice(
    data_app: Flask, attach: Callable[[bytes, str], int], storage: LocalStorage
) -> None:
    number = attach(photo(), "image/jpeg")
    deliver(data_app, number)
    with everything(data_app) as session:
        session.get_one(Delivery, number).state = WAITING
        session.commit()
        (original,) = (one for one in kept_beside_records(session) if not one.original_id)
        # Another worker, which has not seen that it was done.
        previews._keep(original.id, original.key, draw("image/jpeg", photo()))
    assert deliver(data_app, number) == SENT
    with everything(data_app) as session:
        assert len(kept_beside_records(session)) == 2
        assert len(list(storage.kept())) == 2


def test_what_cannot_be_drawn_is_done_with(
    data_app: Flask, attach: Callable[[bytes, str], int]
) -> None:
    assert deliver(data_app, attach(NOT_DRAWN["locked.pdf"][1], "application/pdf")) == SENT
    assert deliver(data_app, attach(b"words", "text/plain")) == SENT
    with everything(data_app) as session:
        assert all(one.original_id is None for one in kept_beside_records(session))


def test_a_file_taken_away_meanwhile_is_not_drawn(
    data_app: Flask, attach: Callable[[bytes, str], int], storage: LocalStorage
) -> None:
    number = attach(pdf(), "application/pdf")
    with everything(data_app) as session:
        (kept,) = kept_beside_records(session)
        operations.remove(*attached_here(session), actor_of("ana"))
        session.commit()
        # It went while it was drawn.
        previews._keep(kept.id, kept.key, draw("application/pdf", pdf()))
    assert deliver(data_app, number) == DROPPED
    assert [key for key, _since in storage.kept()] == [kept.key]


def test_out_of_reach_it_is_tried_again(
    data_app: Flask, attach: Callable[[bytes, str], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = attach(pdf(), "application/pdf")

    def fails(*_anything: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(LocalStorage, "open", fails)
        assert deliver(data_app, number) == WAITING
    with everything(data_app) as session:
        session.get_one(Delivery, number).due_at = now()
        session.commit()
    with monkeypatch.context() as full:
        full.setattr(LocalStorage, "keep", fails)
        assert deliver(data_app, number) == WAITING
    with everything(data_app) as session:
        assert len(kept_beside_records(session)) == 1
