"""Where could a process die half-way, and how does a test make it die just there?"""

from __future__ import annotations

import os

_at = int(os.environ.get("QUAYSIDE_CRASH_AT", "0"))
_log = os.environ.get("QUAYSIDE_CRASH_LOG")
_passed = 0


def crash_point(name: str) -> None:
    """Die here, as by ``kill -9``, if this is the point that the test asked for.

    Points are counted in the order in which a process passes them; without the setting this
    does nothing.
    """
    global _passed
    if not _at and not _log:
        return
    _passed += 1
    if _log:
        with open(_log, "a", encoding="utf-8") as log:
            log.write(f"{_passed} {name}\n")
    if _passed == _at:
        os._exit(137)
