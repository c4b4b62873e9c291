"""Is a virus found, and is no answer never taken for a good one?"""

from __future__ import annotations

import io
import shutil
import socket
import subprocess
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.core.files import ScannerDown, TooLargeToScan
from portal.integrations.scanner.clamd import Clamd
from tests.figures import record

# Put together here, so that no file of the project is one that a scanner finds.
SIGNATURE = "".join(
    ("X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR", "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*")
).encode()
CLAMD = shutil.which("clamd")


def in_a_zip(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("inside.txt", content)
    return made.getvalue()


@pytest.fixture
def answering() -> Iterator[Callable[[bytes], Clamd]]:
    """Return a maker of scanners whose daemon reads all that is sent and answers so."""
    doors: list[socket.socket] = []

    def serve(door: socket.socket, answer: bytes) -> None:
        line, _from = door.accept()
        with line:
            line.settimeout(5)
            read = b""
            while not read.endswith(b"\0\0\0\0"):
                read += line.recv(65536)
            if answer:
                line.sendall(answer)

    def make(answer: bytes) -> Clamd:
        door = socket.create_server(("127.0.0.1", 0))
        doors.append(door)
        threading.Thread(target=serve, args=(door, answer), daemon=True).start()
        return Clamd(f"tcp://127.0.0.1:{door.getsockname()[1]}")

    yield make
    for door in doors:
        door.close()


def test_a_clean_file_passes(answering: Callable[[bytes], Clamd]) -> None:
    assert answering(b"stream: OK\0").finds(io.BytesIO(b"x" * 1_000_000)) == ""


def test_a_find_is_named(answering: Callable[[bytes], Clamd]) -> None:
    found = answering(b"stream: Win.Test.EICAR_HDB-1 FOUND\0").finds(io.BytesIO(SIGNATURE))
    assert found == "Win.Test.EICAR_HDB-1"


@pytest.mark.parametrize("answer", [b"", b"OK\0", b"\0"])
def test_anything_else_is_no_answer(answering: Callable[[bytes], Clamd], answer: bytes) -> None:
    with pytest.raises(ScannerDown):
        answering(answer).finds(io.BytesIO(b"x"))


def test_what_is_larger_than_it_takes_is_no_failure(answering: Callable[[bytes], Clamd]) -> None:
    exceeded = b"INSTREAM size limit exceeded. ERROR\0"
    with pytest.raises(TooLargeToScan):
        answering(exceeded).finds(io.BytesIO(b"x"))
    lenient = Clamd(answering(exceeded).url.geturl(), lets_large_pass=True)
    assert lenient.finds(io.BytesIO(b"x")) == ""


def test_an_answer_that_comes_before_all_is_sent_is_heard() -> None:
    """The daemon hangs up as soon as it has more than it takes."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def hang_up() -> None:
            line, _from = door.accept()
            with line:
                line.recv(1_000_000)
                line.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                line.shutdown(socket.SHUT_WR)
                time.sleep(0.2)

        threading.Thread(target=hang_up, daemon=True).start()
        with pytest.raises(TooLargeToScan):
            Clamd(f"tcp://127.0.0.1:{door.getsockname()[1]}").finds(io.BytesIO(b"x" * 50_000_000))


def test_a_daemon_that_is_not_there_is_down() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    with pytest.raises(ScannerDown):
        Clamd(f"tcp://127.0.0.1:{port}").finds(io.BytesIO(b"x"))
    with pytest.raises(ScannerDown):
        Clamd("unix:/nowhere/clamd.sock").finds(io.BytesIO(b"x"))


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clamd]:
    """Run ClamAV's own daemon with one signature, that of the test file."""
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "test.ndb").write_text(f"Test-Signature:0:0:{SIGNATURE.hex()}\n")
    settings = folder / "clamd.conf"
    place = folder / "socket"
    settings.write_text(
        f"DatabaseDirectory {folder}\nLocalSocket {place}\nForeground yes\n"
        "StreamMaxLength 30M\nOfficialDatabaseOnly no\n"
    )
    assert CLAMD is not None
    process = subprocess.Popen(
        [CLAMD, f"--config-file={settings}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 60
        while not place.exists() and time.monotonic() < until and process.poll() is None:
            time.sleep(0.1)
        assert place.exists(), "clamd did not start"
        yield Clamd(f"unix:{place}")
    finally:
        process.terminate()
        process.wait(10)


@pytest.mark.skipif(
    CLAMD is None, reason="ClamAV's daemon is not here (on Debian: apt-get install clamav-daemon)."
)
def test_the_real_daemon_finds_the_test_signature(daemon: Clamd, tmp_path: Path) -> None:
    infected = {"plain": SIGNATURE, "in a zip": in_a_zip(SIGNATURE)}
    clean = {"pdf": b"%PDF-1.7\n%%EOF", "zip": in_a_zip(b"hello"), "large": b"\0" * 25_000_000}
    found = {name for name, content in infected.items() if daemon.finds(io.BytesIO(content))}
    wrong = {name for name, content in clean.items() if daemon.finds(io.BytesIO(content))}
    with pytest.raises(TooLargeToScan):
        daemon.finds(io.BytesIO(b"\0" * 40_000_000))
    is_right = found == set(infected) and not wrong
    told = f"{len(found)} of {len(infected)} found, {len(clean) - len(wrong)} of {len(clean)} pass"
    record(4, "clamd with the test signature", "found, and clean files pass", told, is_right)
    assert is_right, (found, wrong)
