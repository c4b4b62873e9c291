"""Where could a process die half-way, and how does a test make it die just there?"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping

_at = 0
_log: str | None = None
_places: Iterator[int] = itertools.count(1)


def arm(environment: Mapping[str, str]) -> None:
    """Count from the beginning; die at the point, and log to the file, that ``environment`` names.

    ``QUAYSIDE_CRASH_AT`` is the number of a point, ``QUAYSIDE_CRASH_LOG`` a file's path.
    """
    global _at, _log, _places
    _at = int(environment.get("QUAYSIDE_CRASH_AT") or 0)
    _log = environment.get("QUAYSIDE_CRASH_LOG")
    _places = itertools.count(1)


def crash_point(name: str) -> None:
    """Die here, as by ``kill -9``, if this is the point that the test asked for.

    Points are counted in the order in which a process passes them; without the setting this
    does nothing.
    """
    if not _at and not _log:
        return
    place = next(_places)  # one step, so that no two threads get the same number
    if _log:
        with open(_log, "a", encoding="utf-8") as log:
            log.write(f"{place} {name}\n")
    if place == _at:
        os._exit(137)


arm(os.environ)
