"""How is ClamAV's daemon asked whether a content holds a virus?"""

from __future__ import annotations

import socket
import struct
from typing import BinaryIO
from urllib.parse import urlsplit

from portal.core.files import CHUNK, ScannerDown

PATIENCE = 30.0  # seconds


class Clamd:
    """A scanner that speaks INSTREAM, clamd(8), at ``tcp://host:port`` or ``unix:/path``."""

    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)

    def finds(self, content: BinaryIO) -> str:
        """Return the name of the virus, or nothing; raises ScannerDown."""
        try:
            with self._connect() as line:
                line.sendall(b"zINSTREAM\0")
                while chunk := content.read(CHUNK):
                    line.sendall(struct.pack(">I", len(chunk)) + chunk)
                line.sendall(struct.pack(">I", 0))
                answer = _read(line)
        except OSError as error:
            raise ScannerDown(str(error)) from error
        if answer == "stream: OK":
            return ""
        if answer.endswith(" FOUND"):
            return answer.removeprefix("stream: ").removesuffix(" FOUND")
        raise ScannerDown(answer or "no answer")

    def _connect(self) -> socket.socket:
        if self.url.scheme == "unix":
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(PATIENCE)
            line.connect(self.url.path)
            return line
        return socket.create_connection((self.url.hostname, self.url.port or 3310), PATIENCE)


def _read(line: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < 1000 and (some := line.recv(1000)):
        answer += some
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()
