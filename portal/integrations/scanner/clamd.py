"""How is ClamAV's daemon asked whether a content holds a virus?"""

from __future__ import annotations

import logging
import socket
import struct
from typing import BinaryIO
from urllib.parse import urlsplit

from portal.core.files import CHUNK, ScannerDown, TooLargeToScan

PATIENCE = 30.0  # seconds
SLOWEST = 5 * 1024 * 1024
"""Bytes a second at which a content is looked through, at least."""
log = logging.getLogger(__name__)


class Clamd:
    """A scanner that speaks INSTREAM, clamd(8), at ``tcp://host:port`` or ``unix:/path``.

    It takes as much as its StreamMaxLength says; with ``lets_large_pass`` what is larger is taken
    without it.
    """

    def __init__(self, url: str, lets_large_pass: bool = False) -> None:
        self.url, self.lets_large_pass = urlsplit(url), lets_large_pass

    def finds(self, content: BinaryIO) -> str:
        """Return the name of the virus, or nothing; raises ScannerDown or TooLargeToScan."""
        try:
            with self._connect() as line:
                answer = _ask(line, content)
        except OSError as error:
            raise ScannerDown(str(error)) from error
        if answer == "stream: OK":
            return ""
        if answer.endswith(" FOUND"):
            return answer.removeprefix("stream: ").removesuffix(" FOUND")
        if answer.startswith("INSTREAM size limit exceeded"):
            if self.lets_large_pass:
                log.warning("a file larger than the scanner takes is taken without it")
                return ""
            raise TooLargeToScan(answer)
        raise ScannerDown(answer or "no answer")

    def _connect(self) -> socket.socket:
        if self.url.scheme == "unix":
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(PATIENCE)
            line.connect(self.url.path)
            return line
        return socket.create_connection((self.url.hostname, self.url.port or 3310), PATIENCE)


def _ask(line: socket.socket, content: BinaryIO) -> str:
    """Send the content and return the answer, which may come before all of it is sent."""
    line.sendall(b"zINSTREAM\0")
    sent = 0
    try:
        while chunk := content.read(CHUNK):
            line.sendall(struct.pack(">I", len(chunk)) + chunk)
            sent += len(chunk)
        line.sendall(struct.pack(">I", 0))
    except (BrokenPipeError, ConnectionResetError):
        log.info("the virus scanner hung up after %d bytes", sent)  # and may have said why
    line.settimeout(PATIENCE + sent / SLOWEST)
    return _read(line)


def _read(line: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < 1000 and (some := line.recv(1000)):
        answer += some
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()
