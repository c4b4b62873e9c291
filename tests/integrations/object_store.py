"""How does a real object store run beside the tests, and how is the line to it cut?"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import requests

KEY_ID, SECRET, BUCKET = "quayside", "a-secret-for-tests-only", "files"
WEED = shutil.which("weed", path=str(Path(sys.executable).parent)) or shutil.which("weed")
GRPC = 10_000
"""How far above a port its second one is."""


def _free_port() -> int:
    for _try in range(200):
        with socket.create_server(("127.0.0.1", 0)) as door:
            port = int(door.getsockname()[1]) % 20_000 + 30_000
        with suppress(OSError):
            for number in (port, port + GRPC):
                socket.create_server(("127.0.0.1", number)).close()
            return port
    raise AssertionError("no port is free")


@contextmanager
def running(folder: Path) -> Iterator[int]:
    """Run SeaweedFS in ``folder`` on this machine alone; yield the port on which it speaks S3."""
    assert WEED is not None
    keys = {"accessKey": KEY_ID, "secretKey": SECRET}
    rights = ["Admin", "Read", "Write", "List", "Tagging"]
    settings = folder / "s3.json"
    settings.write_text(
        json.dumps({"identities": [{"name": "portal", "credentials": [keys], "actions": rights}]})
    )
    ports = {name: _free_port() for name in ("master", "volume", "filer", "s3")}
    command = [
        WEED, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3",
        f"-s3.config={settings}", "-volume.max=20", "-master.volumeSizeLimitMB=64",
        "-master.telemetry=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
        *(f"-{name}.port={port}" for name, port in ports.items()),
    ]  # fmt: skip
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        _wait(process, ports["s3"], folder / "log")
        yield ports["s3"]
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with suppress(requests.RequestException):
            if requests.get(f"http://127.0.0.1:{port}/healthz", timeout=2).status_code == 200:
                return
        time.sleep(0.2)
    raise AssertionError(f"the object store did not start:\n{log.read_text()[-2000:]}")


class Line:
    """A line to a port of this machine that breaks once so many bytes went one way."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.up: int | None = None
        self.down: int | None = None
        self.door = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        """Return the address under which the other side is reached."""
        return f"http://127.0.0.1:{self.door.getsockname()[1]}"

    def mend(self) -> None:
        """Let everything pass again."""
        self.up = self.down = None

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _from = self.door.accept()
                far = socket.create_connection(("127.0.0.1", self.port))
                for one, other, way in ((near, far, "up"), (far, near, "down")):
                    threading.Thread(target=self._pass, args=(one, other, way), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, way: str) -> None:
        passed = 0
        with suppress(OSError):
            while chunk := one.recv(65536):
                most = getattr(self, way)
                if most is not None and passed + len(chunk) > most:
                    break
                other.sendall(chunk)
                passed += len(chunk)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
