"""How does the certified provider come here and start, and what is missing where it cannot?"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent / "certified_provider"
KEPT = Path(__file__).parents[2] / "var"
OLDEST_NODE = 20
INSTALL_SECONDS = 300
START_SECONDS = 60


class Missing(Exception):
    """The provider cannot run on this machine; the text says in one sentence why."""


@dataclass(frozen=True)
class Certified:
    """The running provider, and the one client that it knows."""

    issuer: str
    client_id: str
    client_secret: str


def installed() -> Path:
    """Return the folder with the provider's packages, fetched once; raises Missing."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise Missing("The certified provider needs Node and npm, which are not installed here.")
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = re.match(r"v(\d+)\.", told)
    if major is None or int(major[1]) < OLDEST_NODE:
        raise Missing(f"The certified provider needs Node {OLDEST_NODE}; here is {told.strip()}.")
    lock = (HERE / "package-lock.json").read_bytes()
    folder = KEPT / f"certified-provider-{sha256(lock).hexdigest()[:12]}"
    if not folder.exists():
        _install(npm, folder)
    return folder


def _install(npm: str, folder: Path) -> None:
    KEPT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=KEPT) as name:
        made = Path(name) / "made"
        made.mkdir()
        for file in ("package.json", "package-lock.json"):
            shutil.copy(HERE / file, made)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        try:
            done = subprocess.run(
                command, cwd=made, capture_output=True, text=True, timeout=INSTALL_SECONDS,
                check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise Missing("The package oidc-provider did not come within five minutes.") from None
        if done.returncode:
            first = (done.stderr.strip().splitlines() or ["npm said nothing"])[0][:120]
            raise Missing(f"The package oidc-provider could not be installed: {first}")
        with suppress(OSError):  # another process was first
            os.rename(made, folder)


@contextmanager
def certified(port: int, portal_url: str, log: Path) -> Iterator[Certified]:
    """Run the provider at a port of this machine, for the portal at ``portal_url``."""
    folder = installed()
    script = folder / "server.mjs"
    shutil.copy(HERE / "server.mjs", script)
    one = Certified(f"http://localhost:{port}", "quayside", secrets.token_urlsafe(24))
    node = str(shutil.which("node"))
    command = [node, str(script), str(port), portal_url, one.client_id, one.client_secret]
    with open(log, "wb") as written:
        process = subprocess.Popen(command, cwd=folder, stdout=written, stderr=written)
    try:
        _wait(process, one.issuer, log)
        yield one
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: subprocess.Popen[bytes], issuer: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with suppress(OSError):
            urllib.request.urlopen(f"{issuer}/.well-known/openid-configuration", timeout=2).close()
            return
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the certified provider did not start:\n{log.read_text()}")
        time.sleep(0.1)
