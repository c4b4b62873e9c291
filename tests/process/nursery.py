"""How does a test start real servers again and again without loading their code each time?

Run as a program, it loads the code once and then forks one process for each line it reads: real
gunicorn, or ``flask worker``, in a process group of its own.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Nursery:
    """Starts processes that end with this one at the latest."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.process.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # Whatever the tests' own environment says comes with each order, not with the code.
            env={**os.environ, "QUAYSIDE_CRASH_AT": "", "QUAYSIDE_CRASH_LOG": ""},
        )
        self._read()  # it is loaded

    def start(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> int:
        """Start ``command`` (gunicorn or flask, with its arguments); return its process group."""
        order = {"command": command, "environment": dict(environment), "log": str(log)}
        assert self._process.stdin
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._read())

    def close(self) -> None:
        """End the nursery, and with it whatever it has started."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(10)

    def _read(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the nursery has ended")
        return line


def _serve() -> None:
    from portal.processes import die_with_parent

    parent = os.getppid()
    die_with_parent(parent)
    folder = tempfile.TemporaryDirectory(prefix="nursery-")
    _load(folder.name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the children
    started = []
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(json.loads(line))
        with suppress(PermissionError, ProcessLookupError):  # it was quicker itself
            os.setpgid(child, child)
        started.append(child)
        print(child, flush=True)
    for group in started:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
    folder.cleanup()


def _load(templates: str) -> None:
    """Do what takes long; what reads the environment while it is loaded is left out."""
    import flask.cli  # noqa: F401
    import gunicorn.app.wsgiapp
    import gunicorn.workers.gthread  # noqa: F401
    import sqlalchemy.orm
    from jinja2 import FileSystemBytecodeCache

    import portal.assembly
    import portal.cli  # noqa: F401
    from portal.core.transactions import Portal

    sqlalchemy.orm.configure_mappers()
    # One process's compiled templates serve those that come after it.
    Portal.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(templates)}


def _become(order: Mapping[str, Any]) -> None:
    from portal.core import crashpoints
    from portal.processes import die_with_parent

    os.setpgid(0, 0)
    die_with_parent(os.getppid())
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(order["environment"])
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, stream in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(number, stream)
    crashpoints.arm(os.environ)
    sys.argv = list(order["command"])
    try:
        if sys.argv[0] == "gunicorn":
            from gunicorn.app.wsgiapp import run

            run()
        else:
            from flask.cli import main

            main()
        os._exit(0)
    except SystemExit as leaving:
        os._exit(leaving.code if isinstance(leaving.code, int) else 1)
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)


if __name__ == "__main__":
    _serve()
