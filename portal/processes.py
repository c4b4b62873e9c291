"""How do several processes start together, and end together however one of them dies?"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType

GRACE = 5.0
"""Seconds that a child has to finish what it is doing when all are told to stop."""

LINUX = sys.platform == "linux"
_PR_SET_PDEATHSIG = 1
# Loaded here, because between fork and exec nothing may be loaded any more.
_libc = ctypes.CDLL(None) if LINUX else None


@dataclass(frozen=True)
class Child:
    """One process that ``run_together`` starts: a name for messages, and the command line."""

    name: str
    command: Sequence[str]


def die_with_parent(parent: int, by: signal.Signals = signal.SIGKILL) -> None:
    """Have the kernel send ``by`` to this process when its parent, the process id ``parent``, dies.

    Linux alone offers this; elsewhere nothing happens, and a ``_Guard`` does the same work.
    """
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, by)
    if os.getppid() != parent:  # it died before the kernel had been told
        os._exit(1)


def run_together(
    children: Sequence[Child],
    followers: Sequence[Child] = (),
    *,
    cwd: Path | None = None,
    is_ready: Callable[[], bool] = lambda: True,
    greet: Callable[[], None] = lambda: None,
    grace: float = GRACE,
    kernel_watches: bool = LINUX,
) -> int:
    """Start every child, and stay until one of them ends or this process is told to stop.

    ``is_ready`` is asked until it says yes; then the followers, whose work can wait so long, are
    started and ``greet`` is called once. Told to stop, the children have ``grace``
    seconds to finish; when this process or a child dies, by ``kill -9`` too, the others are killed.
    Returns 0 when told to stop, 1 when a child ended by itself.
    """
    stop = _Stop()
    guard = None if kernel_watches else _Guard()
    started: dict[subprocess.Popen[bytes], Child] = {}
    greeted = False

    def start(several: Sequence[Child]) -> None:
        for child in several:
            process = _start(child, cwd, kernel_watches)
            started[process] = child
            if guard:
                guard.watch(process.pid)

    try:
        start(children)
        while not stop.asked:
            for process, child in started.items():
                if process.poll() is not None:
                    print(f"The {child.name} ended ({_how(process.returncode)}).", file=sys.stderr)
                    return 1
            if guard and guard.is_gone():
                return 1
            if not greeted and is_ready():
                start(followers)
                greet()
                greeted = True
            time.sleep(0.1 if greeted else 0.03)
        return 0
    finally:
        _end(list(started), grace if stop.asked else 0)
        if guard:
            guard.dismiss()


class _Stop:
    """Remembers that somebody asked this process to stop."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup stays nohup
                signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


class _Guard:
    """A process that outlives its parent only long enough to kill the children left behind.

    It learns their numbers through a pipe, and the pipe's end tells it that the parent is gone.
    """

    def __init__(self) -> None:
        reading, self._writing = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._writing)
            os.setpgid(0, 0)
            with os.fdopen(reading) as numbers:
                groups = [int(line) for line in numbers]
            for group in groups:
                _kill_group(group)
            os._exit(0)
        os.close(reading)

    def watch(self, group: int) -> None:
        os.write(self._writing, b"%d\n" % group)

    def is_gone(self) -> bool:
        if self._pid and os.waitpid(self._pid, os.WNOHANG)[0]:
            self._pid = 0
        return self._pid == 0

    def dismiss(self) -> None:
        os.close(self._writing)
        if self._pid:
            os.waitpid(self._pid, 0)


def _start(child: Child, cwd: Path | None, kernel_watches: bool) -> subprocess.Popen[bytes]:
    # A process group of its own: Ctrl-C reaches only the parent, which lets the children finish,
    # and what a child has started can be killed with it.
    return subprocess.Popen(
        child.command,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        process_group=0,
        preexec_fn=partial(die_with_parent, os.getpid()) if kernel_watches else None,
    )


def _end(processes: Sequence[subprocess.Popen[bytes]], grace: float) -> None:
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + grace
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
        _kill_group(process.pid)
        process.wait()


def _kill_group(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # all of it is gone already
        os.killpg(group, signal.SIGKILL)


def _how(returncode: int) -> str:
    if returncode < 0:
        return f"killed by {signal.Signals(-returncode).name}"
    return f"exit code {returncode}"
