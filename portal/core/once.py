"""How is something done once, however many workers want to do it and whenever they come?"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session


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
