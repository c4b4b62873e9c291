"""How is something done once, however many workers want to do it and whenever they come?"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from sqlalchemy.orm import Session

from portal.core.crashpoints import crash_point

log = logging.getLogger(__name__)
T = TypeVar("T")


def is_still_to_do(
    session: Session, wait_in_line: Callable[[], object], is_done: Callable[[], bool]
) -> bool:
    """Tell whether it is still to be done, and by nobody else until this transaction ends.

    ``is_done`` asks the database by columns, before and after ``wait_in_line`` has locked what
    every worker locks for it. A worker that comes too late is left without a transaction.
    """
    if is_done():
        return False
    wait_in_line()
    if is_done():  # by another worker, for which this one waited
        session.rollback()
        return False
    return True


def one_by_one(
    session: Session, works: Iterable[Callable[[], T]], is_stopping: Callable[[], bool]
) -> Iterator[T]:
    """Do each work in a transaction of its own, and yield what it answers.

    ``is_stopping`` is asked before each: a worker that was told to stop begins nothing new.
    """
    for work in works:
        if is_stopping():
            return
        try:
            answer = work()
            crash_point("worked, not committed")
            session.commit()
            crash_point("work committed")
        except Exception:  # what is wrong with one keeps no other from going on
            session.rollback()
            log.exception("a work of the worker's clock failed; the next turn tries again")
            continue
        yield answer
