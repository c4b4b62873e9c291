"""Does none of several processes outlive the others, however one of them dies?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from portal.processes import LINUX

pytestmark = pytest.mark.quiet
ROOT = Path(__file__).parent.parent

PARENT = """
import sys
from portal.processes import Child, run_together
napping = ["sleep", "60"]
stubborn = ["sh", "-c", "trap '' TERM; while true; do sleep 1; done"]
sys.exit(run_together(
    [Child("first", napping), Child("second", napping), Child("stubborn", stubborn)],
    greet=lambda: print("ready", flush=True),
    grace=1,
    kernel_watches={kernel_watches},
))
"""

Family = tuple[psutil.Popen, list[psutil.Process]]


@pytest.fixture(
    params=[pytest.param(True, marks=pytest.mark.skipif(not LINUX, reason="Linux alone")), False]
)
def family(request: pytest.FixtureRequest) -> Iterator[Family]:
    """A parent with three children, watched by the kernel or by the guard process."""
    parent = psutil.Popen(
        [sys.executable, "-c", PARENT.format(kernel_watches=request.param)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout.readline() == "ready\n"
    time.sleep(0.3)  # the children have set up what they do with signals
    members = parent.children(recursive=True)
    yield parent, members
    for process in [parent, *members]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    parent.wait()


def left(members: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    return psutil.wait_procs(members, timeout=seconds)[1]


def test_killing_the_parent_leaves_none(family: Family) -> None:
    parent, members = family
    assert len(members) >= 3
    os.kill(parent.pid, signal.SIGKILL)
    assert left(members, 3) == []


@pytest.mark.parametrize("which", range(3))
def test_killing_a_child_ends_all(family: Family, which: int) -> None:
    parent, members = family
    members[which].kill()
    assert left(members, 3) == []
    assert parent.wait(1) == 1


def test_a_stubborn_child_is_killed_after_the_grace(family: Family) -> None:
    parent, members = family
    parent.terminate()
    assert left(members, 3) == []
    assert parent.wait(1) == 0
